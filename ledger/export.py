"""Observations out of the ledger, as a table for other programs."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy
from sqlmodel import col

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from ledger.browsing.asked import Question
from ledger.browsing.observations import filtered
from ledger.browsing.words import keep_words
from ledger.film import Source
from ledger.store import Ledger
from ledger.tables import FilmRow, ObservationRow
from ledger.whole_file import written_whole

COLUMNS = (
    *("film", "property", "value", "unit", "sd", "temperature_C", "source", "trust"),
    *("polymer", "unit_fractions", "architecture", "molar_mass_kg_mol", "salt", "salt_molality_mol_kg"),
    *("additives", "fillers", "reference", "provenance", "event"),
)
"""Header of the exported table; additives and fillers are `SMILES or formula: weight fraction`, parted by blanks."""


_AT_ONCE = 1000


def write_observations(ledger: Ledger, path: Path, sources: Iterable[str] | None = None) -> int:
    """Write every observation that holds now to a CSV file; returns their number.

    The file appears whole or not at all.

    Raises:
        BadInput: an unknown source, or a place that cannot be written to.
    """
    wanted = [_source(name) for name in sources] if sources else list(Source)
    return write_csv(path, COLUMNS, observation_rows(ledger, Question(), wanted))


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows under a header, whole or not at all; returns their number."""
    count = 0
    try:
        with written_whole(path) as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                count += 1
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise BadInput(f"cannot be written ({reason})", place=str(path), remedy="Choose another place") from error
    return count


def observation_rows(
    ledger: Ledger, asked: Question, sources: Iterable[Source] = tuple(Source)
) -> Iterator[dict[str, object]]:
    """Every observation that a question asks for, whatever page it names, as a row of the exported table.

    They are read as they are written out: of however many there are, only a few are held at a time.
    """
    if asked.text.strip() or asked.polymer.strip() or asked.salt.strip():
        keep_words(ledger.database)
    query = filtered(sqlalchemy.select(ObservationRow, FilmRow), asked, with_films=True)
    query = query.where(col(ObservationRow.source).in_([source.value for source in sources]))
    ordered = query.order_by(col(FilmRow.id), col(ObservationRow.id)).execution_options(yield_per=_AT_ONCE)
    with ledger.database.reading() as session:
        for observation, film in session.execute(ordered):
            yield {
                "film": film.film_id,
                "property": observation.property,
                "value": observation.value,
                "unit": observation.unit,
                "sd": observation.sd,
                "temperature_C": observation.temperature_C,
                "source": observation.source,
                "trust": observation.trust,
                **_formulation(film.formulation),
                "reference": film.reference,
                "provenance": json.dumps(film.provenance, ensure_ascii=False) if film.provenance else "",
                "event": observation.event,
            }


def _formulation(formulation: Formulation) -> dict[str, object]:
    polymer = formulation.polymer
    return {
        "polymer": ".".join(unit.smiles for unit in polymer.units),
        "unit_fractions": " ".join(f"{fraction:.6g}" for fraction in polymer.fractions),
        "architecture": polymer.architecture.value,
        "molar_mass_kg_mol": polymer.molar_mass_kg_mol,
        "salt": "" if formulation.salt is None else formulation.salt.smiles,
        "salt_molality_mol_kg": formulation.salt_molality_mol_kg,
        "additives": " ".join(f"{c.additive.smiles}: {c.weight_fraction:.6g}" for c in formulation.additives),
        "fillers": " ".join(f"{c.filler.formula}: {c.weight_fraction:.6g}" for c in formulation.fillers),
    }


def _source(name: str) -> Source:
    try:
        return Source(name)
    except ValueError as error:
        known = ", ".join(source.value for source in Source)
        raise BadInput(f"unknown source {name!r}", remedy=f"Known are {known}") from error
