"""Shape and motion of linear chains: end-to-end distance, radius of gyration, characteristic ratio, Rouse modes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput


def end_to_end(positions: np.ndarray, chains: Sequence[np.ndarray]) -> np.ndarray:
    """End-to-end vectors, `f x c x 3`, of chains given by their beads in order; positions are `f x n x 3`."""
    first, last = (np.array([chain[end] for chain in chains], int) for end in (0, -1))
    return positions[:, last] - positions[:, first]


def squared_gyration(positions: np.ndarray, chains: Sequence[np.ndarray]) -> np.ndarray:
    """Squared radius of gyration of each chain in each frame, `f x c`, for beads of one mass."""
    return np.stack(
        [positions[:, chain].var(axis=1).sum(axis=-1) for chain in chains],
        axis=1,
    )


def bond_lengths(positions: np.ndarray, bonds: np.ndarray) -> np.ndarray:
    """`f x b` lengths of the bonds `b x 2`."""
    return np.linalg.norm(positions[:, bonds[:, 1]] - positions[:, bonds[:, 0]], axis=-1)


def characteristic_ratio(positions: np.ndarray, chains: Sequence[np.ndarray]) -> float:
    """C(N) = ⟨R²⟩ / (N - 1) ⟨l²⟩ of chains of N beads."""
    beads = _equal(chains)
    bonds = np.concatenate([np.stack([chain[:-1], chain[1:]], axis=1) for chain in chains])
    squared = (end_to_end(positions, chains) ** 2).sum(axis=-1).mean()
    return float(squared / ((beads - 1) * (bond_lengths(positions, bonds) ** 2).mean()))


@dataclass(frozen=True, eq=False)
class RouseMode:
    """One mode of a chain.

    Attributes:
        p: its number.
        amplitude: ⟨X_p²⟩.
        lags: `l`.
        correlation: `l`, ⟨X_p(t) · X_p(0)⟩ / ⟨X_p²⟩.
        time: lag at which it has fallen to 1/e; None where the trajectory is too short.
    """

    p: int
    amplitude: float
    lags: np.ndarray
    correlation: np.ndarray
    time: float | None


def rouse_amplitudes(positions: np.ndarray, chains: Sequence[np.ndarray], p: int) -> np.ndarray:
    """X_p = √(2/N) Σ r_i cos(p π (i - 1/2) / N), `f x c x 3`.

    For a freely jointed chain ⟨X_p²⟩ = b² / 4 sin²(p π / 2N) (Kopf, Dünweg and Paul, J. Chem. Phys. 1997, 107, 6945).
    """
    beads = _equal(chains)
    if not 0 < p < beads:
        raise BadInput(f"chains of {beads} beads have no mode {p}", remedy=f"Ask for 1 to {beads - 1}")
    weights = np.sqrt(2 / beads) * np.cos(p * np.pi * (np.arange(beads) + 0.5) / beads)
    return np.einsum("fcnk,n->fck", positions[:, np.array(chains)], weights)


def rouse_mode(positions: np.ndarray, chains: Sequence[np.ndarray], p: int, interval: float) -> RouseMode:
    """Amplitude and relaxation of a mode, averaged over chains and starting times."""
    amplitudes = rouse_amplitudes(positions, chains, p)
    longest = len(amplitudes) // 2
    products = np.array(
        [(amplitudes[lag:] * amplitudes[: len(amplitudes) - lag]).sum(axis=-1).mean() for lag in range(longest + 1)]
    )
    correlation = products / products[0]
    lags = np.arange(longest + 1) * interval
    below = np.flatnonzero(correlation < np.exp(-1))
    time = None
    if len(below):
        i = int(below[0])
        share = (correlation[i - 1] - np.exp(-1)) / (correlation[i - 1] - correlation[i])
        time = float(lags[i - 1] + share * interval)
    return RouseMode(p, float(products[0]), lags, correlation, time)


def _equal(chains: Sequence[np.ndarray]) -> int:
    lengths = {len(chain) for chain in chains}
    if len(lengths) != 1:
        raise BadInput(
            f"chains of {sorted(lengths) or 'no'} beads", remedy="Give linear chains of one length, at least one"
        )
    return lengths.pop()
