"""A campaign whose bench answers at once: planners suggest, films are read, and the truth behind them is scored."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from planners.compare.bench import Bench
from planners.compare.contenders import contender
from planners.compare.problem import DIGITS, Plan, Trial, standard_error
from planners.compare.run_through import RunThrough
from planners.compare.summit import can_be_searched, summit
from planners.limits import read_values
from planners.objectives import Limit, Measurand, Objective
from planners.options import PlannerOptions
from planners.pareto import hypervolume, objective_values, reference_point
from planners.protocols import Knowledge
from planners.sampling import refuse_empty
from planners.space import DesignSpace


@dataclass(frozen=True)
class CampaignProblem:
    """A `planners.compare.problem.Problem`.

    Every planner begins with the same even spread of films, which read the same. A trial's values are the hypervolume
    of the true objectives after each experiment (for one objective the height of the best above its reference), of
    films whose truth holds all limits. A suggestion that the space forbids is refused: it is no experiment, the planner
    hears of it as a failure, and may suggest again.

    Attributes:
        bench: what makes the films.
        options, surrogate: of the planners, as a campaign file gives them.
    """

    space: DesignSpace
    objectives: tuple[Objective, ...]
    bench: Bench
    plan: Plan
    limits: tuple[Limit, ...] = ()
    options: PlannerOptions = field(default_factory=PlannerOptions)
    surrogate: str = "gaussian_process"
    label: str = "campaign"

    def __post_init__(self) -> None:
        """Refuse what leaves nothing to compare."""
        if self.space.pool is not None:
            raise BadInput(
                "its polymers are a pool, and planners are compared here on polymers that a space names",
                place=self.label,
                remedy="Name polymers in the space, or compare on a table with a column of answers: --pool FILE.csv",
            )
        self._reference  # noqa: B018  (refuses objectives that state none)
        refuse_empty(self.space)

    @property
    def key(self) -> str:
        """Hash of space, objectives, limits, bench, planners' options and plan."""
        values = (self.space, *self.objectives, *self.limits, self.options)
        told = [*(value.model_dump_json() for value in values), self.surrogate, self.bench.name, vars(self.plan)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def asked(self) -> tuple[Measurand, ...]:
        """Each objective, then each limit."""
        return (*self.objectives, *self.limits)

    @property
    def best(self) -> float | None:
        """The best height above the reference, found on a grid that is refined; None for several objectives."""
        return self._summit if len(self.objectives) == 1 and can_be_searched(self.space) else None

    @property
    def scored(self) -> str:
        """The height of the best, or the hypervolume of several objectives, of films that hold the limits."""
        films = "the films whose truth holds every limit" if self.limits else "all films"
        if len(self.objectives) == 1:
            return f"how far the best true {self.objectives[0].label} of {films} lies from its reference"
        return f"the hypervolume of the true objectives of {films}, from their references on"

    def score(self, outcomes: Sequence[tuple[float, ...]]) -> float:
        """Hypervolume of what holds the limits."""
        m = len(self.objectives)
        held = [outcome[:m] for outcome in outcomes if self.holds(outcome)]
        return hypervolume(np.array(held).reshape(-1, m), self.objectives, self._reference)

    def holds(self, outcome: tuple[float, ...]) -> bool:
        """Whether there is a film, and its truth holds all limits."""
        values = outcome[len(self.objectives) :]
        return bool(outcome) and all(limit.margin(value) >= 0 for limit, value in zip(self.limits, values, strict=True))

    def trial(self, planner: str, seed: int) -> Trial:
        """One planner from the even start of a seed."""
        who = contender(planner, self.plan, self.options, self.surrogate)
        knowledge = Knowledge(space=self.space, objectives=self.objectives, limits=self.limits, seed=seed)
        run = RunThrough(knowledge, self.bench.film)
        run.begin(self.plan.initial)
        seconds = 0.0
        while (left := self.plan.experiments - len(run.made)) > 0:
            begun = time.perf_counter()
            suggestions = who.suggest(min(self.plan.batch, left), run.knowledge)
            seconds += time.perf_counter() - begun
            if not run.take(suggestions):
                break
        outcomes = [self._truth(formulation) for formulation in run.made]
        outcomes += [()] * (self.plan.experiments - len(outcomes))
        return Trial(
            planner=planner,
            seed=seed,
            values=tuple(round(self.score(outcomes[: n + 1]), DIGITS) for n in range(len(outcomes))),
            chosen=tuple(run.made[n].label if n < len(run.made) else "" for n in range(len(outcomes))),
            seconds_per_suggestion=seconds / max(1, len(run.made) - self.plan.initial + run.refused),
            outcomes=tuple(outcomes),
            refused=run.refused,
        )

    def figures(self, trials: Sequence[Trial]) -> dict[str, object]:
        """A number for each trial, and what they come to.

        `found` at each third of the experiments, in their own number: hypervolume, or height of the best; `regret` to
        the best there is, where that is known; `refused` suggestions, that broke a constraint of the space; with
        limits, the share of chosen films that overstep one.
        """
        n = self.plan.experiments
        marks = sorted({max(1, n // 3), max(1, 2 * n // 3), n})
        told: dict[str, object] = {
            "found": {str(mark): [trial.values[mark - 1] for trial in trials] for mark in marks},
            "found_mean": round(float(np.mean([trial.values[-1] for trial in trials])), DIGITS),
            "found_se": standard_error([trial.values[-1] for trial in trials]),
            "refused": [trial.refused for trial in trials],
        }
        if self.best is not None:
            told["regret"] = [round(self.best - trial.values[-1], DIGITS) for trial in trials]
        if self.limits:
            chosen = [trial.outcomes[self.plan.initial :] for trial in trials]
            told["overstepping"] = [
                round(float(np.mean([not self.holds(outcome) for outcome in own])), DIGITS) for own in chosen
            ]
        return told

    def _truth(self, formulation: Formulation) -> tuple[float, ...]:
        """The true objectives, then what limits ask for."""
        film = self.bench.film(formulation, "truth", None)
        values, limited = objective_values(film, self.objectives), read_values(film, self.limits)
        known = [value for value in limited if value is not None]
        if values is None or len(known) < len(limited):
            raise ValueError(f"the bench reads not all of {', '.join(one.label for one in self.asked)}")
        return (*values, *known)

    @cached_property
    def _summit(self) -> float:
        return summit(self.space, lambda formulation: self.score([self._truth(formulation)]))

    @cached_property
    def _reference(self) -> np.ndarray:
        return reference_point(np.empty((0, len(self.objectives))), self.objectives)
