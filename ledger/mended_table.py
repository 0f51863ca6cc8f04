"""A table that was mended and is imported again: what it no longer says is taken back, and comes back with it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from ledger.amendments import Change, amend_one
from ledger.database import Writing
from ledger.kinds import EventKind
from ledger.tables import EventRow, FilmRow, ObservationRow

_BY = "import"
"""Who takes back, in the events."""
_RETRACTED = EventKind.RETRACTED.value


@dataclass(frozen=True)
class Mended:
    """What became of the films of a table that was imported before.

    Attributes:
        taken_back: films that the table no longer holds: their readings hold no longer, and stay in the history.
        back: how many films had been taken back so, and are in the table again.
        again: what held of these when they were taken back.
    """

    taken_back: int
    back: int
    again: tuple[ObservationRow, ...]


def mend(transaction: Writing, file: str, formats: Collection[str], given: Collection[str]) -> Mended:
    """Take back the films of a table that are not among those given now; tell what is to hold again.

    Args:
        transaction: of the import.
        file: name of the table, as the films' provenance has it.
        formats: those that it was read in: a file may be imported once for its conductivities, and once for its Tg.
        given: ids of the films that it holds now.

    A reading that somebody amended comes back as amended, and one that somebody retracted does not.
    """
    taken_back, back, again = 0, 0, []
    for film in _films_of(transaction.session, file, formats):
        holding = _holding(transaction.session, film)
        if film.film_id in given:
            found = [] if holding else _taken_back_by_import(transaction.session, film)
            again += found
            back += bool(found)
        elif holding:
            for observation in holding:
                change = Change(observation_id=observation.id, value=None)
                amend_one(transaction, change, _BY, _note(file), ())
            taken_back += 1
    return Mended(taken_back, back, tuple(again))


def left_beside(session: Session, file: str, formats: Collection[str], given: Collection[str]) -> int:
    """How many films of an earlier import of a file, in the same formats, hold beside those that it has now."""
    others = [film for film in _films_of(session, file, formats) if film.film_id not in given]
    return sum(bool(_holding(session, film)) for film in others)


def _films_of(session: Session, file: str, formats: Collection[str]) -> list[FilmRow]:
    published = session.exec(select(FilmRow).where(col(FilmRow.campaign_id).is_(None))).all()
    of_file = [film for film in published if film.provenance.get("file") == file]
    return [film for film in of_file if film.provenance.get("table") in formats]


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


def _note(file: str) -> str:
    return f"no longer in {file}"
