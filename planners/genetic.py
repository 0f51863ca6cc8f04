"""The genetic planner: NSGA-II over formulations, whose generation is what the ledger holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted
from planners.bayesian import FEWEST_FILMS, gaussian_process
from planners.beliefs import Believed
from planners.breeding import in_grown_space
from planners.nursery import Child, Nursery
from planners.options import GeneticOptions
from planners.pareto import objective_values
from planners.points import Point, formulation_at
from planners.protocols import Action, Knowledge, Reason, Suggestion, with_suggested
from planners.reasons import driven_by, forecast, nearest_film, not_learnt
from planners.sampling import sample
from planners.screening import is_new
from planners.sobol import even_start
from planners.space import DesignSpace
from planners.success import FAIR, Chance, chance_of_success
from planners.survival import Generation, individuals, surviving

if TYPE_CHECKING:
    import numpy as np

FEWEST_PARENTS = 2
_LITTERS = 200
"""Pairs that are mated for one new child, after which none is to be had."""


@dataclass(frozen=True)
class GeneticPlanner:
    """Sobol for the first `start` suggestions, then children of the films that NSGA-II's rank and crowding let survive.

    The population is rebuilt from what is known each time: films are the individuals, those that overstep a limit and
    failures count as infeasible, and nothing that is known or under way is proposed again. With `fitness: experiment`
    each suggestion is one child of the films. Else generations are bred on the surrogate's mean, and what is suggested
    is the survivor that would raise the known front most.
    """

    start: int = 5
    surrogate_fit: Callable[[Sequence[Film]], Fitted] = gaussian_process
    options: GeneticOptions = field(default_factory=GeneticOptions)
    success_fit: Callable[[Knowledge], Chance | None] = chance_of_success
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
                fitted = fitted or self._fitted(knowledge.evidence)
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
        """One child of the films, as results alone rank them: the first that is as likely as not to make a film."""
        rng = _chance(knowledge)
        parents = surviving(individuals(knowledge), self.options.population, rng)
        nursery = Nursery(knowledge.space, rng)
        new, success = is_new(knowledge), self.success_fit(knowledge)
        least_bad: tuple[float, Suggestion] | None = None
        for _ in range(_LITTERS):
            child = nursery.child(*parents.pair(rng))
            if child is None or not new(nursery.space, child.point):
                continue
            chance = float(success([formulation_at(nursery.space, child.point)])[0]) if success else None
            reason = Reason(summary=_sentence(child.story), success=chance)
            found = self._suggestion(knowledge, nursery.space, child.point, reason)
            if chance is None or chance >= FAIR:
                return found
            if least_bad is None or chance > least_bad[0]:
                least_bad = (chance, found)
        return least_bad[1] if least_bad else None

    def _evolved(self, knowledge: Knowledge, read: Sequence[Film], fitted: Fitted) -> Suggestion | None:
        """The best new survivor of some generations that were bred on the surrogate."""
        from models.film_process import one_thread

        with one_thread():
            rng = _chance(knowledge)
            nursery = Nursery(knowledge.space, rng)
            believed = Believed(knowledge, fitted, self.options, self.success_fit(knowledge))
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
            story = f"{child.story}, generation {number}"
            reason = _foretold(knowledge, read, fitted, believed, formulation_at(nursery.space, best), story)
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


def _litter(nursery: Nursery, parents: Generation, n: int, rng: "np.random.Generator") -> list[Child]:
    """About n different children."""
    children = (nursery.child(*parents.pair(rng)) for _ in range(n))
    return list({child.point: child for child in children if child is not None}.values())


def _foretold(
    knowledge: Knowledge,
    read: Sequence[Film],
    fitted: Fitted,
    believed: Believed,
    formulation: Formulation,
    story: str,
) -> Reason:
    success = None if believed.success is None else float(believed.success([formulation])[0])
    said = forecast(formulation, knowledge, fitted, believed.limits, success)
    nearest = nearest_film(formulation, read)
    waiting = not_learnt(knowledge.limits, believed.limits)
    driven = driven_by(said, read, knowledge.objectives)
    names = list(said.expected)
    return Reason(
        summary=f"{_sentence(story)} Expected {said.words}, {driven.words(names)}; "
        f"most like it is film {nearest}.{waiting}",
        expected=said.expected,
        sd=said.sd,
        margin=said.margin,
        margin_sd=said.margin_sd,
        success=success,
        nearest_film=nearest,
        drive=driven.term,
        leading=names[driven.leading],
    )


def _sentence(story: str) -> str:
    return f"{story[0].upper()}{story[1:]}."


def _chance(knowledge: Knowledge) -> "np.random.Generator":
    import numpy as np

    return np.random.default_rng([knowledge.seed, knowledge.suggested])
