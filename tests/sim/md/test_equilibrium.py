"""The test of equilibrium lets level series pass and stops those that still move."""

import numpy as np

from sim.md.equilibrium import equilibrium


def noise(seed: int, n: int = 400) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def test_level_series_pass() -> None:
    passed = [equilibrium({"pressure": 5 + noise(seed)}).reached for seed in range(100)]
    assert np.mean(passed) > 0.95


def test_a_series_that_still_moves_is_named() -> None:
    found = equilibrium({"pressure": 5 + noise(1), "bond length": np.linspace(0, 5, 400) + noise(2)})
    assert not found.reached
    assert len(found.reasons) == 1
    assert "bond length still moves" in found.reasons[0]


def test_a_start_that_has_died_out_does_no_harm() -> None:
    assert equilibrium({"pressure": 5 + noise(3) + 40 * np.exp(-np.arange(400) / 20)}).reached


def test_few_values_are_not_enough() -> None:
    assert "only 5 values" in equilibrium({"pressure": np.ones(10)}).reasons[0]


def test_chains_must_forget_how_they_began() -> None:
    random = np.random.default_rng(4)
    first, later = random.normal(size=(2, 200, 3))
    level = {"pressure": 5 + noise(5)}
    assert not equilibrium(level, np.stack([first, 0.9 * first + 0.4 * later])).reached
    forgotten = equilibrium(level, np.stack([first, later]))
    assert forgotten.reached
    assert forgotten.memory is not None
    assert abs(forgotten.memory) < 0.2
