"""What a genetic planner believes of formulations: a surrogate's word, with the benefit of its doubt."""

from collections.abc import Sequence

from chemistry.formulation import Formulation
from models.protocols import Fitted
from planners.expectation import expectation
from planners.limits import learnt, violation_of
from planners.nursery import Child
from planners.options import GeneticOptions
from planners.pareto import hypervolume, reference_point, upwards
from planners.points import Point, formulation_at, point_of
from planners.protocols import Knowledge
from planners.screening import is_new
from planners.space import DesignSpace
from planners.success import FAIR, Chance
from planners.survival import Generation, Individual, individuals

_DIGITS = 6
"""Predicted values are ranked with so many digits: what lies beyond differs between machines."""


class Believed:
    """What the objectives and limits of formulations are believed to be, objectives all to maximise."""

    def __init__(
        self, knowledge: Knowledge, fitted: Fitted, options: GeneticOptions, success: Chance | None = None
    ) -> None:
        self._knowledge, self._fitted, self._options = knowledge, fitted, options
        self._new = is_new(knowledge)
        self._films = individuals(knowledge)
        self.success = success
        self.limits = learnt(knowledge.limits, fitted, knowledge.films)
        self._violation = violation_of(knowledge.films, self.limits)

    def of(self, children: Sequence[Child], space: DesignSpace) -> list[Individual]:
        """Children with the surrogate's mean, raised by its doubt; the doubt is in favour of their limits too.

        One that is more likely to fail than not is infeasible by what its chance lacks.
        """
        beliefs = self._beliefs([child.point for child in children], space, self._options.optimism)
        formulations = [formulation_at(space, child.point) for child in children]
        lacking = [max(0.0, FAIR - chance) for chance in self._chances(formulations)]
        return [
            Individual(child.point, f"an unmade {formulation.label}", raised, overstepped + lacks)
            for child, formulation, (raised, overstepped), lacks in zip(
                children, formulations, beliefs, lacking, strict=True
            )
        ]

    def of_films(self) -> list[Individual]:
        """What the ledger holds: as it was measured, or as the surrogate's mean sees it."""
        if self._options.fitness == "both":
            return self._films
        made = [one for one in self._films if one.values]
        means = self._beliefs([one.point for one in made], self._knowledge.space)
        seen = [Individual(one.point, one.label, *mean) for one, mean in zip(made, means, strict=True)]
        return [*seen, *(one for one in self._films if not one.values)]

    def best(self, alive: Generation, bred: Sequence[Point], space: DesignSpace) -> Point | None:
        """The new survivor that would raise the hypervolume of what is known and under way most.

        Where none would, the one that NSGA-II puts first; where no survivor is new, the same of all that was bred. What
        is known counts as the surrogate's mean sees it: a front of measured values is one of lucky noise. Of what
        oversteps limits the least overstepping is taken, and only where nothing is believed to hold them. A gain counts
        by the chance that a film comes of it, and between equal gains that chance decides.
        """
        import numpy as np

        new = [one for one in alive.individuals if self._new(space, one.point)]
        if not new:
            new = self.of([Child(point, "") for point in bred if self._new(space, point)], space)
        if not new:
            return None
        waiting = (point_of(self._knowledge.space, formulation) for formulation in self._knowledge.pending)
        known = [*(one.point for one in self._films if one.values), *(point for point in waiting if point is not None)]
        objectives = self._knowledge.objectives
        signs = np.array([objective.sign for objective in objectives])
        # Objectives carry their own direction, so values go back to their own sign.
        beliefs = self._beliefs(known, self._knowledge.space)
        holding = [values for values, overstepped in beliefs if overstepped == 0]
        front = np.array(holding).reshape(-1, len(objectives)) * signs
        everything = np.array([values for values, _ in beliefs]).reshape(-1, len(objectives)) * signs
        reference = reference_point(front if holding else everything, objectives, whole=not holding)
        gains = [hypervolume(np.vstack([front, np.array(one.values) * signs]), objectives, reference) for one in new]
        chances = self._chances([formulation_at(space, one.point) for one in new])
        worth = np.round(np.array(gains) * chances, _DIGITS)
        ranked = list(zip((-one.violation for one in new), worth, chances, strict=True))
        return new[max(range(len(new)), key=ranked.__getitem__)].point

    def _chances(self, formulations: Sequence[Formulation]) -> list[float]:
        """That a film comes of each; one where nothing is to be said."""
        if self.success is None or not formulations:
            return [1.0] * len(formulations)
        return self.success(formulations).round(_DIGITS).tolist()

    def _beliefs(
        self, points: Sequence[Point], space: DesignSpace, optimism: float = 0.0
    ) -> list[tuple[tuple[float, ...], float]]:
        """The objectives of each point, and by how much it oversteps the limits."""
        import numpy as np

        if not points:
            return []
        objectives = self._knowledge.objectives
        formulations = [formulation_at(space, point) for point in points]
        told = expectation(self._fitted, formulations, objectives, self.limits)
        raised = (upwards(told.mean, objectives) + optimism * told.sd).round(_DIGITS)
        limited = []
        for limit, mean, sd in zip(self.limits, told.limited.T, told.limited_sd.T, strict=True):
            inside = np.clip(mean, limit.low, limit.high)
            reach = optimism * sd
            limited.append(np.clip(inside, mean - reach, mean + reach).round(_DIGITS))
        values = np.array(limited).T.reshape(len(points), -1)
        return [
            (tuple(row), self._violation(of_limits))
            for row, of_limits in zip(raised.tolist(), values.tolist(), strict=True)
        ]
