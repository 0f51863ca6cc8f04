"""Normal modes of a geometry: whether it is a minimum, and its zero-point energy."""

from dataclasses import dataclass

import numpy as np

from sim.dft.geometry import Geometry

WAVENUMBER_PER_ROOT = 521.470898
"""cm⁻¹ of a curvature of 1 eV/Å²/u: sqrt(e / (u Å²)) / (2π c), CODATA 2018."""
eV_PER_WAVENUMBER = 1.239841984e-4
IMAGINARY_cm = 30.0
"""Softer imaginary modes are noise of a relaxation that ended at a small force."""


@dataclass(frozen=True)
class NormalModes:
    """Wavenumbers in cm⁻¹, rising, without translations and rotations; an imaginary one is written as negative."""

    wavenumbers_cm: tuple[float, ...]

    @property
    def imaginary_cm(self) -> tuple[float, ...]:
        """Imaginary modes beyond noise: a geometry that has any is no minimum."""
        return tuple(number for number in self.wavenumbers_cm if number < -IMAGINARY_cm)

    @property
    def zero_point_eV(self) -> float:
        """Half a quantum in every real mode, harmonic."""
        return 0.5 * eV_PER_WAVENUMBER * sum(number for number in self.wavenumbers_cm if number > 0)


def normal_modes(geometry: Geometry, hessian_eV_A2: np.ndarray) -> NormalModes:
    """The modes of a Hessian.

    Args:
        geometry: n atoms.
        hessian_eV_A2: 3n x 3n.
    """
    from rdkit.Chem import GetPeriodicTable

    table = GetPeriodicTable()
    root = np.sqrt(np.repeat([table.GetAtomicWeight(symbol) for symbol in geometry.symbols], 3))
    rigid = _rigid_motions(geometry, root)
    weighted = hessian_eV_A2 / root[:, None] / root[None]
    keep = np.eye(root.size) - rigid @ rigid.T
    curvature = np.linalg.eigvalsh(keep @ weighted @ keep)
    inner = np.sort(curvature[np.argsort(np.abs(curvature))[rigid.shape[1] :]])
    numbers = WAVENUMBER_PER_ROOT * np.sign(inner) * np.sqrt(np.abs(inner))
    return NormalModes(tuple(float(number) for number in numbers))


def _rigid_motions(geometry: Geometry, root_mass: np.ndarray) -> np.ndarray:
    """Orthonormal translations and rotations in mass-weighted coordinates, 3n x 6 (5 for a line, 3 for an atom)."""
    mass = root_mass[::3] ** 2
    place = geometry.array_A - mass @ geometry.array_A / mass.sum()
    axes = np.eye(3)
    motions = [np.tile(axis, len(mass)) for axis in axes]
    motions += [np.cross(axis, place).reshape(-1) for axis in axes]
    vectors, sizes, _ = np.linalg.svd((np.array(motions) * root_mass).T, full_matrices=False)
    return vectors[:, sizes > 1e-4 * sizes.max()]
