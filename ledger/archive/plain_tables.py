"""The tables of the ledger as an archive sees them: plain columns, and what each of them refers to."""

from sqlalchemy import Column, DateTime, ForeignKey, Integer, MetaData, Table

from ledger.tables import metadata
from ledger.tables.base import FormulationColumn, MeasurementColumn, Payload

CAMPAIGN_TABLES = (
    *("campaign", "event", "campaign_command", "suggestion", "experiment", "calculation", "sample", "physical_step"),
    *("bluesky_document", "measurement", "film", "observation", "film_decision", "approval", "prediction"),
    *("model_version", "model_weights", "decision_mark", "container", "stock_change", "stock_reservation"),
)
"""What a campaign's rows are kept in, in an order in which no row comes before one that it refers to."""
KNOWN_BY_CONTENT = ("pool", "theory")
"""Tables that belong to the ledger as a whole, whose rows are told by what they say: an archive has no numbers for
them."""
LEFT_OUT = (
    *("event_counter", "lease", "formulation_words"),
    *("person", "token", "session", "failed_sign_in", "audit"),
)
"""What tells of the ledger, its processes and its readers, and nothing of a campaign."""
KNOWN_EVENTS = {"knowledge_event", "training_event"}
"""Columns with the number of the last event that somebody knew: it may be any event, also another campaign's."""
NAMES = {("film", "film_id"), ("calculation", "film_id")}
"""Columns with the name of a film, beside those that refer to a sample."""


def _plain() -> dict[str, Table]:
    """The tables without the values that their columns are read as: an archive keeps what was written, unread."""
    copies = MetaData()
    for table in metadata.sorted_tables:
        copy = table.to_metadata(copies)
        for column in copy.columns:
            if isinstance(column.type, FormulationColumn | MeasurementColumn):
                column.type = Payload()
    return dict(copies.tables)


PLAIN = _plain()


def target(column: "Column[object]") -> str | None:
    """The table whose row a column refers to; None where it refers to none."""
    keys: set[ForeignKey] = column.foreign_keys
    return next((key.column.table.name for key in keys), None)


def is_name(column: "Column[object]") -> bool:
    """Whether a column holds the name of a sample or of a film."""
    own = (column.table.name, column.name)
    return own in NAMES or own == ("sample", "id") or target(column) == "sample"


def numbered(table: Table) -> bool:
    """Whether the database numbers the rows of a table itself."""
    keys = list(table.primary_key.columns)
    return [key.name for key in keys] == ["id"] and isinstance(keys[0].type, Integer) and target(keys[0]) is None


def refers_to_itself(table: Table) -> list[str]:
    """Columns of a numbered table that refer to its other rows, which may not be there yet."""
    return [column.name for column in table.columns if numbered(table) and target(column) == table.name]


def is_moment(column: "Column[object]") -> bool:
    """Whether a column holds a moment."""
    return isinstance(getattr(column.type, "impl_instance", column.type), DateTime)
