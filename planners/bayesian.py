"""Bayesian optimisation: an even start, then the formulation whose result is worth most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted, JointModel
from planners.limits import column_signs, conditions, learnt, those_that_hold
from planners.many_axes import films_since, has_many_axes, region_candidates, region_of
from planners.merit import Merit, reason
from planners.objectives import Limit
from planners.options import BayesianOptions
from planners.pareto import front, objective_values, reference_point
from planners.points import Point, apart, formulation_at, point_of
from planners.protocols import Action, Knowledge, Suggestion, refuse_without_history, with_suggested
from planners.screening import SAME, candidates
from planners.sobol import even_start
from planners.success import Chance, chance_of_success, fair

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from planners.outlook import Outlook

FEWEST_FILMS = 3
"""Films with every objective below which a model has nothing to say."""


def gaussian_process(films: Sequence[Film]) -> Fitted:
    """The default surrogate, fitted."""
    from models.gaussian_process import GaussianProcess

    return GaussianProcess().fit(films)


@dataclass(frozen=True)
class Weighed:
    """Candidates, and what is believed of them.

    Attributes:
        films: those that the front is made of.
        fitted: the surrogate.
        points, pool: `n` candidates, as points of the space and as formulations.
        features: `n x d`.
        limits: those that the surrogate has learnt.
        outlook: what the acquisition looks at.
        success: `n`, the chance that a film comes of each; None where nothing is to be said.
        factor: `n`, what the gain of each is multiplied by; None where that is one.
        promising: rows that are worth a closer look; best first, unless an acquisition looks at all of them.
    """

    films: list[Film]
    fitted: Fitted
    points: list[Point]
    pool: list[Formulation]
    features: "Tensor"
    limits: tuple[Limit, ...]
    outlook: "Outlook"
    success: "Tensor | None"
    factor: "Tensor | None"
    promising: list[int]


@dataclass(frozen=True)
class BayesianPlanner:
    """Sobol for the first `start` suggestions, then what is worth most by an acquisition function.

    That is qLogNEHVI (several objectives) or qLogNEI (one) unless the options say otherwise. Candidates are a pool of
    feasible formulations spread over the space and around the known front, which is one of films that overstep no
    limit; what failed before tells how likely a film comes of each. The surrogate must be a `JointModel`. The answer is
    a pure function of what is known (torch runs on one thread meanwhile).

    Attributes:
        cost_h: what a film of a formulation costs, hours; asked only where options say `per_cost`.
    """

    start: int = 5
    surrogate_fit: Callable[[Sequence[Film]], Fitted] = gaussian_process
    pool: int = 2048
    finalists: int = 128
    success_fit: Callable[[Knowledge], Chance | None] = chance_of_success
    options: BayesianOptions = field(default_factory=BayesianOptions)
    cost_h: Callable[[Formulation], float] | None = None
    name: str = "bayesian"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; each one knows of those before it as pending.

        Raises `BadInput` where nothing in the space may be made.
        """
        read = [film for film in knowledge.films if objective_values(film, knowledge.objectives)]
        early = n if len(read) < FEWEST_FILMS else max(0, min(n, self.start - knowledge.suggested))
        first = even_start(early, knowledge, self.start or FEWEST_FILMS, self.name)
        if early == n:
            return first
        return [*first, *self._learnt(n - early, with_suggested(knowledge, first), read)]

    def _learnt(self, n: int, knowledge: Knowledge, read: list[Film]) -> list[Suggestion]:
        from models.film_process import one_thread

        with one_thread():
            return self.best(n, self.weigh(knowledge, read), knowledge)

    def best(self, n: int, weighed: Weighed, knowledge: Knowledge) -> list[Suggestion]:
        """The n candidates that are worth most, or close rivals of them; torch on one thread, as for `weigh`."""
        import torch

        from planners.rivals import is_rivals_turn, rival

        outlook, rows, factor = weighed.outlook, weighed.promising, weighed.factor
        suggestions: list[Suggestion] = []
        while rows and len(suggestions) < n:
            index = knowledge.suggested + len(suggestions)
            outlook = replace(outlook, decision=(knowledge.seed, index))
            features = weighed.features[rows]
            worth = self._worth(outlook, features, None if factor is None else factor[rows])
            favourite = int(worth.argmax())
            turn = is_rivals_turn(index, self.options.rivals)
            place = rival(worth, features, outlook.pending) if turn else favourite
            row = rows[place]
            chosen, made = weighed.points[row], weighed.pool[row]
            why = Merit(
                acquisition=self.options.acquisition,
                worth=float(worth[place]),
                success=None if weighed.success is None else float(weighed.success[row]),
                favourite=None if place == favourite else weighed.pool[rows[favourite]],
                cost_h=self.cost_h(made) if self.cost_h and self.options.per_cost else None,
            )
            suggestions.append(
                Suggestion(
                    formulation=made,
                    action=Action(),
                    reason=reason(made, why, weighed.films, knowledge, weighed.fitted, weighed.limits),
                    planner=self.name,
                    event=knowledge.event,
                    index=index,
                )
            )
            outlook = replace(outlook, pending=torch.cat([outlook.pending, weighed.features[row : row + 1]]))
            rows = [other for other in rows if apart(knowledge.space, weighed.points[other], chosen) > SAME]
        return suggestions

    def weigh(self, knowledge: Knowledge, read: Sequence[Film]) -> Weighed:
        """The candidates, what is believed of them, and which are worth a closer look; `read` are films to learn from.

        Torch should run on one thread meanwhile, as `suggest` sees to.
        """
        import torch

        # The campaign's own space decides what counts as the front; a warm start may hold anything.
        own = [film for film in read if point_of(knowledge.space, film.formulation)] or list(read)
        fitted = self.surrogate_fit(knowledge.evidence)
        if not isinstance(fitted, JointModel):
            raise TypeError(f"{type(fitted).__name__} gives no joint posterior, which Bayesian optimisation needs")
        points, success = self._candidates(knowledge, own)
        pool = [formulation_at(knowledge.space, point) for point in points]
        limits = learnt(knowledge.limits, fitted, read)
        features = torch.from_numpy(fitted.features(pool))
        outlook = _outlook(own, knowledge, fitted, limits)
        factor = self._factor(pool, success)
        rows = self._thinned(outlook, features, factor) if pool else []
        return Weighed(own, fitted, points, pool, features, limits, outlook, success, factor, rows)

    def _thinned(self, outlook: "Outlook", features: "Tensor", factor: "Tensor | None") -> list[int]:
        """Rows that are weighed with care: those of most analytic improvement, or all where weighing is cheap."""
        from planners.acquisition import promising

        if self.options.acquisition == "noisy_improvement":
            return promising(outlook, features, self.finalists, factor).tolist()
        return list(range(len(features)))

    def _worth(self, outlook: "Outlook", features: "Tensor", factor: "Tensor | None") -> "Tensor":
        """Logarithm of what each row is worth, times its factor."""
        from planners.acquisition import noisy_improvement
        from planners.confidence_bound import confidence_bound
        from planners.thompson import thompson

        if self.options.acquisition == "noisy_improvement":
            worth = noisy_improvement(outlook, features)
        elif self.options.acquisition == "confidence_bound":
            worth = confidence_bound(outlook, features, self.options.boldness)
        else:
            worth = thompson(outlook, features, factor)
        return worth if factor is None else worth + factor.log()

    def _factor(self, pool: Sequence[Formulation], success: "Tensor | None") -> "Tensor | None":
        """What a gain is multiplied by: the chance that a film comes of it, per hour where the options ask for it."""
        import torch

        if self.cost_h is None or not self.options.per_cost:
            return success
        hours = torch.tensor([self.cost_h(formulation) for formulation in pool], dtype=torch.double)
        return 1.0 / hours if success is None else success / hours

    def _points(self, knowledge: Knowledge, own: list[Film]) -> list[Point]:
        """Points over the space and about the best; with many axes those of a trust region instead of all the space.

        Raises `ValueError` where there are many axes and it is not known who suggested what.
        """
        if has_many_axes(knowledge.space):
            refuse_without_history(knowledge, self.name)
            region = region_of(knowledge, self.start)
            since = films_since(knowledge, region)
            recent = [film for film in own if film.film_id in since]
            if recent and not region.gathering:
                best = _best_points(recent, knowledge)
                within = region_candidates(knowledge, region, best, self.pool // 4)
                return candidates(knowledge, best, self.pool, within)
        return candidates(knowledge, _best_points(own, knowledge), self.pool)

    def _candidates(self, knowledge: Knowledge, own: list[Film]) -> "tuple[list[Point], Tensor | None]":
        """Points that are weighed, and the chance of each that a film comes of it; None where nothing is to be said."""
        import torch

        points = self._points(knowledge, own)
        asked = self.success_fit(knowledge)
        if asked is None or not points:
            return points, None
        chances = asked([formulation_at(knowledge.space, point) for point in points])
        kept = fair(chances)
        return [point for point, keep in zip(points, kept, strict=True) if keep], torch.from_numpy(chances[kept])


def _values(films: Sequence[Film], knowledge: Knowledge) -> "np.ndarray":
    import numpy as np

    return np.array([objective_values(film, knowledge.objectives) for film in films])


def _best_points(films: Sequence[Film], knowledge: Knowledge) -> list[Point]:
    """Points of the observed front: the best film alone where there is one objective."""
    films = those_that_hold(films, knowledge.limits) or films
    rows = front(_values(films, knowledge), knowledge.objectives)
    points = [point_of(knowledge.space, films[row].formulation) for row in rows]
    return sorted(point for point in points if point is not None)


def _outlook(films: Sequence[Film], knowledge: Knowledge, fitted: JointModel, limits: Sequence[Limit]) -> "Outlook":
    import torch

    from planners.gathered import gather_of
    from planners.outlook import Limited, Outlook
    from planners.raised_model import upwards
    from planners.windows import windows

    # Sorted, so that the order in which results came in does not reach the Monte Carlo samples.
    observed = sorted((film.formulation for film in films), key=lambda formulation: formulation.key)
    pending = sorted(knowledge.pending, key=lambda formulation: formulation.key)
    holding = those_that_hold(films, knowledge.limits)
    values = _values(holding or films, knowledge)
    signs = column_signs(knowledge.objectives)
    asked = conditions(knowledge.objectives, limits)
    others = [1.0] * (len(asked) - len(signs))
    return Outlook(
        model=upwards(fitted.botorch_model(conditions(knowledge.objectives)), signs),
        observed=torch.from_numpy(fitted.features(observed)),
        pending=torch.from_numpy(fitted.features(pending)),
        reference=torch.from_numpy(reference_point(values, knowledge.objectives, whole=not holding)),
        seed=knowledge.seed + knowledge.suggested,
        gather=gather_of(knowledge.objectives),
        limited=Limited(
            model=upwards(fitted.botorch_model(asked), [*signs, *others]), windows=windows(knowledge.objectives, limits)
        )
        if limits
        else None,
    )
