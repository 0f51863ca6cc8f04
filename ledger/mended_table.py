"""A table that was mended and is imported again: what it no longer says is taken back, and comes back with it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from ledger.amendments import Change, amend_one
from ledger.database import Writing
from ledger.kinds import EventKind
from ledger.tables import EventRow, FilmRow, ObservationRow


@dataclass(frozen=True)
class Mended:
    """What became of the films of a table that was imported before.

    Attributes:
        taken_back: films that the table no longer holds: their readings hold no longer, and stay in the history.
        back: films that had been taken back so, and are in the table again.
    """

    taken_back: int
    back: tuple[int, ...]


def mend(transaction: Writing, file: str, given: Collection[str]) -> Mended:
    """Take back the films of a table that are not among those given now; tell which of these are to hold again.

    Args:
        transaction: of the import.
        file: name of the table, as the films' provenance has it.
        given: ids of the films that it holds now.

    A reading that somebody amended or retracted by hand stays as it is.
    """
    taken_back, back = 0, []
    for film in _films_of(transaction.session, file):
        holding = _observations(transaction.session, film, holding=True)
        if film.film_id in given:
            if not holding and _taken_back_by_import(transaction.session, film):
                back.append(film.id or 0)
        elif holding:
            for observation in holding:
                change = Change(observation_id=observation.id or 0, value=None)
                amend_one(transaction, change, "import", _note(file), ())
            taken_back += 1
    return Mended(taken_back, tuple(back))


def left_beside(session: Session, file: str, given: Collection[str]) -> int:
    """How many films of an earlier import of a file hold beside those that it has now."""
    others = [film for film in _films_of(session, file) if film.film_id not in given]
    return sum(bool(_observations(session, film, holding=True)) for film in others)


def _films_of(session: Session, file: str) -> list[FilmRow]:
    published = session.exec(select(FilmRow).where(col(FilmRow.campaign_id).is_(None))).all()
    return [film for film in published if film.provenance.get("file") == file]


def _observations(session: Session, film: FilmRow, *, holding: bool) -> list[ObservationRow]:
    closed = col(ObservationRow.closed_event)
    query = select(ObservationRow).where(ObservationRow.film == film.id)
    return list(session.exec(query.where(closed.is_(None) if holding else closed.is_not(None))).all())


def _taken_back_by_import(session: Session, film: FilmRow) -> bool:
    """Whether every reading was taken back because the table no longer had it, and none by a person."""
    events = [observation.closed_event for observation in _observations(session, film, holding=False)]
    rows = session.exec(select(EventRow).where(col(EventRow.number).in_(set(events)))).all()
    note = _note(str(film.provenance["file"]))
    return all(row.kind == EventKind.RETRACTED.value and row.payload.get("note") == note for row in rows)


def _note(file: str) -> str:
    return f"no longer in {file}"
