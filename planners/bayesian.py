"""Bayesian optimisation: an even start, then the formulation whose result is worth most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted, JointModel
from planners.pareto import front, objective_values, reference_point
from planners.points import Point, apart, formulation_at, point_of
from planners.protocols import Action, Knowledge, Reason, Suggestion, with_suggested
from planners.reasons import conditions, forecast, nearest_film
from planners.screening import SAME, candidates
from planners.sobol import even_start

if TYPE_CHECKING:
    import numpy as np

    from planners.acquisition import Outlook

FEWEST_FILMS = 3
"""Films with every objective below which a model has nothing to say."""


def gaussian_process(films: Sequence[Film]) -> Fitted:
    """The default surrogate, fitted."""
    from models.gaussian_process import GaussianProcess

    return GaussianProcess().fit(films)


@dataclass(frozen=True)
class BayesianPlanner:
    """Sobol for the first `start` suggestions, then qLogNEHVI (several objectives) or qLogNEI (one).

    Candidates are a pool of feasible formulations spread over the space and around the known front; the surrogate must
    be a `JointModel`. The answer is a pure function of what is known (torch runs on one thread meanwhile).
    """

    start: int = 5
    surrogate_fit: Callable[[Sequence[Film]], Fitted] = gaussian_process
    pool: int = 2048
    finalists: int = 128
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
        import torch

        from models.film_process import one_thread
        from planners.acquisition import best_of, promising

        # The campaign's own space decides what counts as the front; a warm start may hold anything.
        own = [film for film in read if point_of(knowledge.space, film.formulation)] or read
        with one_thread():
            fitted = self.surrogate_fit(knowledge.films)
            if not isinstance(fitted, JointModel):
                raise TypeError(f"{type(fitted).__name__} gives no joint posterior, which Bayesian optimisation needs")
            points = candidates(knowledge, _best_points(own, knowledge), self.pool)
            pool = [formulation_at(knowledge.space, point) for point in points]
            features = torch.from_numpy(fitted.features(pool))
            outlook = _outlook(own, knowledge, fitted)
            rows = promising(outlook, features, self.finalists).tolist() if pool else []
            suggestions = []
            while rows and len(suggestions) < n:
                place, value = best_of(outlook, features[rows])
                row = rows[place]
                suggestions.append(
                    Suggestion(
                        formulation=pool[row],
                        action=Action(),
                        reason=_reason(pool[row], value, own, knowledge, fitted),
                        planner=self.name,
                        event=knowledge.event,
                        index=knowledge.suggested + len(suggestions),
                    )
                )
                outlook = replace(outlook, pending=torch.cat([outlook.pending, features[row : row + 1]]))
                rows = [other for other in rows if apart(knowledge.space, points[other], points[row]) > SAME]
        return suggestions


def _values(films: Sequence[Film], knowledge: Knowledge) -> "np.ndarray":
    import numpy as np

    return np.array([objective_values(film, knowledge.objectives) for film in films])


def _best_points(films: Sequence[Film], knowledge: Knowledge) -> list[Point]:
    """Points of the observed front: the best film alone where there is one objective."""
    rows = front(_values(films, knowledge), knowledge.objectives)
    points = [point_of(knowledge.space, films[row].formulation) for row in rows]
    return sorted(point for point in points if point is not None)


def _outlook(films: Sequence[Film], knowledge: Knowledge, fitted: JointModel) -> "Outlook":
    import torch

    from planners.acquisition import Outlook, upwards

    # Sorted, so that the order in which results came in does not reach the Monte Carlo samples.
    observed = sorted((film.formulation for film in films), key=lambda formulation: formulation.key)
    pending = sorted(knowledge.pending, key=lambda formulation: formulation.key)
    return Outlook(
        model=upwards(fitted.botorch_model(conditions(knowledge)), [o.sign for o in knowledge.objectives]),
        observed=torch.from_numpy(fitted.features(observed)),
        pending=torch.from_numpy(fitted.features(pending)),
        reference=torch.from_numpy(reference_point(_values(films, knowledge), knowledge.objectives)),
        seed=knowledge.seed + knowledge.suggested,
    )


def _reason(
    formulation: Formulation, value: float, films: Sequence[Film], knowledge: Knowledge, fitted: Fitted
) -> Reason:
    """What is expected of a formulation, and the observed film that is most like it."""
    said = forecast(formulation, knowledge, fitted)
    nearest = nearest_film(formulation, films)
    gain = "the front's hypervolume" if len(knowledge.objectives) > 1 else "the best value"
    return Reason(
        summary=f"Raises {gain} most in expectation ({said.words}); most like it is film {nearest}.",
        expected=said.expected,
        sd=said.sd,
        acquisition=value,
        nearest_film=nearest,
    )
