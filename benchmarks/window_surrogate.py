"""What a few chosen calculations tell of the other polymers of a pool, beside as many drawn at random.

Windows of 800 polymers by density functional theory take weeks of a core, so a cheap level stands for them here:
vertical ionisation energy and electron affinity by GFN2-xTB, of one capped repeat unit each. They are foretold from
those of a few, with and without the frontier orbital energies of the same method as quick levels. In a survey
(`ionloop dft pool`) quick levels are by another method than what is foretold: the gain from them is flattered here,
that of choosing is not. Prints one JSON line; a table's cheap levels are kept in a ledger, for the next run.

    python benchmarks/window_surrogate.py FOLDER [--ledger levels.sqlite] [--calculations 60] [--first-seed 0]
        [--seeds 10] [--largest 32] [--polymers 800]

FOLDER holds `candidate_polymers.csv`; where it does not, as many generated units are taken. With `--windows KEPT` the
windows by density functional theory that the ledger KEPT knows are foretold too, each quarter by the others, or, with
`--held-out OTHER`, those that the ledger OTHER knows beside.
The levels of 641 polymers took 3 minutes of one core, the rest half a minute.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from benchmarks.line import print_line, run_benchmark
from chemistry.errors import IonloopError
from chemistry.generated_units import generated_units
from flows.theory.kept_windows import known_window, quick_levels_of
from ledger.store import Ledger
from models.screening.pool import unit_rows
from planners.pool.candidates import counted
from planners.pool.survey import Survey
from sim.dft.oligomer import heavy_atoms, model_molecule
from sim.dft.quick_levels import QuickLevels
from sim.dft.window import RedoxWindow, window_key

TABLE = "candidate_polymers.csv"
WITHIN_90 = 1.645
PARTS = 4
"""Into which known windows are divided; each is foretold by the other three."""


def main() -> None:
    """Foretell by both ways of choosing, with and without quick levels, and print the line."""
    parser = argparse.ArgumentParser(description="Chosen calculations against random ones.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ledger", default="levels.sqlite", help="keeps the cheap levels")
    parser.add_argument("--calculations", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--largest", type=int, default=32, help="heavy atoms of a capped repeat unit")
    parser.add_argument("--polymers", type=int, default=800, help="generated ones, where the table is not there")
    parser.add_argument("--windows", help="ledger of windows by density functional theory")
    parser.add_argument("--held-out", help="ledger of others, to be foretold by those [default: each quarter by three]")
    given = parser.parse_args()
    with Ledger.open(given.ledger) as ledger:
        units, levels, failed = levelled(units_of(given.folder, given.polymers), given.largest, ledger)
    pool = counted(units)
    quick = np.array([[one.homo_eV, one.lumo_eV] for one in levels])
    truth = {
        "ionisation_eV": np.array([one.vertical_ionisation_eV for one in levels]),
        "affinity_eV": np.array([one.vertical_affinity_eV for one in levels]),
    }
    line: dict[str, object] = {"polymers": len(units), "failed": failed, "calculations": given.calculations}
    line["spread_eV"] = {name: round(float(values.std()), 3) for name, values in truth.items()}
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    for features, used in (("quick levels and structure", quick), ("structure alone", quick[:, :0])):
        line[features] = {
            way: averaged([scored(Survey(pool, used, seed), truth, way, given.calculations, seed) for seed in seeds])
            for way in ("chosen", "random")
        }
        _tell(f"{features}: {line[features]}")
    if given.windows:
        known = windows_in(given.windows, levels)
        places = {place for place, _ in known}
        held_out = windows_in(given.held_out, levels) if given.held_out else []
        line["windows"] = of_windows(known, [one for one in held_out if one[0] not in places], units, levels)
    print_line("window_surrogate", first_seed=given.first_seed, seeds=given.seeds, **line)


def units_of(folder: Path, polymers: int) -> list[str]:
    """Canonical repeat units of the table, or generated ones."""
    table = folder / TABLE
    if not table.is_file():
        _tell(f"no {table}: generated units are taken")
        return sorted(generated_units(polymers, seed=0))
    return sorted({unit for *_, unit, _ in unit_rows(table) if unit is not None})


def levelled(units: Sequence[str], largest: int, ledger: Ledger) -> tuple[tuple[str, ...], list[QuickLevels], int]:
    """Units whose model is small enough, their cheap levels, and how many have none."""
    kept, levels, failed = [], [], 0
    for place, unit in enumerate(units):
        try:
            model = model_molecule(unit, 1)
            if heavy_atoms(model) > largest:
                continue
            levels.append(quick_levels_of(ledger, model))
        except IonloopError as error:
            failed += 1
            _tell(f"{unit}: {error}")
            continue
        kept.append(unit)
        if place % 50 == 0:
            _tell(f"{place} of {len(units)}")
    return tuple(kept), levels, failed


def scored(survey: Survey, truth: dict[str, np.ndarray], way: str, n: int, seed: int) -> dict[str, dict[str, float]]:
    """Errors over the polymers that were not calculated."""
    size = len(next(iter(truth.values())))
    if way == "random":
        rows = [int(row) for row in np.random.default_rng(seed).permutation(size)[:n]]
    else:
        rows = []
        while len(rows) < n and (row := survey.next(rows, ())) is not None:
            rows.append(row)
    unseen = np.setdiff1d(np.arange(size), rows)
    answer: dict[str, dict[str, float]] = {}
    for name, values in truth.items():
        told = survey.foretell(rows, values[rows])
        answer[name] = compared(told.mean[unseen], told.sd[unseen], values[unseen])
    return answer


def compared(mean: np.ndarray, sd: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """Mean absolute error, rank correlation, and share of the values within the 90 % interval."""
    rank, _ = spearmanr(mean, values)
    return {
        "mean_absolute_error": float(np.abs(mean - values).mean()),
        "spearman": float(rank),  # pyright: ignore[reportArgumentType]
        "within_90": float((np.abs(mean - values) < WITHIN_90 * sd).mean()),
    }


def rounded(figures: dict[str, float]) -> dict[str, float]:
    """To three places."""
    return {name: round(value, 3) for name, value in figures.items()}


def averaged(each: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Means over the seeds, and the standard deviation of the mean absolute error from seed to seed."""
    answer: dict[str, dict[str, float]] = {}
    for name in each[0]:
        answer[name] = rounded({key: float(np.mean([one[name][key] for one in each])) for key in each[0][name]})
        answer[name]["sd_over_seeds"] = round(float(np.std([one[name]["mean_absolute_error"] for one in each])), 3)
    return answer


Known = list[tuple[int, RedoxWindow]]
"""Places of polymers and their windows."""


def windows_in(kept: str, levels: Sequence[QuickLevels]) -> Known:
    """Windows by density functional theory that a ledger knows. A molecule of several polymers counts once."""
    first = {one.key.smiles: place for place, one in reversed(list(enumerate(levels)))}
    with Ledger.open(kept, create=False) as ledger:
        found = [(place, known_window(ledger, window_key(smiles))) for smiles, place in sorted(first.items())]
    return [(place, window) for place, window in found if window is not None]


def of_windows(known: Known, held_out: Known, units: Sequence[str], levels: Sequence[QuickLevels]) -> dict[str, object]:
    """Windows foretold from others: each quarter of the known ones by the other three, or those that were held out.

    Quick levels are those of all four kinds, as in a survey.
    """
    both = [*known, *held_out]
    chosen = [levels[place] for place, _ in both]
    quick = np.array(
        [[one.homo_eV, one.lumo_eV, one.vertical_ionisation_eV, one.vertical_affinity_eV] for one in chosen]
    )
    pool = counted(tuple(units[place] for place, _ in both))
    every = np.arange(len(both))
    parts = [every >= len(known)] if held_out else [every % PARTS == part for part in range(PARTS)]
    unseen = np.logical_or.reduce(parts)
    answer: dict[str, object] = {"known": len(known), "held_out": len(held_out)}
    for name in ("oxidation_V_vs_Li", "reduction_V_vs_Li", "homo_eV", "lumo_eV"):
        values = np.array([getattr(window, name) for _, window in both])
        told: dict[str, object] = {"spread": round(float(values[unseen].std()), 3)}
        for features, used in (("quick levels and structure", quick), ("structure alone", quick[:, :0])):
            survey, mean, sd = Survey(pool, used), np.empty(len(values)), np.empty(len(values))
            for out in parts:
                rows = [int(row) for row in every[~out]]
                foretold = survey.foretell(rows, values[rows])
                mean[out], sd[out] = foretold.mean[out], foretold.sd[out]
            told[features] = rounded(compared(mean[unseen], sd[unseen], values[unseen]))
        answer[name] = told
    return answer


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_benchmark(main)
