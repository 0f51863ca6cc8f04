"""Three shapes of log10 σ(T): Arrhenius, Vogel-Tammann-Fulcher, and two Arrhenius branches that meet in a kink.

Each is linear in all parameters but at most one (T0 of VTF, the kink's temperature), so that a fit is a scan of that
one with a linear least squares inside, which cannot miss the best fit.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

GAS_CONSTANT_kJ_mol_K = 8.31446261815324e-3
"""CODATA 2018."""
LN10 = float(np.log(10))
VTF_T0_K, VTF_T0_SD_K = 197.0, 25.0
"""Prior of T0: median 197 K over published solid polymer electrolytes (see docs/explanation/analysis.md)."""
SCAN = 81


class LawKind(StrEnum):
    """How conductivity depends on temperature."""

    ARRHENIUS = "arrhenius"
    VTF = "vtf"
    TWO_BRANCH = "two_branch"


PARAMETERS: dict[LawKind, tuple[str, ...]] = {
    LawKind.ARRHENIUS: ("log10_prefactor", "activation_energy_kJ_mol"),
    LawKind.VTF: ("log10_prefactor", "pseudo_activation_energy_kJ_mol", "vogel_temperature_K"),
    LawKind.TWO_BRANCH: (
        "log10_conductivity_at_kink",
        "activation_energy_below_kJ_mol",
        "activation_energy_above_kJ_mol",
        "kink_temperature_K",
    ),
}
"""Names of the p parameters; prefactors in log10(S/cm)."""


@dataclass(frozen=True)
class ShapeFit:
    """One shape fitted to n points: parameters `p`, their covariance `p x p` (as the sd say), chi-square with prior."""

    kind: LawKind
    parameters: np.ndarray
    covariance: np.ndarray
    chi_square: float


def shape_value(kind: LawKind, parameters: np.ndarray, temperature_K: np.ndarray) -> np.ndarray:
    """log10(S/cm) at n temperatures in K.

    Arrhenius: log10 A - Ea / (R T ln 10). VTF: log10 A - B / (R (T - T0) ln 10) (Vogel, Phys. Z. 1921, 22, 645;
    Fulcher, J. Am. Ceram. Soc. 1925, 8, 339). Two branches: Arrhenius on both sides of the kink.
    """
    matrix, _ = _design(kind, temperature_K, parameters[-1:, None])
    linear = parameters if kind is LawKind.ARRHENIUS else parameters[:-1]
    return matrix[0] @ linear


def fit_shape(kind: LawKind, temperature_K: np.ndarray, value: np.ndarray, sd: np.ndarray) -> ShapeFit | None:
    """Weighted least squares of one shape to n points; None where no physical parameters fit."""
    scanned = _scan(kind, temperature_K)
    matrix, penalty = _design(kind, temperature_K, scanned[:, None])
    weighted = matrix / sd[:, None]
    normal = weighted.transpose(0, 2, 1) @ weighted
    linear = np.linalg.solve(normal, (weighted.transpose(0, 2, 1) @ (value / sd))[..., None])[..., 0]
    misfit = (np.einsum("knp,kp->kn", matrix, linear) - value) / sd
    chi_squares = np.sum(misfit**2, axis=1) + penalty
    if kind is LawKind.TWO_BRANCH:
        chi_squares[linear[:, 1] <= linear[:, 2]] = np.inf
    if kind is LawKind.VTF:
        chi_squares[linear[:, 1] <= 0] = np.inf
    best = int(np.argmin(chi_squares))
    if not np.isfinite(chi_squares[best]):
        return None
    chi_square, linear = float(chi_squares[best]), linear[best]
    parameters = linear if kind is LawKind.ARRHENIUS else np.append(linear, scanned[best])
    slopes = shape_slopes(kind, parameters, temperature_K) / sd[:, None]
    information = slopes.T @ slopes
    if kind is LawKind.VTF:
        information[2, 2] += VTF_T0_SD_K**-2
    if kind is LawKind.TWO_BRANCH:
        # a kink between two points is known to their distance at best
        information[3, 3] += (np.diff(np.unique(temperature_K)).max() / 2) ** -2
    return ShapeFit(kind, parameters, np.linalg.pinv(information, hermitian=True), chi_square)


def shape_slopes(kind: LawKind, parameters: np.ndarray, temperature_K: np.ndarray) -> np.ndarray:
    """Derivative of log10 σ by each parameter, `n x p`."""
    matrix = _design(kind, temperature_K, parameters[-1:, None])[0][0]
    if kind is LawKind.ARRHENIUS:
        return matrix
    if kind is LawKind.VTF:
        last = -parameters[1] / (GAS_CONSTANT_kJ_mol_K * (temperature_K - parameters[2]) ** 2 * LN10)
    else:
        energy = np.where(temperature_K < parameters[3], parameters[1], parameters[2])
        last = -energy / (GAS_CONSTANT_kJ_mol_K * parameters[3] ** 2 * LN10)
    return np.column_stack([matrix, last])


def _scan(kind: LawKind, temperature_K: np.ndarray) -> np.ndarray:
    """Values of the parameter that is not linear."""
    if kind is LawKind.VTF:
        return np.linspace(100.0, min(300.0, temperature_K.min() - 15), SCAN)
    if kind is LawKind.TWO_BRANCH:
        distinct = np.unique(temperature_K)
        # two points at least on either side, or a branch is anybody's guess
        return np.linspace(distinct[1] + 1e-6, distinct[-2] - 1e-6, SCAN)
    return np.zeros(1)


def _design(kind: LawKind, temperature_K: np.ndarray, scanned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Matrix of the linear parameters, `k x n x q`, and the penalty of the `k x 1` scanned ones, `k`."""
    R = GAS_CONSTANT_kJ_mol_K * LN10
    one = np.ones(np.broadcast_shapes(scanned.shape, temperature_K.shape))
    none = np.zeros(len(scanned))
    if kind is LawKind.ARRHENIUS:
        return np.stack([one, -one / (R * temperature_K)], axis=-1), none
    if kind is LawKind.VTF:
        penalty = ((scanned[:, 0] - VTF_T0_K) / VTF_T0_SD_K) ** 2
        return np.stack([one, -1 / (R * (temperature_K - scanned))], axis=-1), penalty
    distance = -(1 / temperature_K - 1 / scanned) / R
    below = temperature_K < scanned
    return np.stack([one, np.where(below, distance, 0.0), np.where(below, 0.0, distance)], axis=-1), none
