"""How well models foretell the conductivity of polymers, and of formulations, that they have never seen.

Ten folds by canonical repeat unit, poly(ethylene oxide) and poly(trimethylene carbonate) only in training, for each of
two fold seeds; every model on the same folds in the same run, and its mean absolute error against that of the random
forest on fingerprints, with a bootstrap over polymers. With a table of glass transitions, T - Tg is a feature: for each
fold its estimate is learnt anew without the polymers that are tested. On the folds by polymer the ranking of hosts for
LiTFSI is scored as well: Spearman's correlation of each polymer's mean reading and mean prediction from 55 to 95 °C.
Prints one JSON line.

    python benchmarks/unseen_polymers.py PATH/spe_conductivity.csv --tg PATH/tg.csv
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.line import named, print_line, run_benchmark
from chemistry.catalogue import salt
from ledger.film import Film
from ledger.literature import read_table
from models.averaged import Averaged
from models.evaluation import evaluate
from models.glass_estimate import glass_estimate
from models.learning_table import LearningTable
from models.scores import bootstrap_difference, scores
from models.splits import Fold, formulation_folds, polymer_folds, polymer_group
from models.surrogates import NAMES, REFERENCE, surrogate

ALWAYS_TRAIN = ("*CCO*", "*CCCOC(=O)O*")
SEEDS = (2026, 2027)
RANKED_BETWEEN_C = (55.0, 95.0)
UNCALIBRATED = ("coverage_90", "interval_width", "crps")
"""Scores of intervals, which the reference is not asked for."""


class Record:
    """What one model said over all folds of one split."""

    def __init__(self) -> None:
        self.truth: list[np.ndarray] = []
        self.mean: list[np.ndarray] = []
        self.sd: list[np.ndarray] = []
        self.polymers: list[np.ndarray] = []
        self.ranked: list[np.ndarray] = []
        self.seconds = 0.0

    def figures(self) -> dict[str, float | None]:
        """Scores over all tested readings, and the seconds of all fits and predictions."""
        told = scores(np.concatenate(self.truth), np.concatenate(self.mean), np.concatenate(self.sd))
        return {**told.as_dict(3), "seconds": round(self.seconds, 1)}

    def ranking(self) -> dict[str, float | int | None]:
        """How well the hosts of LiTFSI are ranked among one another, at temperatures where most are molten."""
        ranked = np.concatenate(self.ranked)
        names, of = np.unique(np.concatenate(self.polymers)[ranked], return_inverse=True)
        truth, mean = (
            np.bincount(of, np.concatenate(values)[ranked]) / np.bincount(of) for values in (self.truth, self.mean)
        )
        return {"polymers": len(names), "spearman": scores(truth, mean, np.ones_like(mean)).as_dict(3)["spearman"]}

    @property
    def errors(self) -> np.ndarray:
        """Absolute error of each reading."""
        return np.abs(np.concatenate(self.mean) - np.concatenate(self.truth))


def main() -> None:
    """Run the folds and print the line."""
    parser = argparse.ArgumentParser(description="Conductivity of unseen polymers and formulations.")
    parser.add_argument("table", type=Path, help="spe_conductivity.csv of Bradford et al.")
    parser.add_argument("--tg", type=Path, help="a table of glass transitions (SMILES, tg)")
    parser.add_argument("--models", default=f"{REFERENCE},average", help=f"comma-separated, of {', '.join(NAMES)}")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--splits", nargs="+", default=["polymer", "formulation"], choices=("polymer", "formulation"))
    given = parser.parse_args()
    names = named(given.models, NAMES, "--models")
    films, glasses = read(given.table, "bradford"), [] if given.tg is None else read(given.tg, "tg")
    line: dict[str, object] = {
        "table": given.table.name,
        "films": len(films),
        "glass_transitions": len(glasses) or "none given: T - Tg is left out",
        "folds": given.folds,
        "seeds": given.seeds,
    }
    for split in given.splits:
        seeds = given.seeds if split == "polymer" else given.seeds[:1]
        told = {}
        for seed in seeds:
            folds = (
                polymer_folds(films, given.folds, seed, ALWAYS_TRAIN)
                if split == "polymer"
                else formulation_folds(films, given.folds, seed)
            )
            told[str(seed)] = compared(names, films, glasses, folds, f"{split} {seed}")
        line[split] = told
    print_line("unseen_polymers", **line)


def read(path: Path, form: str) -> list[Film]:
    """The films of a table; what its reader refuses is left out, as in an import."""
    return [item.film for item in read_table(path, form).films]


def with_litfsi(table: LearningTable) -> np.ndarray:
    """`n`, which readings count for the ranking of hosts."""
    own = np.array([one == salt("LiTFSI") for one in table.points.salts] + [False])  # -1, no salt, takes the last
    low, high = RANKED_BETWEEN_C
    return own[table.points.salt] & (table.points.temperature_C >= low) & (table.points.temperature_C <= high)


def model(name: str) -> Averaged:
    """The surrogate; the reference without calibration of its intervals, for only its mean is compared."""
    return replace(surrogate(name), calibrate=False) if name == REFERENCE else surrogate(name)


def compared(
    names: Sequence[str], films: list[Film], glasses: list[Film], folds: Sequence[Fold], label: str
) -> dict[str, object]:
    """Scores of each model over the folds, and its error against the reference's."""
    records = {name: Record() for name in names}
    for number, fold in enumerate(folds, start=1):
        train, test = [films[i] for i in fold.train], [films[i] for i in fold.test]
        tested = {polymer_group(film.formulation.polymer) for film in test}
        # On new formulations of known polymers too, no model of Tg knows a polymer that is tested.
        estimate = glass_estimate([g for g in glasses if polymer_group(g.formulation.polymer) not in tested])
        for name, record in records.items():
            begun = time.perf_counter()
            outcome = evaluate(model(name), train, test, estimate=estimate)
            record.seconds += time.perf_counter() - begun
            record.truth.append(outcome.table.value)
            record.mean.append(outcome.foretold.mean)
            record.sd.append(outcome.foretold.sd)
            record.polymers.append(outcome.polymers)
            record.ranked.append(with_litfsi(outcome.table))
        now = {name: round(float(record.errors.mean()), 3) for name, record in records.items()}
        print(f"{label}: fold {number} of {len(folds)}, mean absolute error so far {now}", file=sys.stderr, flush=True)
    figures: dict[str, object] = {}
    for name, record in records.items():
        own: dict[str, object] = {**record.figures()}
        if label.startswith("polymer"):
            own["litfsi_ranking"] = record.ranking()
        if name == REFERENCE:
            own = {key: value for key, value in own.items() if key not in UNCALIBRATED}
        if REFERENCE in records and name != REFERENCE:
            reference = records[REFERENCE].errors
            own["against_forest"] = round(float(record.errors.mean() / reference.mean() - 1), 3)
            low, high = bootstrap_difference(record.errors, reference, np.concatenate(record.polymers))
            own["against_forest_90"] = [round(low, 3), round(high, 3)]
        figures[name] = own
    return figures


if __name__ == "__main__":
    run_benchmark(main)
