"""Displacements of random walks of known diffusivity, and of motion that does not diffuse."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.blocks import correlated_error
from sim.md.displacement import diffusivity, mean_squared_displacement
from tests.sim.md.walks import random_walks


def test_displacement_is_the_plain_average_over_origins() -> None:
    walk = random_walks({"A": 5}, {"A": 0.5}, 40, seed=1)
    found = mean_squared_displacement(walk.positions, 2.0)
    plain = [((walk.positions[lag:] - walk.positions[: 40 - lag]) ** 2).sum(-1).mean() for lag in range(40)]
    assert found.squared == pytest.approx(plain, abs=1e-9)
    assert found.lags[3] == 6.0


def test_random_walk_has_its_diffusivity() -> None:
    walk = random_walks({"A": 300}, {"A": 0.25}, 400, seed=2)
    found = diffusivity(walk.positions, walk.interval)
    assert found.diffusive
    assert found.blocks == 8
    assert abs(found.value - 0.25) < 3 * found.error
    assert found.relative_error < 0.03


def test_stated_error_is_the_scatter_of_repeats() -> None:
    found = [diffusivity(random_walks({"A": 20}, {"A": 1.0}, 200, seed=s).positions, 1.0) for s in range(60)]
    scatter = np.std([one.value for one in found], ddof=1)
    stated = np.sqrt(np.mean([one.error**2 for one in found]))
    assert stated == pytest.approx(scatter, rel=0.3)
    z = [(one.value - 1) / one.error for one in found]
    assert np.mean(np.abs(z) < 3) > 0.9


def test_time_and_length_scale_a_diffusivity() -> None:
    walk = random_walks({"A": 50}, {"A": 1.0}, 200, seed=3)
    once = diffusivity(walk.positions, 1.0)
    assert diffusivity(2 * walk.positions, 1.0).value == pytest.approx(4 * once.value)
    assert diffusivity(walk.positions, 0.5).value == pytest.approx(2 * once.value)


def test_caged_particles_do_not_diffuse() -> None:
    random = np.random.default_rng(4)
    caged = random.normal(size=(300, 50, 3))
    found = diffusivity(caged, 1.0)
    assert not found.diffusive
    assert found.exponent < 0.5


def test_ballistic_particles_do_not_diffuse() -> None:
    velocities = np.random.default_rng(5).normal(size=(50, 3))
    flying = np.arange(200)[:, None, None] * velocities
    assert diffusivity(flying, 1.0).exponent == pytest.approx(2, abs=1e-6)
    assert not diffusivity(flying, 1.0).diffusive


def test_few_frames_are_refused() -> None:
    with pytest.raises(BadInput, match="11 frames are too few"):
        diffusivity(np.zeros((11, 3, 3)), 1.0)


@pytest.mark.parametrize("memory", [0.0, 0.8, 0.95])
def test_error_of_a_correlated_series(memory: float) -> None:
    """An autoregressive series of n has the error sd / √n · √((1 + a) / (1 - a))."""
    random = np.random.default_rng(6)
    n, stated = 4096, []
    for _ in range(20):
        noise = random.normal(size=n) * np.sqrt(1 - memory**2)
        series = np.empty(n)
        series[0] = random.normal()
        for i in range(1, n):
            series[i] = memory * series[i - 1] + noise[i]
        stated.append(correlated_error(series))
    assert np.mean(stated) == pytest.approx(np.sqrt((1 + memory) / (1 - memory) / n), rel=0.2)
