"""Test problems of BoTorch, whose optimum is known: what the acquisition of campaigns is held against."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from chemistry.errors import BadInput
from planners.box.names import chooser
from planners.box.protocols import Box, Told, spread
from planners.compare.problem import DIGITS, Plan, Trial, standard_error
from planners.pareto import raised_hypervolume

if TYPE_CHECKING:
    from botorch.test_functions.base import BaseTestProblem

FEWEST = 3
_SHOWN = 4


def _branin_currin() -> "BaseTestProblem":
    """Two objectives of two numbers, with the noise of BoTorch's tutorial."""
    from botorch.test_functions import BraninCurrin

    return BraninCurrin(noise_std=[15.19, 0.63], negate=True)


def _dtlz2() -> "BaseTestProblem":
    """Two objectives of four numbers, as in BoTorch's tutorial but without its constraint."""
    from botorch.test_functions import DTLZ2

    return DTLZ2(dim=4, num_objectives=2, negate=True)


def _hartmann6() -> "BaseTestProblem":
    from botorch.test_functions import Hartmann

    return Hartmann(dim=6, negate=True)


def _mixed_ackley() -> "BaseTestProblem":
    """Ten binary numbers and three continuous ones, the best at a point that is drawn once and for all."""
    from botorch.test_functions.synthetic import AckleyMixed
    from botorch.utils.sampling import manual_seed

    with manual_seed(0):
        return AckleyMixed(dim=13, negate=True, randomize_optimum=True)


PROBLEMS: dict[str, Callable[[], "BaseTestProblem"]] = {
    "branin-currin": _branin_currin,
    "dtlz2": _dtlz2,
    "hartmann6": _hartmann6,
    "mixed-ackley": _mixed_ackley,
}


@dataclass(frozen=True)
class StandardProblem:
    """A `planners.compare.problem.Problem`.

    Planners begin with the same points of a Sobol sequence. Values are without noise: of each experiment where there is
    one objective, else the hypervolume of all up to it.

    Attributes:
        name: one of `PROBLEMS`.
    """

    name: str
    plan: Plan

    def __post_init__(self) -> None:
        """Refuse what is not there, and what leaves nothing to compare."""
        if self.name not in PROBLEMS:
            raise BadInput(
                f"no standard problem is called {self.name!r}",
                place="problem",
                remedy=f"Known are {', '.join(PROBLEMS)}",
            )
        if self.plan.initial < FEWEST:
            raise BadInput(
                f"{self.plan.initial} initial experiments are too few to learn from",
                place=self.name,
                remedy=f"Begin with {FEWEST} or more",
            )

    @property
    def label(self) -> str:
        """Its name."""
        return self.name

    @property
    def key(self) -> str:
        """Hash of name and plan."""
        return hashlib.sha256(json.dumps([self.name, vars(self.plan)]).encode()).hexdigest()[:16]

    @cached_property
    def box(self) -> Box:
        """Its numbers, each from 0 to 1."""
        return Box(self._function.dim, tuple(self._function.discrete_inds))

    @property
    def scored(self) -> str:
        """The value itself, or the hypervolume of several."""
        return "the best value" if self.objectives == 1 else "the hypervolume of all results above BoTorch's reference"

    @property
    def objectives(self) -> int:
        """How many there are."""
        return len(self._reference)

    @property
    def best(self) -> float:
        """The optimum, or the hypervolume of the whole front."""
        from botorch.test_functions.base import MultiObjectiveTestProblem
        from botorch.test_functions.synthetic import SyntheticTestFunction

        if isinstance(self._function, MultiObjectiveTestProblem):
            return float(self._function.max_hv)
        return float(cast(SyntheticTestFunction, self._function).optimal_value) + 0.0  # of minus zero, zero

    def trial(self, planner: str, seed: int) -> Trial:
        """One planner from the even start of a seed."""
        chosen_by, plan = chooser(planner), self.plan
        draw = np.random.default_rng([seed, plan.initial])
        points = spread(self.box, plan.initial, seed)
        values = self._read(points, draw)
        seconds = 0.0
        while len(points) < plan.experiments:
            told = Told(points, values, self._reference, seed)
            begun = time.perf_counter()
            chosen = chosen_by.choose(min(plan.batch, plan.experiments - len(points)), self.box, told)
            seconds += time.perf_counter() - begun
            points, values = np.vstack([points, chosen]), np.vstack([values, self._read(chosen, draw)])
        outcomes = self._truth(points)
        return Trial(
            planner=planner,
            seed=seed,
            values=tuple(self._scores(outcomes).round(DIGITS).tolist()),
            chosen=tuple(" ".join(f"{number:.{_SHOWN}g}" for number in point) for point in points),
            seconds_per_suggestion=seconds / plan.budget,
            outcomes=tuple(tuple(own) for own in outcomes.round(DIGITS).tolist()),
        )

    def figures(self, trials: Sequence[Trial]) -> dict[str, object]:
        """Of each trial `found`, the best value or the hypervolume, at the end, and `regret`, what is lacking."""
        found = [float(trial.best_so_far[-1]) for trial in trials]
        regret = [self.best - each for each in found]
        return {
            "best": round(self.best, DIGITS),
            "found": found,
            "found_mean": round(float(np.mean(found)), DIGITS),
            "found_se": standard_error(found),
            "regret": [round(each, DIGITS) for each in regret],
            "regret_mean": round(float(np.mean(regret)), DIGITS),
            "regret_median": round(float(np.median(regret)), DIGITS),
        }

    @cached_property
    def _function(self) -> "BaseTestProblem":
        return PROBLEMS[self.name]()

    @cached_property
    def _reference(self) -> np.ndarray:
        from botorch.test_functions.base import MultiObjectiveTestProblem

        if isinstance(self._function, MultiObjectiveTestProblem):
            return self._function.get_buffer("ref_point").numpy().astype(float)
        return np.array([-np.inf])

    def _truth(self, points: np.ndarray) -> np.ndarray:
        """`n x m` values to maximise, without noise."""
        import torch

        low, high = self._function.get_buffer("bounds")
        places = low + torch.from_numpy(points) * (high - low)
        return self._function(places, noise=False).reshape(len(points), -1).numpy()

    def _read(self, points: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """The same as an experiment reads them."""
        truth = self._truth(points)
        sd = self._function.noise_std
        return truth if sd is None else truth + draw.normal(size=truth.shape) * np.asarray(sd)

    def _scores(self, outcomes: np.ndarray) -> np.ndarray:
        if outcomes.shape[1] == 1:
            return outcomes[:, 0]
        return np.array([raised_hypervolume(outcomes[:n], self._reference) for n in range(1, len(outcomes) + 1)])
