"""A campaign as an archive holds it: its rows with numbers of their own, the same from whatever ledger they come."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session

from ledger.archive.numbering import Numbering, Row
from ledger.archive.plain_tables import CAMPAIGN_TABLES, PLAIN, is_moment, numbered
from ledger.archive.scope import Scope, scope_of
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.kinds import ApprovalState


@dataclass(frozen=True)
class Extract:
    """A campaign out of a ledger.

    Attributes:
        rows: for each table its rows, as plain values; moments are text, weights are bytes.
        files: texts that belong to the campaign and lie in no table; empty where it was run in this ledger.
        imported: whether it came into this ledger out of an archive, and its files with it.
    """

    rows: dict[str, list[Row]]
    files: dict[str, str]
    imported: bool

    @property
    def campaign(self) -> Row:
        """The row of the campaign itself."""
        return self.rows["campaign"][0]


def extract(database: Database, campaign_id: int) -> Extract:
    """A campaign, as it stands in a ledger at one moment.

    Raises:
        LedgerError: there is no such campaign, or one of its rows refers to something that belongs to none.
    """
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":  # every query of it sees the same moment, as on SQLite
            session.connection().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        return extract_in(session, campaign_id)


def extract_in(session: Session, campaign_id: int) -> Extract:
    """The same, in a session that has begun."""
    held = session.execute(select(PLAIN["campaign"]).where(PLAIN["campaign"].c.id == campaign_id)).mappings().first()
    if held is None:
        raise LedgerError(f"The ledger has no campaign {campaign_id}")
    scope = scope_of(session, dict(held))
    numbers = _numbering(scope)
    rows = {name: [_archived(name, row, numbers) for row in scope.rows[name]] for name in CAMPAIGN_TABLES}
    rows["pool"] = _pools(session, rows["campaign"][0])
    rows["theory"] = _theory(session, rows, scope)
    imported = scope.imported
    return Extract(rows, {} if imported is None else imported.files, imported is not None)


def _numbering(scope: Scope) -> Numbering:
    events = {row["number"]: place for place, row in enumerate(scope.rows["event"], 1)}
    numbers = Numbering(events, names=scope.imported.names if scope.imported else {})
    for name, rows in scope.rows.items():
        if numbered(PLAIN[name]):
            numbers.rows[name] = {row["id"]: place for place, row in enumerate(rows, 1)}
    numbers.rows["physical_step"] = {row["order_id"]: row["order_id"] for row in scope.rows["physical_step"]}
    return numbers


def _archived(name: str, row: Row, numbers: Numbering) -> Row:
    table = PLAIN[name]
    new = numbers.renumbered(table, row)
    for column in table.columns:
        value = new[column.name]
        if value is None and row[column.name] is not None and not column.nullable:
            raise LedgerError(
                f"A row of {name} says {column.name} {row[column.name]!r}, which belongs to no part of the campaign"
            )
        if isinstance(value, datetime) and is_moment(column):
            new[column.name] = value.astimezone(UTC).isoformat()
    if name == "approval" and new["state"] == ApprovalState.WAITING:
        new["code"] = ""  # whoever reads the archive is not to answer in somebody's place
    return new


def _pools(session: Session, campaign: Row) -> list[Row]:
    """The pool that the campaign chose from, as its lines: how they are packed is the ledger's business."""
    named = (campaign["spec"].get("space") or {}).get("pool")
    if not named:
        return []
    pool = PLAIN["pool"].c
    same = (pool.sha256 == named.get("sha256"), pool.smiles_column == named.get("smiles_column"))
    return [
        {
            "sha256": row["sha256"],
            "smiles_column": row["smiles_column"],
            "units": zlib.decompress(row["content"]).decode().split("\n"),
        }
        for row in session.execute(select(PLAIN["pool"]).where(*same)).mappings()
    ]


def _theory(session: Session, rows: Mapping[str, list[Row]], scope: Scope) -> list[Row]:
    """The answers of theory that its calculations rest on: those to questions about what they calculated."""
    theory = PLAIN["theory"].c
    query = select(theory.question, theory.answer, theory.core_hours).order_by(theory.question)
    if scope.imported is not None:
        asked = set(scope.imported.theory)
        return [dict(row) for row in session.execute(query).mappings() if row["question"] in asked]
    asked = set(_calculated(rows))
    if not asked:
        return []
    return [dict(row) for row in session.execute(query).mappings() if _about(row["question"]) in asked]


def _about(question: str) -> str:
    """What a question is about, which it says last: a molecule, or the key of a formulation."""
    return question.rpartition(" | ")[2]


def _calculated(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """What calculations asked about, as their questions name it."""
    keys = {place: row["formulation_key"] for place, row in enumerate(rows["suggestion"], 1)}
    for row in rows["calculation"]:
        result: dict[str, Any] = row["result"] or {}
        yield from result.get("molecules") or ()
        yield keys[row["suggestion_id"]]
