"""Ionic transport of a trajectory: diffusivities, conductivities by two formulas, ionicity, transference numbers.

Conductivities are without their factor e² / kT, in 1 / (length · time): `sim.md.units` gives them in S/cm.
Nernst-Einstein: σ = Σ N z² D / V, as if each ion moved by itself. Einstein (collective), with what ions do together:
σ = lim d/dt ⟨|Σ z Δr|²⟩ / 6 V (Fong, Self, McCloskey and Persson, Macromolecules 2021, 54, 2575). Ionicity is the
second over the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from sim.md.displacement import Diffusivity, diffusivity
from sim.md.trajectory import Trajectory


@dataclass(frozen=True)
class Estimate:
    """A number and its standard error, in the trajectory's units."""

    value: float
    error: float

    @property
    def relative_error(self) -> float:
        """Error over the size of the value."""
        return self.error / abs(self.value) if self.value else float("inf")


@dataclass(frozen=True)
class Transport:
    """What the ions of a trajectory do.

    Attributes:
        diffusivities: of each ion, by name.
        nernst_einstein: conductivity as if ions were independent.
        collective: conductivity with their correlations.
        collective_diffusive: whether the dipole of the displacements grows linearly in time over the fitted lags.
        ionicity: collective over Nernst-Einstein.
        cations: Nernst-Einstein conductivity of the cations alone.
        transference_ideal: share of the cations in the Nernst-Einstein conductivity.
        transference_collective: share of the cations' current in the collective one; correlated with the anions'.
        drift: whether the mean motion of all particles was taken out first.
    """

    diffusivities: Mapping[str, Diffusivity]
    nernst_einstein: Estimate
    collective: Estimate
    collective_diffusive: bool
    ionicity: Estimate
    cations: Estimate
    transference_ideal: Estimate
    transference_collective: Estimate
    drift: bool

    @property
    def diffusive(self) -> bool:
        """Whether every kind of ion diffuses over the fitted lags."""
        return all(found.diffusive for found in self.diffusivities.values())


def transport(
    trajectory: Trajectory, charges: Mapping[str, float], *, remove_drift: bool = True, least_distance: float = 0.0
) -> Transport:
    """Transport of the ions.

    Args:
        trajectory: Of all particles, or of the ions alone.
        charges: Of each ion in elementary charges, by the name it has in the trajectory.
        remove_drift: Take out the mean motion of all particles first; left out where only ions are there, since their
            common motion is part of their transport.
        least_distance: that an ion goes before its motion counts as diffusive, such as the size of its neighbours.

    Raises:
        BadInput: no ion is there, or one that is named is not, or the trajectory is too short.
    """
    charges = {name: charge for name, charge in charges.items() if charge}
    missing = sorted(name for name in charges if not trajectory.count(name))
    if missing or not charges:
        raise BadInput(
            f"no ion {', '.join(missing)} is in the trajectory" if missing else "no ion is named",
            remedy=f"Its particles are called {', '.join(sorted(set(trajectory.names.tolist())))}",
        )
    others = ~np.isin(trajectory.names, list(charges))
    drift = remove_drift and bool(others.any())
    moved = trajectory.without_drift() if drift else trajectory
    single = {name: diffusivity(moved.of(name), moved.interval, least_distance=least_distance) for name in charges}
    parts = {name: charges[name] ** 2 * moved.count(name) / moved.volume for name in charges}
    cations = [name for name in charges if charges[name] > 0]
    ideal = _independent(parts, single, list(charges))
    dipole = {name: charges[name] * moved.of(name).sum(axis=1) for name in charges}
    together = np.sum(list(dipole.values()), axis=0)[:, None]
    whole = diffusivity(together, moved.interval)
    collective = Estimate(whole.value / moved.volume, whole.error / moved.volume)
    return Transport(
        diffusivities=single,
        nernst_einstein=ideal,
        collective=collective,
        collective_diffusive=whole.diffusive,
        ionicity=_ratio(collective, ideal),
        cations=_independent(parts, single, cations),
        transference_ideal=_share(parts, single, cations),
        transference_collective=_collective_share(dipole, cations, moved.interval, whole.blocks),
        drift=drift,
    )


def _independent(parts: Mapping[str, float], single: Mapping[str, Diffusivity], names: list[str]) -> Estimate:
    """Nernst-Einstein conductivity of some of the ions."""
    value = sum(parts[name] * single[name].value for name in names)
    return Estimate(value, float(np.sqrt(sum((parts[name] * single[name].error) ** 2 for name in names))))


def _ratio(one: Estimate, other: Estimate) -> Estimate:
    value = one.value / other.value if other.value else float("nan")
    return Estimate(
        value, abs(value) * float(np.hypot(one.relative_error, other.relative_error)) if value else one.error
    )


def _share(parts: Mapping[str, float], single: Mapping[str, Diffusivity], cations: list[str]) -> Estimate:
    positive = sum(parts[name] * single[name].value for name in cations)
    total = sum(parts[name] * found.value for name, found in single.items())
    if total <= 0:
        return Estimate(float("nan"), float("nan"))
    share = positive / total
    weights = {name: ((name in cations) - share) / total for name in single}
    return Estimate(
        share, float(np.sqrt(sum((weights[name] * parts[name] * single[name].error) ** 2 for name in single)))
    )


def _collective_share(dipole: Mapping[str, np.ndarray], cations: list[str], interval: float, blocks: int) -> Estimate:
    """d/dt ⟨P₊ · P⟩ over d/dt ⟨P · P⟩, from ⟨a · b⟩ = (⟨|a + b|²⟩ - ⟨|a - b|²⟩) / 4; error over blocks."""
    zero = np.zeros_like(next(iter(dipole.values())))
    positive = sum((dipole[name] for name in cations), zero)
    total = sum(dipole.values(), zero)
    length = len(total) // max(blocks, 2)
    shares = []
    for first in range(0, length * max(blocks, 2), length):
        cut = slice(first, first + length)
        plus, minus, whole = (
            diffusivity(path[cut, None], interval).value if length >= 12 else float("nan")
            for path in (positive + total, positive - total, total)
        )
        shares.append(((plus - minus) / 4, whole))
    above, below = np.array(shares).T
    value = float(above.mean() / below.mean())
    left = above - value * below  # of a ratio of means, to first order
    return Estimate(value, float(left.std(ddof=1) / np.sqrt(len(left)) / abs(below.mean())))
