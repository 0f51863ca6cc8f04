"""The base of every part of the ledger, and the look-ups that all parts need."""

from typing import TypeVar

from sqlmodel import Session

from ledger.database import Database
from ledger.errors import LedgerError
from ledger.tables import ExperimentRow, Row, SampleRow

AnyRow = TypeVar("AnyRow", bound=Row)


class Records:
    """Holds the database; each part of the ledger adds the methods of its subject."""

    def __init__(self, database: Database) -> None:
        self.database = database


def require(session: Session, table: type[AnyRow], key: int | str) -> AnyRow:
    """The row with this primary key.

    Raises:
        LedgerError: if there is none.
    """
    row = session.get(table, key)
    if row is None:
        raise LedgerError(f"The ledger has no {table.__tablename__} {key!r}")
    return row


def sample_and_experiment(session: Session, sample_id: str) -> tuple[SampleRow, ExperimentRow]:
    """A sample and the experiment that it belongs to."""
    sample = require(session, SampleRow, sample_id)
    return sample, require(session, ExperimentRow, sample.experiment_id)
