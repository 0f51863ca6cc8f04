"""A finite pool of polymers as numbers: what is compared when one is chosen, made once and kept.

A million candidates are two arrays here, a gigabyte and a half, and no formulation is built before one is chosen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

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


def _alone() -> np.ndarray:
    return np.ones((1, 1), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Pool:
    """n polymers, each of which may be made in c ways: `n c` candidates. Row r is polymer r // c made in way r % c.

    Attributes:
        units: canonical repeat units, all different.
        counts: `b x n` (bytes), circular substructures of one unit inside its chain; one substructure is one stretch of
            memory, because that is how they are compared.
        numbers: `n x d`, standard scores over the pool: counts per heavy atom, and mass.
        ways: `c x c`, how alike the ways are, one on the diagonal; a single way where left out.
    """

    units: tuple[str, ...]
    counts: np.ndarray
    numbers: np.ndarray
    ways: np.ndarray = field(default_factory=_alone)

    def __len__(self) -> int:
        return len(self.units) * len(self.ways)

    def unit(self, row: int) -> str:
        """The repeat unit of a candidate."""
        return self.units[row // len(self.ways)]

    def made_in(self, ways: np.ndarray) -> "Pool":
        """The same polymers, each made in `c` ways, which are alike as `c x c` says."""
        return Pool(self.units, self.counts, self.numbers, ways)

    @property
    def places(self) -> dict[str, int]:
        """The number of each repeat unit among `units`."""
        return _places(self.units)


def pool_of(smiles: Sequence[str], places: Sequence[str] = (), told: Callable[[int], None] = lambda _: None) -> Pool:
    """The pool of some repeat units, in their order.

    Args:
        smiles: one of each candidate.
        places: what an error calls each candidate, such as `line 3`; `candidate 2` where left out.
        told: hears how many are done.

    Raises:
        BadInput: fewer than two, a unit that cannot be read, or one polymer twice (also in another spelling).
    """
    return counted(distinct(smiles, places), told)


def counted(units: tuple[str, ...], told: Callable[[int], None] = lambda _: None) -> Pool:
    """The pool of canonical repeat units, all different; `told` hears how many are done."""
    counts = np.empty((FINGERPRINT_BITS, len(units)), dtype=np.uint8)
    numbers = np.empty((len(units), len(COUNTS)), dtype=np.float32)
    for place, unit in enumerate(units):
        counts[:, place] = np.clip(unit_fingerprint(unit), 0, _MOST)
        numbers[place] = _numbers(unit)
        told(place + 1)
    return Pool(units, counts, _standard(numbers))


def distinct(
    smiles: Sequence[str], places: Sequence[str] = (), told: Callable[[int], None] = lambda _: None
) -> tuple[str, ...]:
    """Canonical repeat units in their order; arguments and errors are those of `pool_of`."""
    if len(smiles) < 2:
        raise BadInput(f"a pool of {len(smiles)} leaves nothing to choose", remedy="Give at least two polymers")
    places = places or [f"candidate {number}" for number in range(1, len(smiles) + 1)]
    units: dict[str, str] = {}
    problems = []
    for number, (text, place) in enumerate(zip(smiles, places, strict=True), start=1):
        told(number)
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


@lru_cache(maxsize=4)
def _places(units: tuple[str, ...]) -> dict[str, int]:
    return {unit: place for place, unit in enumerate(units)}


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
