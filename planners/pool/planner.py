"""A pool behind the seam of campaigns: what the ledger knows in, formulations out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chemistry.formulation import Formulation
from planners.points import reasons_not_to
from planners.pool.candidates import Pool
from planners.pool.choosers import AtRandom, Kinship
from planners.pool.protocols import Choice, Chooser
from planners.pool.reasons import reason
from planners.pool.results import Results, results
from planners.pool.ways import Way, formulation_of, likeness_of_ways, ways_of
from planners.protocols import Action, Knowledge, Suggestion
from planners.stock import enough_for
from planners.success import Chance, chance_of_success

_SPARE = 16
"""Choices asked for beyond those wanted: some of them may not be made, and to ask again ranks the whole pool again."""


@dataclass(frozen=True, eq=False)
class PoolPlanner:
    """The planner of a campaign whose polymers are a finite pool: a `planners.protocols.Planner`.

    The space tells what each polymer is made with: its salts, at the loadings that its pool names; the polymers that it
    names play no part. A formulation is built for what is suggested alone. Several objectives become one by random
    weights, new ones for each suggestion (`planners.scalarisation`). The answer is a pure function of the pool and of
    what is known.

    Attributes:
        pool: its polymers; the ways in which it says they are made play no part.
        start: suggestions at random before the chooser is asked.
    """

    pool: Pool
    chooser: Chooser = field(default_factory=Kinship)
    start: int = 5
    success_fit: Callable[[Knowledge], Chance | None] = chance_of_success
    name: str = "pool"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; fewer only where no more of the pool may be made.

        Raises:
            BadInput: the space leaves open what a polymer is made with.
        """
        making = _Making(self.pool, knowledge, self.success_fit(knowledge))
        known = results(knowledge, making.pool)
        chosen: list[tuple[Formulation, Choice]] = []
        gone = set(known.tried)
        while len(chosen) < n:
            found = self._next(n - len(chosen), len(chosen), making, known, gone)
            if not found:
                break
            chosen += found
        return [
            Suggestion(
                formulation=formulation,
                action=Action(),
                reason=reason(choice, formulation, making.pool, known, knowledge, self.chooser.name),
                planner=self.name,
                event=knowledge.event,
                index=knowledge.suggested + number,
            )
            for number, (formulation, choice) in enumerate(chosen)
        ]

    def _next(
        self, wanted: int, done: int, making: "_Making", known: Results, gone: set[int]
    ) -> list[tuple[Formulation, Choice]]:
        """The next choices that may be made, one at least unless none is left; what was looked at goes to `gone`."""
        index = making.knowledge.suggested + done
        random = index < self.start
        if random:
            wanted = min(wanted, self.start - index)
        elif len(making.knowledge.objectives) > 1:
            wanted = 1  # the next decision has other weights
        chooser = AtRandom() if random else self.chooser
        while True:
            told = known.told(making.knowledge.seed, index, making.chances, tuple(sorted(gone)))
            choices = chooser.choose(wanted + _SPARE, making.pool, told)
            if not choices:
                return []
            found: list[tuple[Formulation, Choice]] = []
            for choice in choices:
                if len(found) == wanted:
                    return found
                gone.add(choice.row)
                formulation = making.formulation(choice.row)
                if formulation is not None and making.allowed(formulation):
                    found.append((formulation, choice))
            if found:
                return found


@dataclass(frozen=True, eq=False)
class _Making:
    """What the polymers of the pool are made into in a campaign, and whether that may be made."""

    bare: Pool
    knowledge: Knowledge
    success: Chance | None

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        return ways_of(self.knowledge.space)

    @cached_property
    def pool(self) -> Pool:
        """The pool, with every way in which its polymers may be made."""
        return self.bare.made_in(likeness_of_ways(self.knowledge.space))

    @cached_property
    def enough(self) -> Callable[[Formulation], bool]:
        return enough_for(self.knowledge)

    def formulation(self, row: int) -> Formulation | None:
        return formulation_of(self.pool.unit(row), self.ways[row % len(self.ways)], self.knowledge.space)

    def allowed(self, formulation: Formulation) -> bool:
        return not reasons_not_to(self.knowledge.space, formulation) and self.enough(formulation)

    @property
    def chances(self) -> Callable[[Sequence[int]], np.ndarray] | None:
        """The chance that rows give a film; None where nothing failed yet."""
        asked = self.success
        if asked is None:
            return None

        def chance(rows: Sequence[int]) -> np.ndarray:
            made = [self.formulation(row) for row in rows]
            there = [formulation for formulation in made if formulation is not None]
            found = iter(asked(there).tolist() if there else ())
            return np.array([0.0 if formulation is None else next(found) for formulation in made])

        return chance
