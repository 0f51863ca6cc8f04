"""What stands round what: radial distribution, coordination numbers, contacts, clusters and how long contacts last."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from chemistry.errors import BadInput
from sim.md.trajectory import Trajectory

_PAIRS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class RadialDistribution:
    """g(r) and the number of neighbours within r.

    Attributes:
        r: `b`, middles of the bins.
        g: `b`, density at r over the mean one.
        neighbours: `b`, mean number within the outer edge of each bin.
    """

    r: np.ndarray
    g: np.ndarray
    neighbours: np.ndarray

    def shell(self) -> float:
        """Where the first shell ends: the lowest g between the first peak and the next.

        Raises:
            BadInput: there is no peak above the mean.
        """
        high = np.flatnonzero(self.g > max(1.0, self.g.max() / 2))
        if not len(high):
            raise BadInput("g(r) has no peak", remedy="Give the radius of the shell yourself")
        ends = np.flatnonzero(np.diff(high) > 1)
        first_peak = high[: ends[0] + 1] if len(ends) else high
        peak = int(first_peak[np.argmax(self.g[first_peak])])
        after = self.g[peak:]
        below = np.flatnonzero(after < 1)
        if not len(below):
            return float(self.r[-1])
        first = int(below[0])
        rises = np.flatnonzero(after[first:] > 1)
        last = first + int(rises[0]) if len(rises) else len(after)
        return float(self.r[peak + first + int(np.argmin(after[first:last]))])


def radial_distribution(
    trajectory: Trajectory, one: str, other: str, *, bins: int = 150, farthest: float | None = None, frames: int = 50
) -> RadialDistribution:
    """g(r) of `other` about `one`, over at most `frames` frames evenly taken.

    Args:
        trajectory: positions may be unwrapped.
        one: name of the particles at the centre.
        other: name of those around; may be the same.
        bins: of equal width.
        farthest: largest distance; half the box where it is None.
        frames: that are looked at.

    Raises:
        BadInput: a name is not there, or `farthest` is more than half the box.
    """
    half = float(trajectory.edges.min()) / 2
    reach = half * 0.999 if farthest is None else farthest
    if reach > half:
        raise BadInput(f"a distance of {reach:g} exceeds half the box, {half:g}", remedy="Ask for less")
    for name in (one, other):
        if not trajectory.count(name):
            raise BadInput(f"no {name} is in the trajectory", remedy="Look at the names or types of the dump")
    rims = np.linspace(0, reach, bins + 1)
    centres, around = trajectory.of(one), trajectory.of(other)
    n, m = centres.shape[1], around.shape[1] - (one == other)
    counts, mean_density = np.zeros(bins + 1), 0.0
    picked = _evenly(trajectory.frames, frames)
    for frame in picked:
        box = trajectory.edges[frame]
        trees = [KDTree(points[frame] % box, boxsize=box) for points in (centres, around)]
        counts += trees[0].count_neighbors(trees[1], rims) - (n if one == other else 0)
        mean_density += m / box.prod()
    within = counts / (len(picked) * n)
    shells = 4 / 3 * np.pi * np.diff(rims**3)
    g = np.diff(within) / (shells * mean_density / len(picked)) if m else np.zeros(bins)
    return RadialDistribution((rims[1:] + rims[:-1]) / 2, g, within[1:])


def contacts(trajectory: Trajectory, one: str, other: str, radius: float, frame: int) -> csr_array:
    """`n x m` of ones where a particle of the one kind has one of the other within the radius; none with itself."""
    box = trajectory.edges[frame]
    here, there = (KDTree(trajectory.of(name)[frame] % box, boxsize=box) for name in (one, other))
    near = here.sparse_distance_matrix(there, radius, output_type="coo_matrix")
    kept = near.row != near.col if one == other else np.ones(len(near.row), bool)
    ones = np.ones(int(kept.sum()), np.int32)
    return csr_array(coo_array((ones, (near.row[kept], near.col[kept])), shape=near.shape))


def coordination(trajectory: Trajectory, one: str, other: str, radius: float, *, frames: int = 50) -> float:
    """Mean number of `other` within a radius of `one`."""
    picked = _evenly(trajectory.frames, frames)
    return float(np.mean([contacts(trajectory, one, other, radius, i).sum() / trajectory.count(one) for i in picked]))


@dataclass(frozen=True, eq=False)
class Residence:
    """How long contacts last.

    Attributes:
        lags: `l`.
        kept: `l`, share of the contacts of a time that are there again after a lag, whatever happened between.
        time: lag at which the excess over chance has fallen to 1/e; None where the trajectory is too short.
    """

    lags: np.ndarray
    kept: np.ndarray
    time: float | None


def residence(trajectory: Trajectory, one: str, other: str, radius: float) -> Residence:
    """The intermittent correlation function of contacts, C(t) = ⟨h(0) h(t)⟩ / ⟨h⟩.

    Rapaport, Mol. Phys. 1983, 50, 1151.
    What two particles would meet by chance is taken off before the time is read.
    """
    near = [contacts(trajectory, one, other, radius, i).tocoo() for i in range(trajectory.frames)]
    partners = trajectory.count(other)
    sizes = np.array([found.nnz for found in near], float)
    if not sizes.any():
        raise BadInput(f"no {other} ever lies within {radius:g} of a {one}", remedy="Give a larger radius")
    frames = np.repeat(np.arange(len(near)), sizes.astype(int))
    codes = np.concatenate([found.row.astype(np.int64) * partners + found.col for found in near])
    longest = len(near) // 2
    common = _common(frames, np.unique(codes, return_inverse=True)[1], len(near))[: longest + 1]
    kept = common / np.cumsum(sizes)[len(near) - 1 - np.arange(longest + 1)]
    m = trajectory.count(other) - (one == other)
    chance = sizes.mean() / (trajectory.count(one) * m)
    excess = (kept - chance) / (1 - chance)
    lags = np.arange(longest + 1) * trajectory.interval
    below = np.flatnonzero(excess < np.exp(-1))
    if not len(below):
        return Residence(lags, kept, None)
    i = int(below[0])
    share = (excess[i - 1] - np.exp(-1)) / (excess[i - 1] - excess[i])
    return Residence(lags, kept, float(lags[i - 1] + share * (lags[i] - lags[i - 1])))


def _common(frames: np.ndarray, pairs: np.ndarray, count: int) -> np.ndarray:
    """Contacts that two frames share, summed over all frames a lag apart, for each lag; by Fourier transforms."""
    spectrum = np.zeros(count + 1)
    order = np.argsort(pairs, kind="stable")
    frames, pairs = frames[order], pairs[order]
    for first in range(0, int(pairs[-1]) + 1, _PAIRS_AT_ONCE):
        low, high = np.searchsorted(pairs, [first, first + _PAIRS_AT_ONCE])
        there = np.zeros((2 * count, int(pairs[high - 1]) - first + 1))
        there[frames[low:high], pairs[low:high] - first] = 1
        spectrum += (np.abs(np.fft.rfft(there, axis=0)) ** 2).sum(axis=1)
    return np.fft.irfft(spectrum, 2 * count)[:count]


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of ions that touch.

    Attributes:
        shares: share of the ions in clusters of 1, 2, 3, … ions; sums to one.
        mean_size: size of the cluster of an ion, averaged over ions.
    """

    shares: np.ndarray
    mean_size: float


def clusters(trajectory: Trajectory, cation: str, anion: str, radius: float, *, frames: int = 50) -> Clusters:
    """Clusters of cations and anions that lie within a radius of one another."""
    picked = _evenly(trajectory.frames, frames)
    cations, ions = trajectory.count(cation), trajectory.count(cation) + trajectory.count(anion)
    counts = np.zeros(ions + 1)
    for frame in picked:
        near = contacts(trajectory, cation, anion, radius, frame).tocoo()
        graph = coo_array((near.data, (near.row, near.col + cations)), shape=(ions, ions))
        labels = connected_components(graph, directed=False)[1]
        sizes = np.bincount(labels)
        np.add.at(counts, sizes, sizes)
    shares = counts[1:] / (len(picked) * ions)
    largest = int(np.flatnonzero(shares)[-1]) + 1
    return Clusters(shares[:largest], float((np.arange(1, largest + 1) * shares[:largest]).sum()))


def _evenly(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
