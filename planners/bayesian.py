"""Bayesian optimisation: an even start, then the formulation whose result is worth most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted, JointModel
from planners.limits import conditions, learnt, those_that_hold
from planners.objectives import Limit
from planners.pareto import front, objective_values, reference_point
from planners.points import Point, apart, formulation_at, point_of
from planners.protocols import Action, Knowledge, Reason, Suggestion, with_suggested
from planners.reasons import forecast, nearest_film, not_learnt
from planners.screening import SAME, candidates
from planners.sobol import even_start
from planners.success import Chance, chance_of_success, fair

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from planners.acquisition import Outlook

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
        promising: rows that are worth a closer look, best first.
    """

    films: list[Film]
    fitted: Fitted
    points: list[Point]
    pool: list[Formulation]
    features: "Tensor"
    limits: tuple[Limit, ...]
    outlook: "Outlook"
    success: "Tensor | None"
    promising: list[int]


@dataclass(frozen=True)
class BayesianPlanner:
    """Sobol for the first `start` suggestions, then qLogNEHVI (several objectives) or qLogNEI (one).

    Candidates are a pool of feasible formulations spread over the space and around the known front, which is one of
    films that overstep no limit; what failed before tells how likely a film comes of each. The surrogate must be a
    `JointModel`. The answer is a pure function of what is known (torch runs on one thread meanwhile).
    """

    start: int = 5
    surrogate_fit: Callable[[Sequence[Film]], Fitted] = gaussian_process
    pool: int = 2048
    finalists: int = 128
    success_fit: Callable[[Knowledge], Chance | None] = chance_of_success
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

    def best(self, n: int, weighed: "Weighed", knowledge: Knowledge) -> list[Suggestion]:
        """The n candidates whose results together are worth most; torch on one thread, as for `weigh`."""
        import torch

        from planners.acquisition import best_of

        outlook, rows, success = weighed.outlook, weighed.promising, weighed.success
        suggestions: list[Suggestion] = []
        while rows and len(suggestions) < n:
            place, value = best_of(outlook, weighed.features[rows], None if success is None else success[rows])
            row = rows[place]
            suggestions.append(
                Suggestion(
                    formulation=weighed.pool[row],
                    action=Action(),
                    reason=_reason(weighed, row, value, knowledge),
                    planner=self.name,
                    event=knowledge.event,
                    index=knowledge.suggested + len(suggestions),
                )
            )
            outlook = replace(outlook, pending=torch.cat([outlook.pending, weighed.features[row : row + 1]]))
            chosen = weighed.points[row]
            rows = [other for other in rows if apart(knowledge.space, weighed.points[other], chosen) > SAME]
        return suggestions

    def weigh(self, knowledge: Knowledge, read: Sequence[Film]) -> "Weighed":
        """The candidates, what is believed of them, and which are worth a closer look; `read` are films to learn from.

        Torch should run on one thread meanwhile, as `suggest` sees to.
        """
        import torch

        from planners.acquisition import promising

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
        rows = promising(outlook, features, self.finalists, success).tolist() if pool else []
        return Weighed(own, fitted, points, pool, features, limits, outlook, success, rows)

    def _candidates(self, knowledge: Knowledge, own: list[Film]) -> "tuple[list[Point], Tensor | None]":
        """Points that are weighed, and the chance of each that a film comes of it; None where nothing is to be said."""
        import torch

        points = candidates(knowledge, _best_points(own, knowledge), self.pool)
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

    from planners.acquisition import Limited, Outlook
    from planners.raised_model import upwards
    from planners.windows import windows

    # Sorted, so that the order in which results came in does not reach the Monte Carlo samples.
    observed = sorted((film.formulation for film in films), key=lambda formulation: formulation.key)
    pending = sorted(knowledge.pending, key=lambda formulation: formulation.key)
    holding = those_that_hold(films, knowledge.limits)
    values = _values(holding or films, knowledge)
    signs = [objective.sign for objective in knowledge.objectives]
    asked = conditions(knowledge.objectives, limits)
    others = [1.0] * (len(asked) - len(signs))
    return Outlook(
        model=upwards(fitted.botorch_model(conditions(knowledge.objectives)), signs),
        observed=torch.from_numpy(fitted.features(observed)),
        pending=torch.from_numpy(fitted.features(pending)),
        reference=torch.from_numpy(reference_point(values, knowledge.objectives, whole=not holding)),
        seed=knowledge.seed + knowledge.suggested,
        limited=Limited(
            model=upwards(fitted.botorch_model(asked), [*signs, *others]), windows=windows(knowledge.objectives, limits)
        )
        if limits
        else None,
    )


def _reason(weighed: Weighed, row: int, value: float, knowledge: Knowledge) -> Reason:
    """What is expected of a candidate, and the observed film that is most like it."""
    formulation, films, limits = weighed.pool[row], weighed.films, weighed.limits
    success = None if weighed.success is None else float(weighed.success[row])
    said = forecast(formulation, knowledge, weighed.fitted, limits, success)
    nearest = nearest_film(formulation, films)
    gain = "the front's hypervolume" if len(knowledge.objectives) > 1 else "the best value"
    waiting = not_learnt(knowledge.limits, limits)
    return Reason(
        summary=f"Raises {gain} most in expectation ({said.words}); most like it is film {nearest}.{waiting}",
        expected=said.expected,
        sd=said.sd,
        margin=said.margin,
        margin_sd=said.margin_sd,
        success=success,
        acquisition=value,
        nearest_film=nearest,
    )
