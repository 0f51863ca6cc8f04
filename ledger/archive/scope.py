"""Which rows of a ledger belong to a campaign: its own, and what it knew of the ledger's stock and literature."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session

from ledger.archive.numbering import Row
from ledger.archive.plain_tables import CAMPAIGN_TABLES, PLAIN, target
from ledger.kinds import EventKind

LOCAL_KINDS = (EventKind.CAMPAIGN_IMPORTED.value, EventKind.STOCK_SET_ASIDE.value)
"""Events that tell of an import: they are the ledger's that took the campaign in, and none of the campaign's."""
_AT_ONCE = 500
"""Events asked about in one query; SQLite allows 32,766 parameters, old builds 999."""


@dataclass(frozen=True)
class Imported:
    """What the ledger remembers of the import of a campaign.

    Attributes:
        first, last: the numbers that the archive's events were given, in one block.
        names: what samples and films are called here → what they are called in the archive.
        files: texts that came with it: the campaign file as given, the versions.
        theory: questions whose answers came with it.
    """

    first: int
    last: int
    names: dict[str, str]
    files: dict[str, str]
    theory: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """The rows of a campaign, by table, as they stand in the ledger, each table in the order in which it was written.

    Attributes:
        rows: of every table of `CAMPAIGN_TABLES`.
        horizon: the campaign's last event: what came later is none of its business.
        imported: what the ledger remembers where the campaign came out of an archive.
    """

    rows: dict[str, list[Row]]
    horizon: int
    imported: Imported | None


def scope_of(session: Session, campaign: Row) -> Scope:
    """The rows of a campaign, read in one go."""
    imported = imported_as(session, campaign["id"])
    horizon = _horizon(session, campaign["id"])
    conditions = _conditions(campaign, imported, horizon)
    rows = {name: _rows(session, name, conditions[name]) for name in CAMPAIGN_TABLES if name in conditions}
    local = set(session.execute(select(_event.number).where(_event.kind.in_(LOCAL_KINDS))).scalars())
    rows["event"] = _events(session, campaign["id"], rows, horizon, local)
    return Scope({name: rows[name] for name in CAMPAIGN_TABLES}, horizon, imported)


def imported_as(session: Session, campaign_id: int) -> Imported | None:
    """What the ledger remembers of the import of a campaign; None where it was run here."""
    own = (_event.campaign_id == campaign_id, _event.kind == EventKind.CAMPAIGN_IMPORTED.value)
    told = session.execute(select(_event.payload).where(*own)).scalars().first()
    if told is None:
        return None
    return Imported(told["first"], told["last"], told["names"], told["files"], tuple(told["theory"]))


_event = PLAIN["event"].c


def _horizon(session: Session, campaign_id: int) -> int:
    """The last event of a campaign, or of an amendment that touched its decisions."""
    own = select(_event.number).where(_event.campaign_id == campaign_id, _event.kind.not_in(LOCAL_KINDS))
    marks = select(PLAIN["decision_mark"].c.event).where(_marked(campaign_id))
    return max((*session.execute(own).scalars(), *session.execute(marks).scalars()), default=0)


def _marked(campaign_id: int) -> ColumnElement[bool]:
    mark = PLAIN["decision_mark"].c
    return or_(
        mark.suggestion_id.in_(_of_campaign("suggestion", campaign_id)),
        mark.model_version_id.in_(_of_campaign("model_version", campaign_id)),
    )


def _of_campaign(table: str, campaign_id: int) -> "Select[Any]":
    return select(PLAIN[table].c.id).where(PLAIN[table].c.campaign_id == campaign_id)


def _conditions(campaign: Row, imported: Imported | None, horizon: int) -> dict[str, ColumnElement[bool]]:
    """For each table but the events, which of its rows belong to the campaign."""
    number: int = campaign["id"]
    experiments = _of_campaign("experiment", number)
    samples = select(PLAIN["sample"].c.id).where(PLAIN["sample"].c.experiment_id.in_(experiments))
    measured = PLAIN["measurement"].c
    runs = select(measured.run_uid).where(measured.sample_id.in_(samples), measured.run_uid.is_not(None))
    films = or_(PLAIN["film"].c.campaign_id == number, _literature(campaign, imported, horizon))
    containers = _containers(campaign, imported, horizon)
    documents, observed, moved = PLAIN["bluesky_document"].c, PLAIN["observation"].c, PLAIN["stock_change"].c
    found = {
        "campaign": PLAIN["campaign"].c.id == number,
        "bluesky_document": or_(documents.experiment_id.in_(experiments), documents.run_uid.in_(runs)),
        "film": films,
        "observation": and_(observed.film.in_(select(PLAIN["film"].c.id).where(films)), observed.event <= horizon),
        "model_weights": PLAIN["model_weights"].c.model_version_id.in_(_of_campaign("model_version", number)),
        "decision_mark": _marked(number),
        "container": containers,
        "stock_change": and_(
            moved.container_id.in_(select(PLAIN["container"].c.id).where(containers)), moved.event <= horizon
        ),
    }
    for name in ("campaign_command", "suggestion", "experiment", "calculation", "prediction", "model_version"):
        found[name] = PLAIN[name].c.campaign_id == number
    for name in ("sample", "physical_step", "film_decision", "approval"):
        found[name] = PLAIN[name].c.experiment_id.in_(experiments)
    for name in ("measurement", "stock_reservation"):
        found[name] = PLAIN[name].c.sample_id.in_(samples)
    return found


def _literature(campaign: Row, imported: Imported | None, horizon: int) -> ColumnElement[bool]:
    """Published films that the campaign could have started from."""
    film = PLAIN["film"].c
    if imported is not None:
        return and_(film.campaign_id.is_(None), film.event.between(imported.first, imported.last))
    starts_warm = bool((campaign["spec"].get("warm_start") or {}).get("sources"))
    return and_(film.campaign_id.is_(None), film.event <= horizon if starts_warm else film.event < 0)


def _containers(campaign: Row, imported: Imported | None, horizon: int) -> ColumnElement[bool]:
    """The containers that stood on the shelf of the campaign's lab while it ran."""
    container = PLAIN["container"].c
    if imported is not None:
        return container.event.between(imported.first, imported.last)
    first = select(_event.number).where(_event.campaign_id == campaign["id"]).order_by(_event.number).limit(1)
    stood = or_(container.closed_event.is_(None), container.closed_event >= first.scalar_subquery())
    return and_(container.lab == ((campaign["lab"] or {}).get("name") or ""), container.event <= horizon, stood)


def _rows(session: Session, name: str, condition: ColumnElement[bool]) -> list[Row]:
    table = PLAIN[name]
    order = [table.c.event] if name in ("sample", "physical_step") else []
    query = select(table).where(condition).order_by(*order, *table.primary_key.columns)
    return [dict(row) for row in session.execute(query).mappings()]


def _events(
    session: Session, campaign_id: int, rows: dict[str, list[Row]], horizon: int, local: Iterable[int]
) -> list[Row]:
    """The campaign's events, and those of others by which its rows came, went or changed.

    Of what another campaign did, as when it took from the same container, only that something happened is told.
    """
    own = and_(_event.campaign_id == campaign_id, _event.kind.not_in(LOCAL_KINDS))
    found = {row["number"]: row for row in _read(session, own)}
    used = {number for name in rows for number in _events_of(name, rows[name]) if number <= horizon}
    others = sorted(used - found.keys() - set(local))
    for start in range(0, len(others), _AT_ONCE):
        for row in _read(session, _event.number.in_(others[start : start + _AT_ONCE])):
            blank = {} if row["campaign_id"] is None else {"campaign_id": None, "payload": {}}
            found[row["number"]] = {**row, **blank}
    return [found[number] for number in sorted(found)]


def _read(session: Session, condition: ColumnElement[bool]) -> list[Row]:
    query = select(PLAIN["event"]).where(condition).order_by(_event.number)
    return [dict(row) for row in session.execute(query).mappings()]


def _events_of(name: str, rows: Iterable[Row]) -> Iterable[int]:
    columns = [column.name for column in PLAIN[name].columns if target(column) == "event"]
    return (row[column] for row in rows for column in columns if row[column] is not None)
