"""Published films: how literature enters the ledger, in bulk and at most once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy import insert
from sqlmodel import Session, col, select

from chemistry.errors import BadInput
from chemistry.value import Value
from ledger.film import Film, Source
from ledger.kinds import EventKind
from ledger.mended_table import Table, left_beside, mend
from ledger.observations import film_hash, reading_row
from ledger.records import Records
from ledger.table_places import holders, namesakes, place_of
from ledger.tables import FilmRow, ObservationRow

_AT_ONCE = 500
"""Film ids asked about in one query; SQLite allows 32,766 parameters, old builds 999."""


class PublishedFilm(Value):
    """One sample of a published table, and the way back to it.

    Its readings have source literature, DFT or MD, and each its trust.
    `film.film_id` names it for ever and must not depend on chance: table and row, `bradford:117`.
    """

    film: Film
    reference: str = Field(min_length=1)
    """DOI of the paper, or the name of the table."""
    provenance: dict[str, Any] = Field(default_factory=dict)
    """File, row numbers, whatever leads back to the source."""


@dataclass(frozen=True)
class Added:
    """What an import did.

    Attributes:
        films: films that are new.
        readings: readings on them.
        known: films that were there before, with the same content.
        event: number of the event; None where there was nothing new, and so no event.
        taken_back, back: films that no longer hold, and that hold again, where a mended table was imported.
    """

    films: int
    readings: int
    known: int
    event: int | None
    taken_back: int = 0
    back: int = 0


class PublishedRecords(Records):
    """What the ledger knows from others."""

    def add_literature(
        self,
        table: str,
        films: Iterable[PublishedFilm],
        *,
        replaces: Collection[str] = (),
        used_by: Mapping[str, Collection[int]] | None = None,
    ) -> Added:
        """Add published films in one transaction; those that are there already are left as they are.

        Args:
            table: Name of the table or file that they come from, for the record.
            films: May be many thousand. A film given twice counts once.
            replaces: Places of earlier imports (`ledger.table_places.place_of`) that these films stand in for: what no
                table holds any longer is taken back, and the decisions that rested on it are marked.
            used_by: Campaigns that learn from a published film, by the film's id.

        Raises:
            BadInput: if a film is there already with other content (all of them are named), a reading claims to be
                measured here, a property is unknown, or nothing came from one of the places. Nothing is written then.
        """
        given = _by_id(films)
        _refuse_measured(given.values())
        imported = _table(given, replaces)
        with self.database.writing() as transaction:
            session = transaction.session
            known = _known_hashes(session, list(given))
            _refuse_changed(given, known)
            was = _earlier(session, imported)
            changed = mend(transaction, imported, used_by or {})
            new = [published for film_id, published in given.items() if film_id not in known]
            told = {
                name: list(ids) for name, ids in (("was", was), ("also", changed.also), ("left", changed.left)) if ids
            }
            if not new and not changed.again and not told:
                return Added(0, 0, len(known), None)
            readings = sum(len(published.film.readings) for published in new)
            number = transaction.event(
                EventKind.LITERATURE_ADDED,
                table,
                payload={
                    "films": len(new),
                    "readings": readings,
                    "known": len(known),
                    "path": imported.place,
                    **told,
                },
            )
            rows = [_film_row(published, number) for published in new]
            in_order = insert(FilmRow).returning(col(FilmRow.id), sort_by_parameter_order=True)
            ids = session.execute(in_order, rows).scalars().all() if rows else []
            observations = [
                reading_row(number_of_film, reading, number)
                for number_of_film, published in zip(ids, new, strict=True)
                for reading in published.film.readings
            ]
            transaction.insert(ObservationRow, observations)
            transaction.insert(ObservationRow, [_once_more(row, number) for row in changed.again])
        return Added(len(new), readings, len(known), number, changed.taken_back, changed.back)

    def left_beside(self, films: Iterable[PublishedFilm]) -> int:
        """How many films of an earlier import of the same table hold beside these, which it has now."""
        with self.database.reading() as session:
            return left_beside(session, _table(_by_id(films)))

    def namesakes(self, place: str) -> list[str]:
        """Places of other tables of the same file name that films came from and are held by."""
        with self.database.reading() as session:
            return namesakes({other for places in holders(session).values() for other in places}, place)

    def known_films(self, film_ids: Sequence[str]) -> frozenset[str]:
        """Those of some films that are there already."""
        with self.database.reading() as session:
            return frozenset(_known_hashes(session, film_ids))

    def references(self) -> dict[str, int]:
        """How many films each published source has given."""
        with self.database.reading() as session:
            rows = session.exec(select(FilmRow.reference).where(FilmRow.reference != "")).all()
        return {reference: rows.count(reference) for reference in sorted(set(rows))}


def _table(films: Mapping[str, PublishedFilm], replaces: Collection[str] = ()) -> Table:
    """The table that films come from."""
    place = next((place_of(published.provenance) for published in films.values()), "")
    return Table(place, {str(published.provenance.get("table")) for published in films.values()}, set(films), replaces)


def _earlier(session: Session, table: Table) -> list[str]:
    """Other places that a table stands in for; refused where no film came from one."""
    was = sorted(set(table.replaces) - {table.place})
    known = {place for places in holders(session).values() for place in places} if was else set()
    if unknown := [place for place in was if place not in known]:
        raise BadInput(
            f"no table was imported from {unknown[0]}",
            remedy=f"Films came from {', '.join(sorted(known - {''})) or 'no file'}",
        )
    return was


def _once_more(row: ObservationRow, event: int) -> dict[str, Any]:
    """A reading that was taken back, as one that holds from an event on, in its old place."""
    told = row.model_dump(exclude={"id", "closed_event", "superseded_by"})
    return {**told, "event": event, "origin_id": row.origin_id or row.id}


def _by_id(films: Iterable[PublishedFilm]) -> dict[str, PublishedFilm]:
    given: dict[str, PublishedFilm] = {}
    clashing = []
    for published in films:
        before = given.setdefault(published.film.film_id, published)
        if before is not published and film_hash(before.film) != film_hash(published.film):
            clashing.append(published.film.film_id)
    if clashing:
        raise BadInput(
            f"two different films have one name: {', '.join(clashing[:10])}", remedy="Give each film a name of its own"
        )
    return given


def _refuse_measured(films: Iterable[PublishedFilm]) -> None:
    wrong = [
        published.film.film_id
        for published in films
        if any(reading.source is Source.MEASURED for reading in published.film.readings)
    ]
    if wrong:
        raise BadInput(
            f"published readings say that they were measured here: {', '.join(wrong[:10])}",
            remedy="Their source must be literature, dft or md",
        )


def _known_hashes(session: Session, film_ids: Sequence[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for start in range(0, len(film_ids), _AT_ONCE):
        part = film_ids[start : start + _AT_ONCE]
        query = select(FilmRow.film_id, FilmRow.content_hash).where(col(FilmRow.film_id).in_(part))
        known.update(iter(session.exec(query)))
    return known


def _refuse_changed(given: dict[str, PublishedFilm], known: dict[str, str]) -> None:
    changed = [film_id for film_id, content in known.items() if film_hash(given[film_id].film) != content]
    if changed:
        raise BadInput(
            f"{len(changed)} film(s) are in the ledger already with other numbers: {', '.join(sorted(changed)[:10])}",
            remedy="Amend or retract their observations, or import the table under another name",
        )


def _film_row(published: PublishedFilm, event: int) -> dict[str, Any]:
    return {
        "film_id": published.film.film_id,
        "formulation": published.film.formulation,
        "formulation_key": published.film.formulation.key,
        "reference": published.reference,
        "provenance": published.provenance,
        "content_hash": film_hash(published.film),
        "event": event,
    }
