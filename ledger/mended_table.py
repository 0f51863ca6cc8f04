"""A table that was mended and is imported again: what it no longer says is taken back, and comes back with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from ledger.amendments import Change, amend_one
from ledger.database import Writing
from ledger.kinds import EventKind
from ledger.table_places import holders
from ledger.tables import EventRow, FilmRow, ObservationRow

_BY = "import"
"""Who takes back, in the events."""
_RETRACTED = EventKind.RETRACTED.value


@dataclass(frozen=True)
class Table:
    """A table as it is imported now.

    Attributes:
        place: where it lies; empty for films that come from no file.
        formats: those that it was read in: a file may be imported once for its conductivities, and once for its Tg.
        films: ids of those that it holds now.
        replaces: places of earlier imports that it stands in for, its own among them; empty where it stands beside.
    """

    place: str
    formats: Collection[str]
    films: Collection[str]
    replaces: Collection[str] = ()


@dataclass(frozen=True)
class Mended:
    """What becomes of films that are in the ledger already.

    Attributes:
        taken_back: how many no table holds any longer: their readings hold no longer, and stay in the history.
        back: how many had been taken back so, and are in a table again.
        again: what held of these when they were taken back.
        also: ids of films that came from another table, and that this one holds as well from now on.
        left: ids of films that this table holds no longer; where another one does, they stay.
    """

    taken_back: int
    back: int
    again: tuple[ObservationRow, ...]
    also: tuple[str, ...]
    left: tuple[str, ...]


def mend(transaction: Writing, table: Table, used_by: Mapping[str, Collection[int]]) -> Mended:
    """Take back the films of a table that it holds no longer, and tell what is to hold again.

    A reading that somebody amended comes back as amended, and one that somebody retracted does not.

    Args:
        transaction: of the import.
        table: as it is now.
        used_by: campaigns that learn from a film, by its id: their decisions that rested on it are marked.
    """
    session, held = transaction.session, holders(transaction.session)
    mine = {table.place, *table.replaces}
    taken_back, back, again, also, left = 0, 0, [], [], []
    for film in _published(session, table.formats):
        places = held.get(film.film_id, set())
        if film.film_id in table.films:
            if not places & mine:
                also.append(film.film_id)
            elif not table.replaces:
                continue
            found = [] if _holding(session, film) else _taken_back_by_import(session, film)
            again += found
            back += bool(found)
        elif places & set(table.replaces):
            left.append(film.film_id)
            holding = [] if places - mine else _holding(session, film)
            for observation in holding:
                change = Change(observation_id=observation.id, value=None)
                amend_one(transaction, change, _BY, f"no longer in {table.place}", used_by.get(film.film_id, ()))
            taken_back += bool(holding)
    return Mended(taken_back, back, tuple(again), tuple(also), tuple(left))


def left_beside(session: Session, table: Table) -> int:
    """How many films of an earlier import of a table, in the same formats, hold beside those that it has now."""
    held = holders(session)
    others = [film for film in _published(session, table.formats) if film.film_id not in table.films]
    return sum(table.place in held.get(film.film_id, ()) and bool(_holding(session, film)) for film in others)


def _published(session: Session, formats: Collection[str]) -> list[FilmRow]:
    published = session.exec(select(FilmRow).where(col(FilmRow.campaign_id).is_(None))).all()
    return [film for film in published if str(film.provenance.get("table")) in formats]


def _holding(session: Session, film: FilmRow) -> list[ObservationRow]:
    query = select(ObservationRow).where(ObservationRow.film == film.id, col(ObservationRow.closed_event).is_(None))
    return list(session.exec(query).all())


def _taken_back_by_import(session: Session, film: FilmRow) -> list[ObservationRow]:
    """Of a film of which nothing holds: the last word on each reading, where the import took it back and no person."""
    query = select(ObservationRow).where(ObservationRow.film == film.id).order_by(col(ObservationRow.id))
    last = {row.origin_id or row.id: row for row in session.exec(query)}
    ended = {row.closed_event for row in last.values()}
    events = session.exec(select(EventRow).where(col(EventRow.number).in_(ended), EventRow.kind == _RETRACTED)).all()
    by_import = {event.number for event in events if event.payload.get("by") == _BY}
    return [row for row in last.values() if row.closed_event in by_import]
