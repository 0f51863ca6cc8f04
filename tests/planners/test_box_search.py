"""A search in a box of named numbers: choices are pure, levels are kept, failures are avoided, doubt counts."""

from collections.abc import Callable

import numpy as np
import pytest

from chemistry.errors import BadInput
from planners.box.choosers import Acquisition, chance_in_box
from planners.box.effects import main_effects
from planners.box.names import chooser
from planners.box.protocols import Box, Told, spread
from planners.box.ranges import Range, box_of, point_of, values_at
from planners.box.sequence import next_point

RANGES = (Range("loading", 0.02, 0.5, log=True), Range("beads", 4, 30, log=True, whole=True), Range("anion", 1.0, 2.6))
QUICK = Acquisition(pool=128, rounds=3, moves=16)


def told(points: np.ndarray, value: Callable[[np.ndarray], np.ndarray], **more: np.ndarray) -> Told:
    return Told(points, value(points).reshape(-1, 1), np.array([-np.inf]), 3, **more)


def hill(points: np.ndarray) -> np.ndarray:
    return -np.square(points - 0.6).sum(axis=1)


def test_numbers_and_places_go_round() -> None:
    box = box_of(RANGES)
    for point in spread(box, 32, 1):
        values = values_at(RANGES, point)
        assert point_of(RANGES, values) == pytest.approx(point, abs=1e-3)
        assert values_at(RANGES, point_of(RANGES, values)) == values
        assert values["beads"] == round(values["beads"])
    low, high = (values_at(RANGES, np.full(3, end)) for end in (0.0, 1.0))
    assert low == {"loading": 0.02, "beads": 4, "anion": 1.0}
    assert high == {"loading": 0.5, "beads": 30, "anion": 2.6}


def test_a_counted_number_has_only_its_levels() -> None:
    box = box_of(RANGES)
    levels = dict(box.levels)[1]
    assert len(levels) == 27
    assert set(box.rounded(np.random.default_rng(0).random((200, 3)))[:, 1]) <= set(levels)


@pytest.mark.parametrize(
    ("given", "reason"),
    [((1, 1), "no range"), ((2, 1), "no range"), ((0, 1, True), "equal factors"), ((1, 2.5, False, True), "whole")],
)
def test_what_is_no_range_is_refused(given: tuple, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        Range("x", *given)


def test_the_same_is_chosen_again_and_pending_points_count() -> None:
    box = box_of(RANGES)
    known = told(spread(box, 8, 3), hill)
    first = next_point(box, known, QUICK, 4)
    assert (next_point(box, told(spread(box, 8, 3), hill), QUICK, 4) == first).all()
    waiting = next_point(box, told(known.points, hill, pending=first[None]), QUICK, 4)
    assert np.abs(waiting - first).max() > 0.02
    assert not (next_point(box, Told(known.points, known.values, known.reference, 4), QUICK, 4) == first).all()


@pytest.mark.parametrize("name", ["bayesian", "sobol", "random"])
def test_everybody_begins_with_the_same_even_start(name: str) -> None:
    box = box_of(RANGES)
    even = spread(box, 5, 3)
    nothing = np.empty((0, 3))
    for index in range(5):
        known = told(even[:index], hill, pending=nothing)
        assert (next_point(box, known, chooser(name), 5) == even[index]).all()


def test_sobol_goes_on_whatever_failed() -> None:
    box = box_of(RANGES)
    even = spread(box, 9, 3)
    known = told(even[:4], hill, pending=even[4:6], failed=even[6:8])
    assert (next_point(box, known, chooser("sobol"), 4) == even[8]).all()


def test_too_few_answers_go_on_with_the_even_start() -> None:
    box = Box(2)
    even = spread(box, 7, 3)
    known = told(even[:2], hill, failed=even[2:6])
    assert (next_point(box, known, QUICK, 4) == even[6]).all()


def test_where_runs_fail_nothing_is_tried_again() -> None:
    """The hill's top lies where everything fails: what is chosen lies outside of it, and the chance says where."""
    box = Box(2)
    tried = spread(box, 24, 3)
    fails = tried[:, 0] > 0.5
    known = told(tried[~fails], hill, failed=tried[fails])
    chance = chance_in_box(box, known)
    assert chance is not None
    import torch

    sides = torch.tensor([[0.15, 0.5], [0.85, 0.5]], dtype=torch.double)
    assert chance(sides)[0] > 0.7 > 0.3 > chance(sides)[1]
    avoiding = QUICK.choose(3, box, known)
    assert (avoiding[:, 0] < 0.55).all()
    unwarned = QUICK.choose(1, box, told(tried[~fails], hill))
    assert unwarned[0, 0] > avoiding[:, 0].max() - 0.1
    assert chance_in_box(box, told(tried, hill)) is None


def test_a_doubtful_answer_leads_nowhere() -> None:
    """One point stands out by far. Said with a large error it is hardly believed, said with a small one it is."""
    box, points = Box(1), np.linspace(0, 1, 11)[:, None]
    flat = np.where(np.arange(11) == 2, 1.0, 0.0)
    near = []
    for error in (0.02, 3.0):
        variances = np.full((11, 1), 0.02**2)
        variances[2] = error**2
        known = told(points, lambda _: flat, variances=variances)
        effect = main_effects(box, known)[0]
        near.append(float(np.interp(0.2, effect.places, effect.mean)))
    assert near[0] > 0.5
    assert near[1] < 0.3


def test_main_effects_of_a_sum_are_its_parts() -> None:
    """Of a(x) + b(y) each effect is its part but for a constant; a third number has none."""
    box = Box(3)
    points = spread(box, 40, 0)
    values = np.sin(3 * points[:, 0]) + 0.5 * points[:, 1]
    known = told(points, lambda _: values, variances=np.full((40, 1), 1e-4))
    one, other, none = main_effects(box, known)
    assert np.ptp(one.mean - np.sin(3 * one.places)) < 0.1
    assert np.ptp(other.mean - 0.5 * other.places) < 0.1
    assert none.span < 0.1
    assert (one.sd < 0.1).all()
    few = main_effects(box, told(points[:6], lambda _: values[:6], variances=np.full((6, 1), 1e-4)))
    assert few[2].sd.mean() > none.sd.mean()  # fewer answers, wider bands
