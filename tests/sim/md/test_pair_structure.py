"""Radial distributions, coordination, clusters and residence against cases that can be worked out."""

from dataclasses import replace

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.pair_structure import clusters, coordination, radial_distribution, residence
from sim.md.trajectory import Trajectory
from tests.sim.md.walks import ideal_gas


@pytest.mark.parametrize("other", ["A", "B"])
def test_ideal_gas_is_flat(other: str) -> None:
    found = radial_distribution(ideal_gas({"A": 200, "B": 150}, 50, seed=1), "A", other, bins=20)
    outer = found.r > 1.5
    assert found.g[outer] == pytest.approx(1, abs=0.04)


def test_neighbours_of_an_ideal_gas_are_density_times_volume() -> None:
    gas = ideal_gas({"A": 100, "B": 300}, 40, seed=2)
    assert coordination(gas, "A", "B", 2.0) == pytest.approx(0.3 * 4 / 3 * np.pi * 8, rel=0.03)
    found = radial_distribution(gas, "A", "B", bins=50, farthest=5.0)
    assert found.neighbours[19] == pytest.approx(coordination(gas, "A", "B", 2.0), rel=1e-9)


def test_cubic_lattice_has_six_neighbours_and_their_shell() -> None:
    places = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(1, -1, 3)
    crystal = Trajectory(np.zeros(1), places, np.full((1, 3), 6.0), np.full(216, "A"))
    assert coordination(crystal, "A", "A", 1.2) == 6
    found = radial_distribution(crystal, "A", "A", bins=60)
    assert found.r[np.argmax(found.g > 1)] == pytest.approx(1, abs=0.06)
    assert 1 < found.shell() < np.sqrt(2)


def test_bound_pairs_are_clusters_of_two() -> None:
    gas = ideal_gas({"Li": 20, "X": 20}, 10, seed=3, edge=60.0)
    pairs = gas.positions.copy()
    pairs[:, 20:] = pairs[:, :20] + np.array([0.5, 0.0, 0.0])
    found = clusters(replace(gas, positions=pairs), "Li", "X", 1.0)
    assert found.shares[1] > 0.98
    assert found.mean_size == pytest.approx(2, abs=0.1)
    apart = clusters(gas, "Li", "X", 1e-3)
    assert apart.shares.tolist() == [1.0]


def test_residence_of_contacts_that_end_at_a_known_rate() -> None:
    """Each pair parts for good after a time that is drawn from an exponential law of mean 8."""
    random = np.random.default_rng(4)
    n, frames, life = 2000, 40, 8.0
    home = random.uniform(0, 400, (n, 3))
    ends = random.exponential(life, n) - 0.5
    anions = np.where((np.arange(frames)[:, None] < ends)[..., None], home + 0.5, home + 50)
    places = np.concatenate([np.broadcast_to(home, (frames, n, 3)), anions], axis=1)
    names = np.array(["Li"] * n + ["X"] * n)
    walk = Trajectory(np.arange(frames, dtype=float), places, np.full((frames, 3), 400.0), names)
    found = residence(walk, "Li", "X", 1.0)
    assert found.kept[0] == 1
    assert found.time == pytest.approx(life, rel=0.08)


def test_contacts_that_outlast_the_run_have_no_time() -> None:
    gas = ideal_gas({"Li": 10, "X": 10}, 1, seed=5, edge=50.0)
    still = np.repeat(np.concatenate([gas.positions[:, :10], gas.positions[:, :10] + 0.3], axis=1), 20, axis=0)
    walk = Trajectory(np.arange(20.0), still, np.full((20, 3), 50.0), gas.names)
    assert residence(walk, "Li", "X", 1.0).time is None


def test_distances_beyond_half_the_box_are_refused() -> None:
    gas = ideal_gas({"A": 10}, 2, seed=6)
    with pytest.raises(BadInput, match="exceeds half the box"):
        radial_distribution(gas, "A", "A", farthest=6.0)
    with pytest.raises(BadInput, match="no Z is in the trajectory"):
        radial_distribution(gas, "A", "Z")
