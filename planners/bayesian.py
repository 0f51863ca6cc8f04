"""Bayesian optimisation: an even start, then the formulation whose result is worth most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted, JointModel
from planners.limits import conditions, learnt, those_that_hold
from planners.objectives import Limit
from planners.options import BayesianOptions
from planners.pareto import front, objective_values, reference_point
from planners.points import Point, apart, formulation_at, point_of
from planners.protocols import Action, Knowledge, Reason, Suggestion, with_suggested
from planners.reasons import driven_by, forecast, nearest_film, not_learnt
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
        import torch

        from models.film_process import one_thread
        from planners.rivals import is_rivals_turn, rival

        # The campaign's own space decides what counts as the front; a warm start may hold anything.
        own = [film for film in read if point_of(knowledge.space, film.formulation)] or read
        with one_thread():
            fitted = self.surrogate_fit(knowledge.films)
            if not isinstance(fitted, JointModel):
                raise TypeError(f"{type(fitted).__name__} gives no joint posterior, which Bayesian optimisation needs")
            points, success = self._candidates(knowledge, own)
            pool = [formulation_at(knowledge.space, point) for point in points]
            limits = learnt(knowledge.limits, fitted, read)
            features = torch.from_numpy(fitted.features(pool))
            outlook = _outlook(own, knowledge, fitted, limits)
            factor = self._factor(pool, success)
            rows = self._thinned(outlook, features, factor) if pool else []
            suggestions = []
            while rows and len(suggestions) < n:
                index = knowledge.suggested + len(suggestions)
                outlook = replace(outlook, decision=(knowledge.seed, index))
                worth = self._worth(outlook, features[rows], None if factor is None else factor[rows])
                favourite = place = int(worth.argmax())
                if is_rivals_turn(index, self.options.rivals):
                    place = rival(worth, features[rows], outlook.pending)
                row = rows[place]
                why = _Why(
                    acquisition=self.options.acquisition,
                    worth=float(worth[place]),
                    success=None if success is None else float(success[row]),
                    favourite=None if place == favourite else pool[rows[favourite]],
                    cost_h=self.cost_h(pool[row]) if self.cost_h and self.options.per_cost else None,
                )
                suggestions.append(
                    Suggestion(
                        formulation=pool[row],
                        action=Action(),
                        reason=_reason(pool[row], why, own, knowledge, fitted, limits),
                        planner=self.name,
                        event=knowledge.event,
                        index=index,
                    )
                )
                outlook = replace(outlook, pending=torch.cat([outlook.pending, features[row : row + 1]]))
                rows = [other for other in rows if apart(knowledge.space, points[other], points[row]) > SAME]
        return suggestions

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

    from planners.outlook import Limited, Outlook
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


@dataclass(frozen=True)
class _Why:
    """How a suggestion came about, beside what is expected of it."""

    acquisition: str
    worth: float
    success: float | None
    favourite: Formulation | None
    cost_h: float | None


def _reason(
    formulation: Formulation,
    why: _Why,
    films: Sequence[Film],
    knowledge: Knowledge,
    fitted: Fitted,
    limits: Sequence[Limit],
) -> Reason:
    """What is expected of a formulation, what drove the choice, and the observed film that is most like it."""
    said = forecast(formulation, knowledge, fitted, limits, why.success)
    nearest = nearest_film(formulation, films)
    driven = driven_by(said, films, knowledge.objectives)
    names = list(said.expected)
    words = [said.words, driven.words(names), *([] if why.cost_h is None else [f"per hour of {why.cost_h:.1f} h"])]
    waiting = not_learnt(knowledge.limits, limits)
    return Reason(
        summary=f"{_merit(why, len(names))} ({', '.join(words)}); most like it is film {nearest}.{waiting}",
        expected=said.expected,
        sd=said.sd,
        margin=said.margin,
        margin_sd=said.margin_sd,
        success=why.success,
        acquisition=why.worth,
        nearest_film=nearest,
        drive=driven.term,
        leading=names[driven.leading],
    )


def _merit(why: _Why, objectives: int) -> str:
    if why.favourite is not None:
        return f"A close rival of the favourite, {why.favourite.label}, and unlike it and what is under way"
    if why.acquisition == "noisy_improvement":
        gain = "the front's hypervolume" if objectives > 1 else "the best value"
        return f"Raises {gain} most in expectation"
    by = ", by weights of its own" if objectives > 1 else ""
    if why.acquisition == "confidence_bound":
        return f"Has the highest confidence bound{by}, apart from what is under way"
    return f"Is best in one function drawn from what is believed{by}"
