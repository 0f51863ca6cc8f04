"""Trajectories: what goes frame by frame stays together, and a box that breathes moves nothing by itself."""

import numpy as np
import pytest

from sim.md.displacement import mean_squared_displacement
from sim.md.trajectory import Trajectory, joined, thinned
from sim.md.transport import transport


def breathing(frames: int = 60, n: int = 10) -> Trajectory:
    """Particles that ride on a box whose edge swings by 5 %, some of them many boxes away from its corner."""
    random = np.random.default_rng(1)
    edges = 20 * (1 + 0.05 * np.sin(np.arange(frames)))[:, None] * np.ones(3)
    shares = random.uniform(-5, 5, (n, 3))
    names = np.array(["Li", "X"] * (n // 2))
    return Trajectory(np.arange(frames, dtype=float), shares * edges[:, None], edges, names)


def marked(first: int, last: int) -> Trajectory:
    """Frames whose positions, boxes and forces all tell their time."""
    times = np.arange(first, last + 1, dtype=float)
    whole = np.ones((len(times), 3, 3)) * times[:, None, None]
    return Trajectory(times, whole, whole[:, 0], np.array(["A"] * 3), forces=-whole)


def test_a_box_that_breathes_moves_nothing_by_itself() -> None:
    seen = breathing()
    assert mean_squared_displacement(seen.positions, 1.0).squared.max() > 1
    still = seen.in_mean_box()
    assert mean_squared_displacement(still.positions, 1.0).squared.max() == pytest.approx(0, abs=1e-18)
    assert np.ptp(still.edges) == 0
    found = transport(still, {"Li": 1.0, "X": -1.0}, remove_drift=False)
    assert found.nernst_einstein.value == pytest.approx(0, abs=1e-15)


def test_a_box_that_keeps_its_size_is_left_as_it_is() -> None:
    seen = breathing()
    fixed = Trajectory(seen.times, seen.positions, np.full_like(seen.edges, 7.0), seen.names)
    assert fixed.in_mean_box().positions == pytest.approx(fixed.positions, rel=1e-12)


@pytest.mark.parametrize(
    "cut",
    [
        marked(0, 9).last(0.4),
        thinned(marked(0, 9), 4),
        marked(0, 9).at(np.array([2, 5])),
        joined([marked(0, 4), marked(4, 9)]),
        joined([marked(0, 4), marked(3, 4), marked(4, 7)]),
    ],
    ids=["last", "thinned", "picked", "joined", "nothing new between"],
)
def test_what_belongs_to_a_frame_goes_with_it(cut: Trajectory) -> None:
    assert cut.frames > 1
    assert (np.diff(cut.times) > 0).all()
    assert cut.forces is not None
    assert (cut.positions == cut.times[:, None, None]).all()
    assert (cut.forces == -cut.times[:, None, None]).all()
    assert (cut.edges == cut.times[:, None]).all()


def test_joined_keeps_a_shared_frame_once() -> None:
    assert joined([marked(0, 4), marked(4, 9)]).times.tolist() == list(range(10))
