"""Counts and circular substructures of repeat units per heavy atom, whatever is mixed with the polymer."""

from collections.abc import Sequence

import numpy as np

from chemistry.polymer import Polymer
from chemistry.remembered import remembered_of_many
from models.unit_features import COUNTS, FINGERPRINT_BITS, unit_counts, unit_fingerprint

NAMES: tuple[str, ...] = (
    *(f"{name} per heavy atom" for name in COUNTS),
    *(f"substructure {place} per heavy atom" for place in range(FINGERPRINT_BITS)),
)
"""Columns of `repeat_unit_matrix`."""
_HEAVY = COUNTS.index("heavy atoms")


def repeat_unit_matrix(polymers: Sequence[Polymer]) -> np.ndarray:
    """`p x d` counts and substructures of the repeat units per heavy atom: a glass transition hangs on these."""
    return np.array([_row(polymer) for polymer in polymers]).reshape(-1, len(COUNTS) + FINGERPRINT_BITS)


@remembered_of_many
def _row(polymer: Polymer) -> np.ndarray:
    rows = [np.concatenate([unit_counts(unit.smiles), unit_fingerprint(unit.smiles)]) for unit in polymer.units]
    counts = np.tensordot(polymer.fractions, rows, axes=1)
    return counts / counts[_HEAVY]
