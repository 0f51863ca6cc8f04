"""A campaign out of an archive into a ledger, in one transaction: whole, or not at all."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from chemistry.errors import BadInput
from ledger.archive.check import refuse_unfit
from ledger.archive.extract import Extract, extract_in
from ledger.archive.identity import digest
from ledger.archive.numbering import Numbering, Row
from ledger.archive.plain_tables import CAMPAIGN_TABLES, PLAIN, is_moment, numbered, refers_to_itself
from ledger.database import Database, Writing
from ledger.errors import NotStorable
from ledger.kinds import CampaignState, EventKind

_ELSEWHERE = "Bring it into a ledger of its own: name another --folder, or another --ledger"
_MARK = 5
"""Characters that mark the samples of an archive where the ledger has others of their names."""


@dataclass(frozen=True)
class Brought:
    """What an import did.

    Attributes:
        campaign_id: the campaign in this ledger.
        new: whether anything was written; False where the same campaign was there already.
        renamed: what the archive's samples are called here, where others have their names.
    """

    campaign_id: int
    new: bool
    renamed: dict[str, str]


def bring(database: Database, extract: Extract, *, by: str) -> Brought:
    """Take a campaign in; nothing where the same one is there already.

    Args:
        database: of the ledger.
        extract: as it was read from an archive.
        by: who says so.

    Raises:
        BadInput: it cannot be taken in; nothing was written then.
    """
    refuse_unfit(extract)
    with database.reading() as session:
        there = _there(session, extract)
    if there is not None:
        return Brought(there, new=False, renamed={})
    try:
        with database.writing() as transaction:
            _refuse_mixed_literature(transaction.session, extract)
            there = _there(transaction.session, extract)  # it may have come in a moment ago
            return Brought(there, new=False, renamed={}) if there is not None else _written(transaction, extract, by)
    except (IntegrityError, DataError, NotStorable, RecursionError) as error:
        said = " ".join(str(getattr(error, "orig", error)).split())[:200]
        raise BadInput(
            f"the ledger cannot hold run {extract.campaign['run']} of `{extract.campaign['name']}` ({said})",
            remedy=_ELSEWHERE,
        ) from error


def _there(session: Session, extract: Extract) -> int | None:
    """The same campaign, where the ledger has it.

    Raises:
        BadInput: it has another one of that name.
    """
    campaign, told = PLAIN["campaign"].c, extract.campaign
    held = session.execute(select(campaign.id, campaign.run).where(campaign.name == told["name"])).all()
    for number, run in held:
        if run == told["run"] and digest(extract_in(session, number)) == digest(extract):
            return int(number)
    if not held:
        return None
    runs = ", ".join(str(run) for _, run in sorted(held, key=lambda one: one.run))
    same = any(run == told["run"] for _, run in held)
    raise BadInput(
        f"the ledger holds run {runs} of `{told['name']}` already, and what the archive says of run {told['run']} is "
        f"{'not the same' if same else 'another one'}",
        remedy=_ELSEWHERE,
    )


def _refuse_mixed_literature(session: Session, extract: Extract) -> None:
    """What a campaign starts warm from is all that its ledger holds: two literatures in one would be taken for one."""
    film, campaign = PLAIN["film"].c, PLAIN["campaign"].c
    brings = any(row["campaign_id"] is None for row in extract.rows["film"])
    if not brings and not _starts_warm(extract.campaign["spec"]):
        return
    if session.execute(select(film.id).where(film.campaign_id.is_(None)).limit(1)).first() is not None:
        raise BadInput(
            f"`{extract.campaign['name']}` started warm from published films, and the ledger holds others, which its "
            "decisions did not rest on",
            remedy=_ELSEWHERE,
        )
    going = select(campaign.name, campaign.spec).where(
        campaign.state.in_([state.value for state in CampaignState if not state.final])
    )
    warm = [name for name, spec in session.execute(going) if _starts_warm(spec)]
    if brings and warm:
        raise BadInput(
            f"`{extract.campaign['name']}` brings published films with it, from which `{warm[0]}`, which is under way, "
            "would learn",
            remedy=_ELSEWHERE,
        )


def _starts_warm(spec: Row) -> bool:
    return bool((spec.get("warm_start") or {}).get("sources"))


def _written(transaction: Writing, extract: Extract, by: str) -> Brought:
    events = len(extract.rows["event"])
    # The ledger's own word comes first: the moment of its first event is its mark (`Ledger.mark_samples`).
    first = transaction.last + 2
    names = _new_names(transaction.session, extract)
    numbers = Numbering({place: first + place - 1 for place in range(1, events + 1)}, names=names, before=first - 1)
    numbers.rows["physical_step"] = {row["order_id"]: row["order_id"] for row in extract.rows["physical_step"]}
    campaign_id = _inserted(transaction, "campaign", extract, numbers)[0]
    transaction.event(
        EventKind.CAMPAIGN_IMPORTED,
        f"campaign {campaign_id}",
        campaign_id=campaign_id,
        payload={
            "by": by,
            "name": extract.campaign["name"],
            "run": extract.campaign["run"],
            "sha256": digest(extract),
            "first": first,
            "last": first + events - 1,
            "names": {new: old for old, new in names.items()},
            "files": extract.files,
            "theory": [row["question"] for row in extract.rows["theory"]],
        },
    )
    transaction.last += events
    for name in CAMPAIGN_TABLES[1:]:
        _inserted(transaction, name, extract, numbers)
    _tell_of_later_rows(transaction, extract, numbers)
    _keep_by_content(transaction, extract)
    _set_aside(transaction, first, first + events - 1, extract.campaign["name"])
    return Brought(campaign_id, new=True, renamed=names)


def _new_names(session: Session, extract: Extract) -> dict[str, str]:
    """What samples and films are to be called, where the ledger has others of their names: all of them end alike then.

    What was said of them (reasons, raw documents) keeps the names that it was said with.
    """
    samples = [row["id"] for row in extract.rows["sample"]]
    films = [row["film_id"] for row in extract.rows["film"] if row["campaign_id"] is not None]
    names = dict.fromkeys([*samples, *films])
    taken = {
        *session.execute(select(PLAIN["sample"].c.id)).scalars(),
        *session.execute(select(PLAIN["film"].c.film_id)).scalars(),
    }
    if taken.isdisjoint(names):
        return {}
    mark = digest(extract)[:_MARK]
    return {name: f"{name}-{mark}" for name in names}


def _inserted(transaction: Writing, name: str, extract: Extract, numbers: Numbering) -> list[int]:
    """Write the rows of a table; returns the numbers that the ledger gave them, where it gives them."""
    table, rows = PLAIN[name], [_row(name, row, numbers) for row in extract.rows[name]]
    if not rows:
        numbers.rows.setdefault(name, {})
        return []
    if not numbered(table):
        transaction.connection.execute(insert(table), rows)
        return []
    returning = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    ids = [int(number) for number in transaction.connection.execute(returning, rows).scalars()]
    numbers.rows[name] = dict(enumerate(ids, 1))
    _join(transaction, name, extract.rows[name], numbers.rows[name])
    return ids


def _row(name: str, row: Row, numbers: Numbering) -> Row:
    table = PLAIN[name]
    new = numbers.renumbered(table, row)
    if numbered(table):
        del new["id"]
    for column in table.columns:
        if is_moment(column) and row[column.name] is not None:
            new[column.name] = datetime.fromisoformat(row[column.name])
    return new | dict.fromkeys(refers_to_itself(table))


def _join(transaction: Writing, name: str, rows: Sequence[Row], new: dict[int, int]) -> None:
    """Say which rows of a table refer to which others of it, now that all have numbers."""
    table, columns = PLAIN[name], refers_to_itself(PLAIN[name])
    joined = [
        {"own": new[place]} | {column: new.get(row[column]) for column in columns}
        for place, row in enumerate(rows, 1)
        if any(row[column] is not None for column in columns)
    ]
    if joined:
        transaction.connection.execute(table.update().where(table.c.id == bindparam("own")), joined)


def _tell_of_later_rows(transaction: Writing, extract: Extract, numbers: Numbering) -> None:
    """Events name rows that were written after them: those are known by their numbers only now."""
    table = PLAIN["event"]
    named = Numbering(numbers.events, numbers.names, numbers.before)
    named.rows = {"campaign": numbers.rows["campaign"]}
    for row in extract.rows["event"]:
        new = numbers.renumbered(table, row)
        if new != named.renumbered(table, row):
            values = {"subject": new["subject"], "payload": new["payload"]}
            transaction.connection.execute(table.update().where(table.c.number == new["number"]).values(values))


def _keep_by_content(transaction: Writing, extract: Extract) -> None:
    """The pool that it chose from and the answers that it had of theory, where the ledger has them not yet.

    Raises:
        BadInput: theory answered one of its questions otherwise here.
    """
    pool, theory, connection = PLAIN["pool"], PLAIN["theory"], transaction.connection
    for row in extract.rows["pool"]:
        told = {"sha256": row["sha256"], "smiles_column": row["smiles_column"], "size": len(row["units"])}
        same = (pool.c.sha256 == row["sha256"], pool.c.smiles_column == row["smiles_column"])
        if connection.execute(select(pool.c.id).where(*same)).first() is None:
            event = transaction.event(EventKind.POOL_KEPT, f"pool {row['sha256'][:12]}", payload=told)
            content = zlib.compress("\n".join(row["units"]).encode())
            connection.execute(insert(pool), {**told, "content": content, "event": event})
    for row in extract.rows["theory"]:
        held = connection.execute(select(theory.c.answer).where(theory.c.question == row["question"])).scalar()
        if held is None:
            payload = {"core_hours": row["core_hours"]}
            event = transaction.event(EventKind.THEORY_KEPT, row["question"][:120], payload=payload)
            connection.execute(insert(theory), {**row, "event": event})
        elif held != row["answer"]:
            raise BadInput(
                f"theory answered {row['question'][:120]!r} otherwise in this ledger than in the archive",
                remedy=_ELSEWHERE,
            )


def _set_aside(transaction: Writing, first: int, last: int, name: str) -> None:
    """Containers of the archive stood on another shelf: nobody is to dose from them here."""
    container = PLAIN["container"]
    standing = (container.c.event.between(first, last), container.c.closed_event.is_(None))
    open_ones = transaction.connection.execute(select(container.c.id).where(*standing)).all()
    if open_ones:
        payload = {"containers": len(open_ones), "campaign": name}
        event = transaction.event(EventKind.STOCK_SET_ASIDE, f"stock of {name}", payload=payload)
        transaction.connection.execute(container.update().where(*standing).values(closed_event=event))
