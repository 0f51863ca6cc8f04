"""Second derivatives of a geometry on request: by GFN2-xTB, or by the density functional itself."""

import numpy as np

from sim.dft import xtb
from sim.dft.constants import BOHR_A, HARTREE_eV
from sim.dft.failure import NotConverged
from sim.dft.frame import framed
from sim.dft.geometry import Geometry
from sim.dft.methods import Method
from sim.dft.processor import on_one_blas_thread
from sim.dft.remedies import climb
from sim.dft.scf import mean_field
from sim.dft.vibrations import NormalModes, normal_modes


@on_one_blas_thread
def modes(geometry: Geometry, method: Method | None = None) -> NormalModes:
    """Normal modes by GFN2-xTB, or by a density functional where one is named.

    A geometry is a minimum of the method that relaxed it: ask for the modes by the same one.

    Raises:
        BadInput: as `sim.dft.frame.framed`.
        NotConverged: the field did not settle.
    """
    return normal_modes(geometry, xtb.hessian_eV_A2(geometry) if method is None else _by_functional(geometry, method))


def _by_functional(geometry: Geometry, method: Method) -> np.ndarray:
    """3n x 3n, in eV/Å²."""
    frame = framed(geometry, method)
    field = mean_field(frame, geometry.charge, geometry.multiplicity)
    field.grids = frame.fine
    climb(field)
    field.conv_tol = 1e-9  # curvature is an answer of the orbitals, and feels what energies do not
    field.kernel(dm0=field.make_rdm1())
    if not field.converged:
        raise NotConverged(f"the field of {geometry.smiles} did not settle well enough for its Hessian")
    blocks = field.Hessian().kernel()
    size = 3 * len(geometry.symbols)
    return np.asarray(blocks).transpose(0, 2, 1, 3).reshape(size, size) * HARTREE_eV / BOHR_A**2
