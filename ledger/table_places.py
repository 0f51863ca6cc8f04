"""Which tables hold a published film: a table is known by where it lay, and two of them may hold the same film."""

from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any

from sqlmodel import Session, col, select

from ledger.kinds import EventKind
from ledger.tables import EventRow, FilmRow


def place_of(provenance: Mapping[str, Any]) -> str:
    """The whole path of a film's table when it was imported; an older ionloop wrote down only the file's name."""
    return str(provenance.get("path") or provenance.get("file") or "")


def holders(session: Session) -> dict[str, set[str]]:
    """Places of the tables that hold each published film now, by its id, as the imports tell one after the other.

    The event of an import says its `path`, which earlier places it stands in for (`was`), which films it holds that
    came from another table (`also`), and which it holds no longer (`left`).
    """
    query = select(FilmRow.film_id, FilmRow.provenance, FilmRow.event).where(col(FilmRow.campaign_id).is_(None))
    new: dict[int, list[tuple[str, str]]] = {}
    for film, provenance, event in session.exec(query):
        new.setdefault(event, []).append((film, place_of(provenance)))
    imports = select(EventRow).where(EventRow.kind == EventKind.LITERATURE_ADDED.value).order_by(col(EventRow.number))
    held: dict[str, set[str]] = {}
    for event in session.exec(imports):
        told, path = event.payload, str(event.payload.get("path", ""))
        if was := set(told.get("was", ())):
            held = {film: {path if place in was else place for place in places} for film, places in held.items()}
        for film in told.get("also", ()):
            held.setdefault(film, set()).add(path)
        for film in told.get("left", ()):
            held.setdefault(film, set()).discard(path)
        held.update({film: {place} for film, place in new.get(event.number, ())})
    return held


def namesakes(places: Collection[str], place: str) -> list[str]:
    """Of the places of tables, those of another table of the same file name."""
    return sorted(other for other in set(places) - {place} if PurePath(other).name == PurePath(place).name)
