"""Standard problems: their optima are never beaten, choosers keep to the box, and each answer is a pure function."""

from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from planners.box import botorch_recipe
from planners.box.choosers import Acquisition
from planners.box.names import NAMES, chooser
from planners.box.protocols import Box, Told, spread
from planners.compare.problem import Plan
from planners.compare.run import compare
from planners.compare.standard_problem import PROBLEMS, StandardProblem

SMALL = Plan(initial=5, budget=2, batch=2)


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_trial_beats_the_optimum(name: str) -> None:
    problem = StandardProblem(name, Plan(initial=5, budget=200, batch=50))
    trial = problem.trial("random", 1)
    assert max(trial.values) <= problem.best
    assert list(trial.best_so_far) == sorted(trial.best_so_far)
    assert problem.best - max(trial.values) == pytest.approx(problem.figures([trial])["regret_mean"], abs=1e-5)
    assert np.isfinite(trial.outcomes).all()
    if len(trial.outcomes[0]) > 1:
        assert list(trial.values) == sorted(trial.values)
        assert trial.values[-1] > 0


def test_the_optimum_is_reached_where_it_lies() -> None:
    """Hartmann's six numbers as its authors print them (Dixon & Szegö 1978)."""
    problem = StandardProblem("hartmann6", SMALL)
    place = np.array([[0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573]])
    assert problem._truth(place)[0, 0] == pytest.approx(problem.best, abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("binary", "objectives"), [((), 2), ((0, 2), 1)])
def test_choosers_keep_to_the_box_and_say_the_same_again(
    name: str, binary: tuple[int, ...], objectives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(botorch_recipe, "_RESTARTS", 2)
    monkeypatch.setattr(botorch_recipe, "_DRAWS", 16)
    box = Box(3, binary)
    points = spread(box, 5, 0)
    values = np.stack([-points.sum(1), points[:, 0] - points[:, 1]], axis=1)[:, :objectives]
    told = Told(points, values, np.array([-4.0, -2.0])[:objectives], 5)
    own = Acquisition(pool=64, rounds=2, moves=8) if name == "bayesian" else chooser(name)
    found = own.choose(2, box, told)
    assert found.shape == (2, 3)
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert set(found[:, list(binary)].ravel()) <= {0.0, 1.0}
    assert (found == own.choose(2, box, told)).all()


def test_the_acquisition_finds_the_top_of_a_hill() -> None:
    """A smooth hill is known after twelve points: the next is near its top, however it is asked."""
    box, top = Box(2), np.array([0.3, 0.6])
    points = spread(box, 12, 0)
    told = Told(points, -np.square(points - top).sum(1, keepdims=True), np.array([-np.inf]), 0)
    (found,) = Acquisition().choose(1, box, told)
    assert np.abs(found - top).max() < 0.05


def test_every_planner_begins_at_the_same_start(tmp_path: Path) -> None:
    problem = StandardProblem("hartmann6", SMALL)
    trials = compare(problem, ["random", "sobol"], 2, tmp_path / "record.jsonl")
    for seed in range(2):
        assert trials["random"][seed].chosen[:5] == trials["sobol"][seed].chosen[:5]
        assert trials["random"][seed].chosen[5:] != trials["sobol"][seed].chosen[5:]
    assert trials["random"][0].chosen[:5] != trials["random"][1].chosen[:5]


def test_sobol_goes_on_with_its_own_sequence() -> None:
    box = Box(4)
    told = Told(spread(box, 6, 9), np.zeros((6, 1)), np.array([-1.0]), 9)
    assert (chooser("sobol").choose(3, box, told) == spread(box, 9, 9)[6:]).all()


@pytest.mark.parametrize(
    ("name", "plan", "wrong"),
    [("rosenbrock", SMALL, "'rosenbrock'"), ("dtlz2", Plan(2, 5, 1), "2 initial")],
)
def test_what_cannot_be_compared_is_refused(name: str, plan: Plan, wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        StandardProblem(name, plan)
    with pytest.raises(BadInput, match="'magic'"):
        chooser("magic")
