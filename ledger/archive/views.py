"""Tables for whoever opens an archive without ionloop: spectra, observations and experiments as CSV.

They repeat what the rows of the ledger say, and are made anew with every export: nothing is read back from them.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from ledger.archive.extract import Extract
from ledger.archive.numbering import Row
from ledger.archive.terms import PROPERTIES, UNITS
from ledger.written import read_formulation

OBSERVATIONS, EXPERIMENTS, MEASUREMENTS = "observations.csv", "experiments.csv", "measurements.csv"
SPEC, LAB = "campaign.json", "lab.json"
SPECTRA = "spectra/"

_OBSERVATIONS = (
    *("film", "experiment", "property", "value", "sd", "unit", "temperature_C", "source", "trust", "derived", "holds"),
    *("quantity", "quantity_unit_ucum", "polymer", "salt", "salt_molality_mol_kg", "formulation"),
)
_EXPERIMENTS = ("experiment", "state", "why", "planner", "suggested_as", "reason", "formulation")
_MEASUREMENTS = ("sample", "kind", "temperature_C", "file", "run_uid", "settings")


def views_of(extract: Extract) -> dict[str, bytes]:
    """The tables, by their paths."""
    spectra, measurements = _spectra(extract)
    campaign = extract.campaign
    views = {
        OBSERVATIONS: _csv(_OBSERVATIONS, _observations(extract)),
        EXPERIMENTS: _csv(_EXPERIMENTS, _experiments(extract)),
        MEASUREMENTS: _csv(_MEASUREMENTS, measurements),
        SPEC: _json(campaign["spec"]),
        **spectra,
    }
    return views if campaign["lab"] is None else {**views, LAB: _json(campaign["lab"])}


def columns_of(table: bytes) -> list[str]:
    """The header of a table."""
    return table.decode().partition("\r\n")[0].split(",")


def _observations(extract: Extract) -> Iterator[Row]:
    films = dict(enumerate(extract.rows["film"], 1))
    numbers = {place: row["number"] for place, row in enumerate(extract.rows["experiment"], 1)}
    for row in extract.rows["observation"]:
        film, what = films[row["film"]], PROPERTIES[row["property"]]
        made = read_formulation(film["formulation"])
        yield {
            **row,
            "film": film["film_id"],
            "experiment": numbers.get(film["experiment_id"], ""),
            "holds": row["closed_event"] is None,
            "quantity": 10 ** row["value"] if what.logarithm else row["value"],
            "quantity_unit_ucum": UNITS[what.unit].ucum,
            "polymer": ".".join(unit.smiles for unit in made.polymer.units),
            "salt": "" if made.salt is None else made.salt.smiles,
            "salt_molality_mol_kg": made.salt_molality_mol_kg,
            "formulation": made.label,
        }


def _experiments(extract: Extract) -> Iterator[Row]:
    suggestions = dict(enumerate(extract.rows["suggestion"], 1))
    for row in extract.rows["experiment"]:
        said = suggestions[row["suggestion_id"]]
        yield {
            "experiment": row["number"],
            "state": row["state"],
            "why": row["why"],
            "planner": said["planner"],
            "suggested_as": said["source"],
            "reason": said["reason"].get("summary", ""),
            "formulation": read_formulation(row["formulation"]).label,
        }


def _spectra(extract: Extract) -> tuple[dict[str, bytes], list[Row]]:
    """Every measured curve as a table of its own, and the table that names them."""
    files: dict[str, bytes] = {}
    measurements: list[Row] = []
    for place, row in enumerate(extract.rows["measurement"], 1):
        path = f"{SPECTRA}{quote(row['sample_id'], safe='')}-{place:04d}-{quote(row['kind'], safe='')}"
        curves = dict(_curves(path, row["measurement"]))
        files |= curves
        settings = {key: value for key, value in row["measurement"].items() if not isinstance(value, list | dict)}
        settings.pop("kind")
        measurements.append(
            {
                "sample": row["sample_id"],
                "kind": row["kind"],
                "temperature_C": settings.pop("temperature_C", None),
                "file": next(iter(curves), ""),
                "run_uid": row["run_uid"],
                "settings": json.dumps(settings, ensure_ascii=False),
            }
        )
    return files, measurements


def _curves(path: str, measurement: Row) -> Iterator[tuple[str, bytes]]:
    """Columns of one length are one table; a spectrum within a measurement is another."""
    columns = {name: value for name, value in measurement.items() if isinstance(value, list)}
    if columns:
        lines = zip(*columns.values(), strict=True)
        yield f"{path}.csv", _csv(tuple(columns), (dict(zip(columns, line, strict=True)) for line in lines))
    for name, value in measurement.items():
        if isinstance(value, dict):
            yield from _curves(f"{path}-{name}", value)


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
