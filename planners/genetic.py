"""The genetic planner: NSGA-II over formulations, whose generation is what the ledger holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.film import Film
from models.protocols import Fitted
from planners.bayesian import FEWEST_FILMS, gaussian_process
from planners.breeding import in_grown_space
from planners.nursery import Child, Nursery
from planners.options import GeneticOptions
from planners.pareto import hypervolume, objective_values, raised_values, reference_point, upwards
from planners.points import Point, formulation_at, point_of, rounded
from planners.protocols import Action, Knowledge, Reason, Suggestion, with_suggested
from planners.reasons import conditions, forecast, nearest_film
from planners.sampling import sample
from planners.screening import is_new
from planners.sobol import even_start
from planners.space import DesignSpace
from planners.survival import Generation, Individual, surviving

if TYPE_CHECKING:
    import numpy as np

FEWEST_PARENTS = 2
_LITTERS = 200
"""Pairs that are mated for one new child, after which none is to be had."""
_DIGITS = 6
"""Predicted values are ranked with so many digits: what lies beyond differs between machines."""


@dataclass(frozen=True)
class GeneticPlanner:
    """Sobol for the first `start` suggestions, then children of the films that NSGA-II's rank and crowding let survive.

    The population is rebuilt from what is known each time: films are the individuals, failures count as infeasible,
    and nothing that is known or under way is proposed again. With `fitness: experiment` each suggestion is one child of
    the films. Else generations are bred on the surrogate's mean, and what is suggested is the survivor that would raise
    the known front most.
    """

    start: int = 5
    surrogate_fit: Callable[[Sequence[Film]], Fitted] = gaussian_process
    options: GeneticOptions = field(default_factory=GeneticOptions)
    name: str = "genetic"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; each one knows of those before it as pending.

        Raises `BadInput` where nothing in the space may be made.
        """
        read = [film for film in knowledge.films if objective_values(film, knowledge.objectives)]
        fewest = FEWEST_PARENTS if self.options.fitness == "experiment" else FEWEST_FILMS
        early = n if len(read) < fewest else max(0, min(n, self.start - knowledge.suggested))
        suggestions = even_start(early, knowledge, self.start or fewest, self.name)
        fitted = None
        while len(suggestions) < n:
            known = in_grown_space(with_suggested(knowledge, suggestions))
            if self.options.fitness != "experiment":
                fitted = fitted or self._fitted(knowledge.films)
            found = self._bred(known) if fitted is None else self._evolved(known, read, fitted)
            if found is None:
                break
            suggestions.append(found)
        return suggestions

    def _fitted(self, films: Sequence[Film]) -> Fitted:
        from models.film_process import one_thread

        with one_thread():
            return self.surrogate_fit(films)

    def _bred(self, knowledge: Knowledge) -> Suggestion | None:
        """One child of the films, as results alone rank them."""
        rng = _chance(knowledge)
        parents = surviving(individuals(knowledge), self.options.population, rng)
        nursery = Nursery(knowledge.space, rng)
        new = is_new(knowledge)
        for _ in range(_LITTERS):
            child = nursery.child(*parents.pair(rng))
            if child is not None and new(nursery.space, child.point):
                return self._suggestion(knowledge, nursery.space, child.point, Reason(summary=_sentence(child.story)))
        return None

    def _evolved(self, knowledge: Knowledge, read: Sequence[Film], fitted: Fitted) -> Suggestion | None:
        """The best new survivor of some generations that were bred on the surrogate."""
        from models.film_process import one_thread

        with one_thread():
            rng = _chance(knowledge)
            nursery = Nursery(knowledge.space, rng)
            believed = _Believed(knowledge, fitted, self.options)
            founders = believed.of_films()
            drawn = [
                Child(point, "a draw") for point in sample(knowledge.space, self.options.population, knowledge.seed)
            ]
            bred: dict[Point, tuple[int, Child]] = {child.point: (0, child) for child in drawn}
            alive = surviving([*founders, *believed.of(drawn, nursery.space)], self.options.population, rng)
            for number in range(1, self.options.generations + 1):
                litter = _litter(nursery, alive, self.options.population, rng)
                bred |= {child.point: (number, child) for child in litter if child.point not in bred}
                alive = surviving(
                    [*alive.individuals, *believed.of(litter, nursery.space)], self.options.population, rng
                )
            best = believed.best(alive, [*bred], nursery.space)
            if best is None:
                return None
            number, child = bred[best]
            reason = _foretold(knowledge, read, fitted, nursery.space, best, f"{child.story}, generation {number}")
        return self._suggestion(knowledge, nursery.space, best, reason)

    def _suggestion(self, knowledge: Knowledge, space: DesignSpace, point: Point, reason: Reason) -> Suggestion:
        return Suggestion(
            formulation=formulation_at(space, point),
            action=Action(),
            reason=reason,
            planner=self.name,
            event=knowledge.event,
            index=knowledge.suggested,
        )


def individuals(knowledge: Knowledge) -> list[Individual]:
    """The population that the ledger holds: films of the space with their objectives, and failures without."""
    found = []
    for film in knowledge.films:
        point, values = point_of(knowledge.space, film.formulation), raised_values(film, knowledge.objectives)
        if point is not None and values is not None:
            found.append(Individual(rounded(knowledge.space, point), f"film {film.film_id}", values))
    for failure in knowledge.failures:
        point = point_of(knowledge.space, failure.formulation)
        if point is not None:
            found.append(Individual(rounded(knowledge.space, point), f"failed {failure.formulation.label}", None))
    return found


class _Believed:
    """What the objectives of formulations are believed to be, everything to maximise."""

    def __init__(self, knowledge: Knowledge, fitted: Fitted, options: GeneticOptions) -> None:
        self._knowledge, self._fitted, self._options = knowledge, fitted, options
        self._new = is_new(knowledge)
        self._films = individuals(knowledge)

    def of(self, children: Sequence[Child], space: DesignSpace) -> list[Individual]:
        """Children with the surrogate's mean, raised by its doubt."""
        values = self._values([child.point for child in children], space, self._options.optimism)
        return [
            Individual(child.point, f"an unmade {formulation_at(space, child.point).label}", raised)
            for child, raised in zip(children, values, strict=True)
        ]

    def of_films(self) -> list[Individual]:
        """What the ledger holds: as it was measured, or as the surrogate's mean sees it."""
        if self._options.fitness == "both":
            return self._films
        made = [one for one in self._films if one.values]
        means = self._values([one.point for one in made], self._knowledge.space)
        seen = [Individual(one.point, one.label, mean) for one, mean in zip(made, means, strict=True)]
        return [*seen, *(one for one in self._films if not one.values)]

    def best(self, alive: Generation, bred: Sequence[Point], space: DesignSpace) -> Point | None:
        """The new survivor that would raise the hypervolume of what is known and under way most.

        Where none would, the one that NSGA-II puts first; where no survivor is new, the same of all that was bred. What
        is known counts as the surrogate's mean sees it: a front of measured values is one of lucky noise.
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
        front = np.array(self._values(known, self._knowledge.space)).reshape(-1, len(objectives)) * signs
        reference = reference_point(front, objectives)
        gains = [hypervolume(np.vstack([front, np.array(one.values) * signs]), objectives, reference) for one in new]
        return new[int(np.argmax(np.round(gains, _DIGITS)))].point

    def _values(self, points: Sequence[Point], space: DesignSpace, optimism: float = 0.0) -> list[tuple[float, ...]]:
        if not points:
            return []
        formulations = [formulation_at(space, point) for point in points]
        posterior = self._fitted.posterior(formulations, conditions(self._knowledge))
        raised = upwards(posterior.mean, self._knowledge.objectives) + optimism * posterior.sd
        return [tuple(row) for row in raised.round(_DIGITS).tolist()]


def _litter(nursery: Nursery, parents: Generation, n: int, rng: "np.random.Generator") -> list[Child]:
    """About n different children."""
    children = (nursery.child(*parents.pair(rng)) for _ in range(n))
    return list({child.point: child for child in children if child is not None}.values())


def _foretold(
    knowledge: Knowledge, read: Sequence[Film], fitted: Fitted, space: DesignSpace, point: Point, story: str
) -> Reason:
    formulation = formulation_at(space, point)
    said, nearest = forecast(formulation, knowledge, fitted), nearest_film(formulation, read)
    return Reason(
        summary=f"{_sentence(story)} Expected {said.words}; most like it is film {nearest}.",
        expected=said.expected,
        sd=said.sd,
        nearest_film=nearest,
    )


def _sentence(story: str) -> str:
    return f"{story[0].upper()}{story[1:]}."


def _chance(knowledge: Knowledge) -> "np.random.Generator":
    import numpy as np

    return np.random.default_rng([knowledge.seed, knowledge.suggested])
