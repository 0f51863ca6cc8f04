"""Children of two formulations: components of either, loadings by simulated binary crossover, some genes mutated.

Deb & Agrawal, Complex Syst. 1995, 9, 115 (simulated binary crossover); Deb & Goyal, Comput. Sci. Inform. 1996, 26, 30
(polynomial mutation). Where polymers are open-ended the polymer itself is crossed, by an exchange of fragments.
"""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planners.axes import Amount
from planners.breeding import bred, lender
from planners.components import identity
from planners.points import Point, formulation_at, reasons_not_to, rounded
from planners.space import DesignSpace
from planners.survival import Individual

if TYPE_CHECKING:
    import numpy as np

CROSSOVER_INDEX = 15.0
MUTATION_INDEX = 20.0
"""Distribution indices of the two operators, as the papers take them: the larger, the nearer to the parents."""
_FRAGMENTS = 0.5
"""Chance that the polymer of a child in an open-ended space is bred and not inherited."""
_STRANGERS = 0.4
"""Chance that a fragment comes from a generated unit and not from the other parent."""
_TRIES = 32
"""Children of one pair that may not be made, after which the pair is given up."""


@dataclass(frozen=True)
class Child:
    """A point that may be made, and how it came about."""

    point: Point
    story: str


class Nursery:
    """Breeds feasible children; `space` grows by the polymers that are bred meanwhile."""

    def __init__(self, space: DesignSpace, rng: "np.random.Generator") -> None:
        self.space = space
        self._rng = rng
        self._draw = random.Random(int(rng.integers(2**63)))

    def child(self, one: Individual, other: Individual) -> Child | None:
        """A child of two parents; None where they have none that may be made."""
        for _ in range(_TRIES):
            before = self.space
            child = self._born(one, other)
            if not reasons_not_to(self.space, formulation_at(self.space, child.point)):
                return child
            self.space = before
        return None

    def _born(self, one: Individual, other: Individual) -> Child:
        mine, theirs = one.point, other.point
        genes = [self._polymer(mine, theirs)]
        genes += [self._choice(axis, mine, theirs) for axis in range(1, len(mine.choices))]
        choices = tuple(choice for choice, _ in genes)
        axes = self.space.axes
        shares = [
            self._amount(axis, [p.amounts[place] for p in (mine, theirs) if axes.exists(axis, p.choices)])
            if axes.exists(axis, choices)
            else (0.0, "")
            for place, axis in enumerate(axes.amounts)
        ]
        point = rounded(self.space, Point(choices, tuple(amount for amount, _ in shares)))
        happened = [word for _, word in (*genes, *shares) if word]
        parents = one.label if one.label == other.label else f"{one.label} and {other.label}"
        return Child(point, f"child of {parents} ({', '.join(happened) or 'all of the first'})")

    def _choice(self, place: int, one: Point, other: Point) -> tuple[int, str]:
        """From either parent, or now and then any of the space."""
        axis = self.space.axes.choices[place]
        if axis.size > 1 and self._rng.random() < self._mutated:
            return int(self._rng.integers(axis.size)), f"{axis.name} mutated"
        first, second = one.choices[place], other.choices[place]
        if first == second or self._rng.random() < 0.5:
            return first, ""
        return second, f"{axis.name} of the second"

    @property
    def _mutated(self) -> float:
        """Chance of each gene to mutate: one of them in a child, on average."""
        return 1 / len(self.space.axes)

    def _polymer(self, one: Point, other: Point) -> tuple[int, str]:
        if self.space.open_polymers is None or self._rng.random() >= _FRAGMENTS:
            return self._choice(0, one, other)
        mine = self.space.polymers[one.polymer]
        stranger = lender(self.space, self._draw) if self._rng.random() < _STRANGERS else None
        child = bred(self.space, mine, stranger or self.space.polymers[other.polymer], self._draw)
        if child is None:
            return one.polymer, ""
        known = [identity(polymer) for polymer in self.space.polymers]
        giver = f"a generated unit {stranger.label}" if stranger else "the second"
        story = f"polymer with a fragment of {giver}"
        if identity(child) in known:
            return known.index(identity(child)), story
        self.space = self.space.model_copy(update={"polymers": (*self.space.polymers, child)})
        return len(known), story

    def _amount(self, axis: Amount, of_parents: list[float]) -> tuple[float, str]:
        """An amount between and around those of the parents; any of the range where no parent has one."""
        import numpy as np
        from pymoo.operators.crossover.sbx import cross_sbx
        from pymoo.operators.mutation.pm import mut_pm

        name, limits = axis.name, axis.limits
        if limits is None:
            return 0.0, ""
        if not of_parents:
            return limits.low + float(self._rng.random()) * limits.span, f"{name} drawn"
        if limits.span == 0:
            return limits.low, ""
        low, high = np.array([limits.low]), np.array([limits.high])
        pair = np.clip(np.array([of_parents[0], of_parents[-1]]), limits.low, limits.high)
        eta, exchange = np.array([[CROSSOVER_INDEX]]), np.array([[0.5]])
        both = cross_sbx(pair.reshape(2, 1, 1), low, high, eta, 1.0, exchange, random_state=self._rng)
        value, words = both[0], f"{name} crossed" if pair[0] != pair[1] else ""
        if self._rng.random() < self._mutated:
            sure = np.array([1.0])
            value = mut_pm(value, low, high, np.array([MUTATION_INDEX]), sure, False, random_state=self._rng)
            words = f"{name} crossed and mutated" if words else f"{name} mutated"
        return float(value[0, 0]), words
