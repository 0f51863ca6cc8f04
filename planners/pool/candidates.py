"""A finite pool of polymers as numbers: what is compared when one is chosen, made once and kept.

A million candidates are two arrays here, a gigabyte and a half, and no formulation is built before one is chosen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.canonical import canonical_repeat_unit
from chemistry.errors import BadInput
from chemistry.structures import UnreadableSmiles
from models.unit_features import COUNTS, FINGERPRINT_BITS, unit_counts, unit_fingerprint

_MOST = 255
"""No substructure is counted further: a byte holds it."""
_HEAVY = COUNTS.index("heavy atoms")
_MASS = COUNTS.index("mass")
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class Pool:
    """n candidates.

    Attributes:
        units: canonical repeat units, all different.
        counts: `b x n` (bytes), circular substructures of one unit inside its chain; one substructure is one stretch of
            memory, because that is how they are compared.
        numbers: `n x d`, standard scores over the pool: counts per heavy atom, and mass.
    """

    units: tuple[str, ...]
    counts: np.ndarray
    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.units)


def pool_of(smiles: Sequence[str], places: Sequence[str] = (), told: Callable[[int], None] = lambda _: None) -> Pool:
    """The pool of some repeat units, in their order.

    Args:
        smiles: one of each candidate.
        places: what an error calls each candidate, such as `line 3`; `candidate 2` where left out.
        told: hears how many are done.

    Raises:
        BadInput: fewer than two, a unit that cannot be read, or one polymer twice (also in another spelling).
    """
    if len(smiles) < 2:
        raise BadInput(f"a pool of {len(smiles)} leaves nothing to choose", remedy="Give at least two polymers")
    units = _distinct(smiles, places or [f"candidate {number}" for number in range(1, len(smiles) + 1)])
    counts = np.empty((FINGERPRINT_BITS, len(units)), dtype=np.uint8)
    numbers = np.empty((len(units), len(COUNTS)), dtype=np.float32)
    for place, unit in enumerate(units):
        counts[:, place] = np.clip(unit_fingerprint(unit), 0, _MOST)
        numbers[place] = _numbers(unit)
        told(place + 1)
    return Pool(units, counts, _standard(numbers))


def _distinct(smiles: Sequence[str], places: Sequence[str]) -> tuple[str, ...]:
    units: dict[str, str] = {}
    problems = []
    for text, place in zip(smiles, places, strict=True):
        try:
            unit = canonical_repeat_unit(text)
        except UnreadableSmiles as error:
            problems.append(f"{place}: {error}")
            continue
        if unit in units:
            problems.append(f"{place} is the polymer {unit} of {units[unit]} again.")
        units.setdefault(unit, place)
    if problems:
        raise BadInput(
            f"{len(problems)} of {len(smiles)} candidates cannot be used",
            place="pool",
            problems=tuple(problems[:_SHOWN]),
            remedy="Mend or remove them: each polymer stands in a pool once",
        )
    return tuple(units)


def _numbers(unit: str) -> list[float]:
    counts = unit_counts(unit)
    heavy = max(counts[_HEAVY], 1.0)
    each = [count / heavy for count in counts]
    each[_HEAVY] = math.log(max(counts[_MASS], 1.0))
    return each


def _standard(numbers: np.ndarray) -> np.ndarray:
    """Columns less their mean over their deviation; those that are the same everywhere are left out."""
    spread = numbers.std(axis=0, dtype=float)
    varied = spread > 1e-6
    return ((numbers[:, varied] - numbers[:, varied].mean(axis=0, dtype=float)) / spread[varied]).astype(np.float32)
