"""Dipole moment and static polarisability of a closed-shell molecule.

The polarisability is the analytic answer of the orbitals to a field (coupled-perturbed Kohn-Sham equations):
α_xy = -4 Σ_ai h^x_ai u^y_ai with (ε_a - ε_i) u + v(u) = -h, h the dipole operator between virtual a and occupied i.
Diffuse functions matter here more than anywhere: of water (B3LYP) def2-SVP gives 0.77, def2-SVPD 1.43 and aug-cc-pVTZ
1.45 Å³.
"""

import time
from typing import Any

import numpy as np

from sim.dft.constants import BOHR_A, DEBYE_PER_ATOMIC_UNIT
from sim.dft.failure import engine
from sim.dft.frame import framed
from sim.dft.geometry import Geometry
from sim.dft.methods import DIFFUSE_METHOD, Method
from sim.dft.processor import on_one_blas_thread
from sim.dft.recipe import closed_shell, key_of
from sim.dft.result import Result

RECIPE = "electric-response/1"


class ElectricResponse(Result):
    """Dipole and polarisability in the gas phase, in the axes of the geometry."""

    dipole_D: tuple[float, float, float]
    polarisability_A3: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    """Polarisability volume, 3 x 3, in Å³."""

    @property
    def dipole_norm_D(self) -> float:
        """Length of the dipole, in debye."""
        return float(np.linalg.norm(self.dipole_D))

    @property
    def mean_polarisability_A3(self) -> float:
        """A third of the trace, in Å³."""
        return float(np.trace(np.array(self.polarisability_A3)) / 3)


@on_one_blas_thread
def electric_response(geometry: Geometry, method: Method = DIFFUSE_METHOD) -> ElectricResponse:
    """Dipole and polarisability of a closed-shell molecule; of an ion, the dipole is about the origin.

    Raises:
        BadInput: an open shell; as `sim.dft.frame.framed`.
        NotConverged: the field did not settle.
    """
    began = time.monotonic()
    field = closed_shell(framed(geometry, method)).field
    field.disp = False
    x, y, z = (float(value) for value in field.dip_moment(unit="AU", verbose=0) * DEBYE_PER_ATOMIC_UNIT)
    volume = _polarisability(field) * BOHR_A**3
    rows = tuple((float(row[0]), float(row[1]), float(row[2])) for row in volume)
    return ElectricResponse(
        key=key_of(RECIPE, geometry, method),
        seconds=time.monotonic() - began,
        dipole_D=(x, y, z),
        polarisability_A3=(rows[0], rows[1], rows[2]),
    )


def _polarisability(field: Any) -> np.ndarray:
    """3 x 3, in a0³; formula above."""
    cphf = engine("pyscf.scf.cphf", "pyscf", "a polarisability")
    coefficients, filled = field.mo_coeff, field.mo_occ > 0
    occupied, virtual = coefficients[:, filled], coefficients[:, ~filled]
    answer = field.gen_response(hermi=1)

    def induced(u: np.ndarray) -> np.ndarray:
        amplitudes = u.reshape(-1, virtual.shape[1], occupied.shape[1])
        density = np.einsum("pa,xai,qi->xpq", virtual, 2 * amplitudes, occupied)
        potential = answer(density + density.transpose(0, 2, 1))
        return np.einsum("pa,xpq,qi->xai", virtual, potential, occupied).reshape(u.shape)

    operator = field.mol.intor_symmetric("int1e_r", comp=3)
    h = np.einsum("pa,xpq,qi->xai", virtual, operator, occupied)
    u, _ = cphf.solve(induced, field.mo_energy, field.mo_occ, h, tol=1e-8)
    return -4 * np.einsum("xai,yai->xy", h, np.asarray(u).reshape(h.shape))
