"""What models said on the folds of a comparison, with what the readings were of: for figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chemistry.coordination import coordinating_groups
from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from models.comparison import Comparison
from models.fold_record import read_record
from models.learning_table import learning_table

LEVELS = tuple(round(0.05 * i, 2) for i in range(2, 20))
"""Levels of intervals whose coverage is looked at: 10 to 95 %."""
SINGLE_ION, WITHOUT = "single-ion", "no site"


@dataclass(frozen=True)
class Said:
    """Predictions of n readings out of fold.

    Attributes:
        truth, mean, sd: `n` each.
        polymer: `n`, canonical chain.
        family: `n`, coordinating groups of the polymer (`family`).
        temperature_C: `n`, NaN for a property without one.
        folds: folds that are done.
    """

    truth: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    polymer: np.ndarray
    family: np.ndarray
    temperature_C: np.ndarray
    folds: int

    @property
    def error(self) -> np.ndarray:
        """Absolute errors, `n`."""
        return np.abs(self.mean - self.truth)


def said(comparison: Comparison, record: Path) -> dict[str, Said]:
    """What each model said on the folds that the record holds; models without one are left out.

    Raises:
        BadInput: the record is none, or its readings are not those of the comparison.
    """
    done = read_record(record, comparison.key)
    parts: dict[str, list[tuple[np.ndarray, ...]]] = {}
    for number, fold in enumerate(comparison.parts):
        lines = {name: done[name, number] for name in comparison.models if (name, number) in done}
        if not lines:
            continue
        table = learning_table([comparison.films[i] for i in fold.test], comparison.asked)
        polymers = np.array([polymer.chain for polymer in table.points.polymers], dtype=object)[table.points.polymer]
        families = np.array([family(polymer) for polymer in table.points.polymers], dtype=object)[table.points.polymer]
        for name, line in lines.items():
            truth, mean, sd = (np.asarray(line[key], dtype=float) for key in ("truth", "mean", "sd"))
            if not np.array_equal(truth, table.value):
                raise BadInput(
                    f"fold {number + 1} of {name} holds other readings than the table",
                    place=str(record),
                    remedy="Give --record another file, and compare anew",
                )
            parts.setdefault(name, []).append((truth, mean, sd, polymers, families, table.points.temperature_C))
    return {
        name: Said(*(np.concatenate(column) for column in zip(*rows, strict=True)), folds=len(rows))
        for name, rows in parts.items()
    }


def family(polymer: Polymer) -> str:
    """What coordinates lithium in a polymer: `ether`, `carbonyl + ether`, `single-ion`, `no site`.

    >>> family(Polymer.model_validate({"units": ["*CCOC(=O)O*"]}))
    'carbonyl'
    """
    from models.unit_features import COUNTS, unit_counts

    anion, cation = COUNTS.index("anion"), COUNTS.index("cation")
    counts = [unit_counts(unit.smiles) for unit in polymer.units]
    if any(own[anion] > own[cation] for own in counts):
        return SINGLE_ION
    groups = {group for unit in polymer.units for group in coordinating_groups(unit.smiles)}
    return " + ".join(sorted(groups)) or WITHOUT


def coverage(told: Said, levels: Sequence[float] = LEVELS) -> np.ndarray:
    """Share of truths inside the central interval of each level."""
    from scipy.special import ndtri

    score = told.error / np.maximum(told.sd, 1e-12)
    return np.array([(score <= ndtri(0.5 + level / 2)).mean() for level in levels])


def by_group(told: Said, groups: np.ndarray) -> dict[str, tuple[float, int, int]]:
    """Mean absolute error, readings and polymers of each group, most readings first."""
    found = {}
    for name in np.unique(groups.astype(str)):
        own = groups.astype(str) == name
        found[str(name)] = (
            float(told.error[own].mean()),
            int(own.sum()),
            len(np.unique(told.polymer[own].astype(str))),
        )
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def temperature_bands(temperature_C: np.ndarray, width: float = 20.0) -> np.ndarray:
    """The band of each temperature as text, such as `20 to 40 °C`; `none` where there is no temperature."""
    low = np.floor(temperature_C / width) * width
    return np.array(["none" if np.isnan(t) else f"{t:.0f} to {t + width:.0f} °C" for t in low], dtype=object)
