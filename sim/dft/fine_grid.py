"""A field made self-consistent for the fine grid by cycles on the coarse one (defect correction of multigrid methods).

What the grids disagree on is the exchange-correlation potential, and that disagreement hardly changes with the
density. At the density ρ₀ of the coarse grid it is D = V_fine[ρ₀] - V_coarse[ρ₀], of which the fine half is known
already. The cycles that follow minimise E_coarse[ρ] + tr D(ρ - ρ₀). Each costs what a coarse one does, and what is
then left to settle on the fine grid is of second order in both the grid's error and the change of density (Brandt,
Math. Comput. 1977, 31, 333).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sim.dft.failure import engine


@contextmanager
def answering_for(field: Any, coarse: Any, fine_potential: np.ndarray, density: np.ndarray) -> Iterator[None]:
    """On the coarse grid for as long as the block lasts, with the potential of the fine one at a density.

    Args:
        field: PySCF's mean field. Only its effective potential changes.
        coarse: The grid for the cycles.
        fine_potential: Effective potential of `density` on the fine grid, n x n or 2 x n x n.
        density: Density matrix, shaped alike.
    """
    lib = engine("pyscf.lib", "pyscf", "density functional theory")
    fine, field.grids = field.grids, coarse
    plain = field.get_veff
    defect = np.asarray(fine_potential) - np.asarray(plain(field.mol, density))

    def corrected(mol: Any = None, dm: Any = None, *args: Any, **kwargs: Any) -> Any:
        given = field.make_rdm1() if dm is None else dm
        potential = plain(mol, given, *args, **kwargs)
        gained = float(np.vdot(defect, np.asarray(given) - density))
        return lib.tag_array(np.asarray(potential) + defect, **{**vars(potential), "exc": potential.exc + gained})

    field.get_veff = corrected
    try:
        yield
    finally:
        del field.get_veff
        field.grids = fine
