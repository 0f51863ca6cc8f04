"""Rank correlation of the coarse-grained model with films of a public table; prints one JSON line.

A pair is a polymer and a salt, without plasticiser, with films near one temperature and one loading: the median of
their conductivities. Each is simulated once by the uncalibrated model, at its own median temperature and loading, for
so many core-minutes; equilibrium, diffusion and failures are told. With `--record` a run that is broken off goes on
where it was.

    python benchmarks/md_against_films.py FOLDER/spe_conductivity.csv [--pairs 18] [--minutes 4] [--record FILE]
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.line import print_line, run_benchmark
from chemistry.errors import IonloopError
from chemistry.formulation import Formulation
from ledger.literature import read_table
from models.scores import scores
from sim.md.mapping import coarse_grained
from sim.md.recipe import SEGMENT, Settings, simulate
from sim.md.stages import Plan

NEAR_C, WITHIN_K = 80.0, 12.0
MOLALITIES = (0.5, 3.0)
"""Moles of salt for a kilogram of polymer."""
SIGMA = "log10_conductivity"


@dataclass(frozen=True)
class Pair:
    """A polymer and a salt, a film of median conductivity for what is simulated, and the median of all."""

    label: str
    formulation: Formulation
    temperature_C: float
    measured: float
    films: int


def main() -> None:
    """Simulate each pair and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--pairs", type=int, default=18, help="those with the most films")
    parser.add_argument("--minutes", type=float, default=4.0, help="of one core, for each")
    parser.add_argument("--beads", type=int, default=1500)
    parser.add_argument("--record", type=Path, help="keeps each result [default: none is kept]")
    given = parser.parse_args()
    pairs = pairs_of(given.table)[: given.pairs]
    with tempfile.TemporaryDirectory() as spare:
        record = given.record or Path(spare) / "record.jsonl"
        told = [_told(pair, given, record) for pair in pairs]
    done = [one for one in told if "simulated" in one]
    measured, simulated = (np.array([one[name] for one in done]) for name in ("measured", "simulated"))
    found = scores(measured, simulated, np.ones_like(measured))
    print_line(
        "md_against_films",
        pairs=len(done),
        spearman=round(found.spearman, 3),
        median_difference_decades=round(float(np.median(simulated - measured)), 2),
        of_pairs=told,
    )


def pairs_of(table: Path) -> list[Pair]:
    """Those that the model can be made of, the ones with the most films first."""
    found: dict[tuple[str, str], list[tuple[float, float, Formulation]]] = defaultdict(list)
    for item in read_table(table, "bradford").films:
        formulation = item.film.formulation
        if formulation.salt is None or formulation.additives or len(formulation.polymer.units) != 1:
            continue
        for reading in item.film.readings:
            T = reading.temperature_C
            if reading.property == SIGMA and T is not None and abs(T - NEAR_C) <= WITHIN_K:
                found[formulation.polymer.label, formulation.salt.label].append((reading.value, T, formulation))
    pairs = [pair for (host, salt), own in found.items() if (pair := _pair(f"{host} + {salt}", own)) is not None]
    return sorted(pairs, key=lambda pair: (-pair.films, pair.label))


def _pair(label: str, films: list[tuple[float, float, Formulation]]) -> Pair | None:
    low, high = MOLALITIES
    usable = sorted(
        ((value, T, formulation) for value, T, formulation in films if low <= formulation.salt_molality_mol_kg <= high),
        key=lambda film: film[0],
    )
    if not usable:
        return None
    _, T, formulation = usable[len(usable) // 2]
    try:
        coarse_grained(formulation, T)
    except IonloopError:
        return None  # no facts of the host, or too near to its glass transition
    return Pair(label, formulation, T, statistics.median(value for value, _, _ in usable), len(usable))


def _told(pair: Pair, given: argparse.Namespace, record: Path) -> dict[str, Any]:
    key = f"{pair.label} {pair.temperature_C:g} {pair.formulation.key} {given.beads} {given.minutes:g}"
    known = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    for line in known:
        if line["key"] == key:
            return {name: value for name, value in line.items() if name != "key"}
    told = {"pair": pair.label, "films": pair.films, "temperature_C": pair.temperature_C, "measured": pair.measured}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(given.beads, plan=Plan(SEGMENT, core_hours=given.minutes / 60))
        try:
            found = simulate(pair.formulation, pair.temperature_C, Path(folder), 1, settings)
        except IonloopError as error:
            told["failed"] = str(error)
        else:
            one = found.numbers.get(SIGMA)
            told |= {"equilibrated": found.equilibrated, "diffusive": found.diffusive}
            told |= {} if one is None else {"simulated": round(one.value, 3), "sd": round(one.sd, 3)}
    print(told, file=sys.stderr, flush=True)
    with record.open("a") as file:
        file.write(json.dumps({"key": key, **told}) + "\n")
    return told


if __name__ == "__main__":
    run_benchmark(main)
