"""Trajectories whose answers are known: random walks and ideal gases."""

from collections.abc import Mapping

import numpy as np

from sim.md.trajectory import Trajectory


def random_walks(
    numbers: Mapping[str, int], diffusivities: Mapping[str, float], frames: int, *, seed: int, edge: float = 10.0
) -> Trajectory:
    """Independent Gaussian walks, one time unit a frame: <dr²> = 6 D t."""
    random = np.random.default_rng(seed)
    names = np.array([name for name, count in numbers.items() for _ in range(count)])
    sd = np.array([np.sqrt(2 * diffusivities[name]) for name in names])[:, None]
    steps = random.normal(size=(frames, len(names), 3)) * sd
    steps[0] = random.uniform(0, edge, steps[0].shape)
    return Trajectory(np.arange(frames, dtype=float), steps.cumsum(axis=0), np.full((frames, 3), edge), names)


def ideal_gas(numbers: Mapping[str, int], frames: int, *, seed: int, edge: float = 10.0) -> Trajectory:
    """Particles anywhere, anew in each frame."""
    random = np.random.default_rng(seed)
    names = np.array([name for name, count in numbers.items() for _ in range(count)])
    places = random.uniform(0, edge, (frames, len(names), 3))
    return Trajectory(np.arange(frames, dtype=float), places, np.full((frames, 3), edge), names)
