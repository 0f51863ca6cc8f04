"""Geometries by a density functional, on request: geomeTRIC's optimiser on PySCF's forces.

geomeTRIC: Wang and Song, J. Chem. Phys. 2016, 144, 214108.
"""

import contextlib
import io

from sim.dft.constants import BOHR_A
from sim.dft.failure import NotConverged, engine
from sim.dft.frame import framed
from sim.dft.geometry import Geometry
from sim.dft.methods import Method
from sim.dft.processor import on_one_blas_thread
from sim.dft.remedies import climb
from sim.dft.scf import mean_field

MOST_STEPS = 100


@on_one_blas_thread
def relaxed_by_functional(geometry: Geometry, method: Method) -> Geometry:
    """The nearest minimum of a functional, with the geometry's charge and spin.

    Raises:
        BadInput: PySCF or geomeTRIC is not installed.
        NotConverged: the field did not settle at the start, or no minimum within `MOST_STEPS`.
    """
    solver = engine("pyscf.geomopt.geometric_solver", "geometric", "relaxing a geometry by a density functional")
    frame = framed(geometry, method)
    field = mean_field(frame, geometry.charge, geometry.multiplicity)
    field.grids.level = 2  # forces need less of a grid than energies, and more than none
    climb(field)
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):  # it tells every step
        done, molecule = solver.kernel(field, maxsteps=MOST_STEPS)
    if not done:
        raise NotConverged(f"{geometry.smiles} did not come to rest in {MOST_STEPS} steps of {method.label}")
    return geometry.moved_to(molecule.atom_coords() * BOHR_A, method.label)
