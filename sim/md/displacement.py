"""Mean-squared displacements and diffusivities, with the check that the motion is diffusive."""

from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput

WINDOW = (0.15, 0.5)
"""Lags that are fitted, as shares of a block."""
MOST_BLOCKS = 8
LEAST_FRAMES = 12
"""Of a block."""
TOLERANCE = 0.1
"""By which the exponent of the displacement may differ from one."""


@dataclass(frozen=True, eq=False)
class Displacement:
    """Mean-squared displacement over lags.

    Attributes:
        lags: `l`, time between two looks.
        squared: `l`, mean-squared displacement.
    """

    lags: np.ndarray
    squared: np.ndarray


@dataclass(frozen=True)
class Diffusivity:
    """A diffusivity in units of the trajectory (length² / time).

    Attributes:
        value: slope of the mean-squared displacement over 6.
        error: standard error of the mean over `blocks` stretches of time; NaN for one block.
        exponent: of the displacement over the fitted lags: 1 where the motion is diffusive, less where it is hindered.
        exponent_error: its standard error over the blocks.
        blocks: stretches of time that were fitted apart.
        window: first and last fitted lag.
        distance: root of the mean-squared displacement at the last fitted lag.
        least_distance: that it must have come to, or a particle still rattles in its first cage.
    """

    value: float
    error: float
    exponent: float
    exponent_error: float
    blocks: int
    window: tuple[float, float]
    distance: float
    least_distance: float

    @property
    def diffusive(self) -> bool:
        """Whether particles went far enough, and the exponent is 1 within a tenth or two of its errors."""
        doubt = 0.0 if np.isnan(self.exponent_error) else 2 * self.exponent_error
        far = self.distance >= self.least_distance
        return self.value > 0 and far and abs(self.exponent - 1) <= max(TOLERANCE, doubt)

    @property
    def relative_error(self) -> float:
        """Error over value; infinite where the value is not above zero."""
        return self.error / self.value if self.value > 0 else float("inf")


def mean_squared_displacement(positions: np.ndarray, interval: float) -> Displacement:
    """Averaged over particles and over all starting times, by Fourier transforms in O(f log f).

    Kneller, Keiner, Kneller and Schiller, Comput. Phys. Commun. 1995, 91, 191.

    Args:
        positions: `f x n x 3`, unwrapped.
        interval: time between frames.
    """
    if positions.shape[1] == 0:
        raise BadInput("no particle of that name is in the trajectory", remedy="Look at the names or types of the dump")
    frames = len(positions)
    steps = np.arange(frames)
    pairs = frames - steps
    moved = positions - positions[:1]
    spectrum = np.fft.rfft(moved, n=2 * frames, axis=0)
    products = np.fft.irfft((spectrum * spectrum.conj()).real.sum(axis=(1, 2)), n=2 * frames)[:frames] / pairs
    squares = np.append((moved**2).sum(axis=(1, 2)), 0.0)
    total = 2 * squares.sum()
    sums = np.empty(frames)
    for lag in steps:
        total -= squares[lag - 1] + squares[frames - lag] if lag else 0.0
        sums[lag] = total / pairs[lag]
    squared = (sums - 2 * products) / positions.shape[1]
    squared[0] = 0.0
    return Displacement(steps * interval, np.maximum(squared, 0.0))


def diffusivity(positions: np.ndarray, interval: float, *, least_distance: float = 0.0) -> Diffusivity:
    """Diffusivity from the slope of the mean-squared displacement, with its error from blocks of time.

    The trajectory is cut into 8 blocks; each gives a slope over lags from 0.15 to 0.5 of a block. Where the motion is
    not yet diffusive on such lags, into 4, into 2, into one: long lags are bought with the knowledge of the error.

    Args:
        positions: `f x n x 3`, unwrapped.
        interval: time between frames.
        least_distance: that particles go on the fitted lags before their motion counts as diffusive, such as the size
            of one.

    Raises:
        BadInput: fewer than 12 frames.
    """
    if len(positions) < LEAST_FRAMES:
        raise BadInput(
            f"{len(positions)} frames are too few for a diffusivity (at least {LEAST_FRAMES})",
            remedy="Run for longer, or write frames more often",
        )
    blocks = MOST_BLOCKS
    while blocks > 1 and len(positions) // blocks < LEAST_FRAMES:
        blocks //= 2
    found = _over_blocks(positions, interval, blocks, least_distance)
    while blocks > 2 and not found.diffusive:
        blocks //= 2
        found = _over_blocks(positions, interval, blocks, least_distance)
    return found


def _over_blocks(positions: np.ndarray, interval: float, blocks: int, least_distance: float) -> Diffusivity:
    length = len(positions) // blocks
    first, last = max(1, round(WINDOW[0] * length)), max(3, round(WINDOW[1] * length))
    slopes, exponents, ends = [], [], []
    for block in range(blocks):
        found = mean_squared_displacement(positions[block * length : (block + 1) * length], interval)
        lags, squared = found.lags[first : last + 1], found.squared[first : last + 1]
        ends.append(squared[-1])
        slopes.append(np.polyfit(lags, squared, 1)[0] / 6)
        seen = squared > 0
        exponents.append(np.polyfit(np.log(lags[seen]), np.log(squared[seen]), 1)[0] if seen.sum() > 1 else 0.0)
    error, doubt = (
        (np.std(values, ddof=1) / np.sqrt(blocks) if blocks > 1 else np.nan) for values in (slopes, exponents)
    )
    return Diffusivity(
        value=float(np.mean(slopes)),
        error=float(error),
        exponent=float(np.mean(exponents)),
        exponent_error=float(doubt),
        blocks=blocks,
        window=(first * interval, last * interval),
        distance=float(np.sqrt(np.mean(ends))),
        least_distance=least_distance,
    )
