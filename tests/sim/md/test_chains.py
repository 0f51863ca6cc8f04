"""Chains that are random walks have the sizes and modes of random walks."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.chains import characteristic_ratio, end_to_end, rouse_amplitudes, rouse_mode, squared_gyration

BEADS, CHAINS = 20, 4000


@pytest.fixture(scope="module")
def walks() -> tuple[np.ndarray, list[np.ndarray]]:
    """Freely jointed chains of bond length 1 in one frame."""
    steps = np.random.default_rng(1).normal(size=(CHAINS, BEADS, 3))
    steps /= np.linalg.norm(steps, axis=-1, keepdims=True)
    return steps.cumsum(axis=1).reshape(1, -1, 3), list(np.arange(CHAINS * BEADS).reshape(CHAINS, BEADS))


def test_freely_jointed_chain(walks: tuple[np.ndarray, list[np.ndarray]]) -> None:
    positions, chains = walks
    assert (end_to_end(positions, chains) ** 2).sum(-1).mean() == pytest.approx(BEADS - 1, rel=0.04)
    assert characteristic_ratio(positions, chains) == pytest.approx(1, rel=0.04)
    expected = (BEADS**2 - 1) / (6 * BEADS)
    assert squared_gyration(positions, chains).mean() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("p", [1, 2, 5, 19])
def test_rouse_modes_of_a_freely_jointed_chain(walks: tuple[np.ndarray, list[np.ndarray]], p: int) -> None:
    squared = (rouse_amplitudes(*walks, p) ** 2).sum(-1).mean()
    assert squared == pytest.approx(1 / (4 * np.sin(p * np.pi / (2 * BEADS)) ** 2), rel=0.05)


def test_rouse_chain_relaxes_in_its_rouse_time() -> None:
    """Brownian beads on springs: τ_p = ζ / (4 k sin²(p π / 2N)), with k = 3 kT / b²."""
    random = np.random.default_rng(2)
    beads, chains, dt, every = 6, 300, 0.02, 10
    places = random.normal(size=(chains, beads, 3)).cumsum(axis=1) / np.sqrt(3)
    frames = []
    for step in range(every * 200):
        bonds = np.diff(places, axis=1)
        force = np.zeros_like(places)
        force[:, :-1] += 3 * bonds
        force[:, 1:] -= 3 * bonds
        places = places + force * dt + np.sqrt(2 * dt) * random.normal(size=places.shape)
        if step % every == 0:
            frames.append(places.reshape(-1, 3))
    found = rouse_mode(np.array(frames), list(np.arange(chains * beads).reshape(chains, beads)), 1, every * dt)
    assert found.time == pytest.approx(1 / (4 * 3 * np.sin(np.pi / (2 * beads)) ** 2), rel=0.1)


def test_chains_of_several_lengths_are_refused() -> None:
    with pytest.raises(BadInput, match=r"chains of \[2, 3\] beads"):
        characteristic_ratio(np.zeros((1, 5, 3)), [np.array([0, 1]), np.array([2, 3, 4])])
