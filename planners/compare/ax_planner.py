"""Ax as a planner of campaigns, for comparisons: its own generation strategy on the same mixed space.

Polymer, salt and plasticiser are unordered choices (Ax has no descriptors for them), loadings are ranges. Ax takes
linear constraints on ranges alone, and the weight fractions of a film are not linear in its loadings: constraints are
not told; what breaks one is abandoned, and Ax is asked again. Limits are its outcome constraints, and each reference is
the threshold of its objective. Tried with Ax 1.3. https://ax.dev
"""

import logging
import re
import warnings
from dataclasses import dataclass
from typing import Any

from ledger.film import Film
from models.film_process import one_thread
from planners import acquisition  # noqa: F401  (switches off a kernel that BoTorch would compile)
from planners.compare.labelled import amounts, labels, point_of_row, row_of
from planners.limits import read_values
from planners.objectives import Measurand
from planners.pareto import objective_values
from planners.points import Point, formulation_at, point_of
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.space import DesignSpace


@dataclass(frozen=True)
class AxPlanner:
    """A client that is made anew for each suggestion and told everything: nothing is kept in the object."""

    name: str = "ax"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """What `get_next_trials` says."""
        import torch

        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(knowledge.seed + knowledge.suggested)
            trials = _told(knowledge).get_next_trials(n)
        return [
            Suggestion(
                formulation=formulation_at(knowledge.space, point_of_row(knowledge.space, trials[place])),
                action=Action(),
                reason=Reason(summary="Ax's generation strategy."),
                planner=self.name,
                event=knowledge.event,
                index=knowledge.suggested + number,
            )
            for number, place in enumerate(sorted(trials))
        ]


def _told(knowledge: Knowledge) -> Any:
    """A client that knows the space, the objectives, every film and what could not be made."""
    from ax.api.client import Client  # pyright: ignore[reportMissingImports]

    logging.getLogger("ax.api.client").setLevel(logging.ERROR)  # it reports each result that it is told
    space = knowledge.space
    client = Client(random_seed=knowledge.seed + knowledge.suggested)
    client.configure_experiment(_parameters(space))
    goals = [("" if one.sign > 0 else "-") + _name(one) for one in knowledge.objectives]
    client.configure_optimization(", ".join(goals), outcome_constraints=_bounds(knowledge))
    client.configure_generation_strategy(initialization_budget=1, initialize_with_center=False)
    for film in knowledge.films:
        values, point = _values(film, knowledge), point_of(space, film.formulation)
        if values and point is not None:
            client.complete_trial(client.attach_trial(_parameterised(space, point)), values)
    for failure in knowledge.failures:
        point = point_of(space, failure.formulation)
        if point is not None:
            client.mark_trial_abandoned(client.attach_trial(_parameterised(space, point)))
    return client


def _parameters(space: DesignSpace) -> list[Any]:
    from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig  # pyright: ignore[reportMissingImports]

    ordered = {axis.name: axis.ordered for axis in space.axes.choices}
    choices = [
        ChoiceParameterConfig(name=name, values=list(own), parameter_type="str", is_ordered=ordered[name])
        for name, own in labels(space).items()
    ]
    return choices + [
        RangeParameterConfig(name=name, parameter_type="float", bounds=(axis.low, axis.low + axis.span))
        for name, axis in amounts(space).items()
    ]


def _parameterised(space: DesignSpace, point: Point) -> dict[str, Any]:
    """A point as Ax's parameters; without a plasticiser the fraction, which means nothing then, is the lowest."""
    row = row_of(space, point)
    return row | {name: min(max(row[name], axis.low), axis.low + axis.span) for name, axis in amounts(space).items()}


def _name(asked: Measurand) -> str:
    """A metric's name: letters, digits and underscores, which is what Ax reads in a formula."""
    return re.sub(r"\W+", "_", asked.label)


def _bounds(knowledge: Knowledge) -> list[str]:
    several = len(knowledge.objectives) > 1
    bounds = [
        f"{_name(one)} {'>=' if one.sign > 0 else '<='} {one.reference}"
        for one in knowledge.objectives
        if several and one.reference is not None
    ]
    for limit in knowledge.limits:
        bounds += [f"{_name(limit)} >= {limit.at_least}"] if limit.at_least is not None else []
        bounds += [f"{_name(limit)} <= {limit.at_most}"] if limit.at_most is not None else []
    return bounds


def _values(film: Film, knowledge: Knowledge) -> dict[str, float] | None:
    """Each metric of a film, or None where one was not read; Ax works out the noise itself."""
    values, limited = objective_values(film, knowledge.objectives), read_values(film, knowledge.limits)
    if values is None or None in limited:
        return None
    named = [_name(one) for one in (*knowledge.objectives, *knowledge.limits)]
    return {name: value for name, value in zip(named, (*values, *limited), strict=True) if value is not None}
