"""The ladder that a self-consistent field climbs when it does not converge, and the rung that held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.dft.failure import NotConverged

TOLERANCE_hartree = 1e-6
"""Change of the energy between cycles. What is left is of second order, and is worked off on the fine grid."""


@dataclass(frozen=True)
class Remedy:
    """One way to make the field self-consistent.

    Attributes:
        name: What the result says of it.
        cycles: How many it may take.
        level_shift: Added to the virtual orbitals, hartree: keeps occupied and virtual ones from trading places.
        damping: Share of the previous Fock matrix that is kept while DIIS has not begun.
        second_order: Newton steps in the orbital rotations in place of DIIS.
    """

    name: str
    cycles: int
    level_shift: float = 0.0
    damping: float = 0.0
    second_order: bool = False


LADDER = (
    Remedy("plain", 40),
    Remedy("level shift", 80, level_shift=0.3),
    Remedy("damping", 120, level_shift=0.3, damping=0.6),
    Remedy("second order", 60, second_order=True),
)


def climb(field: Any, start: np.ndarray | None = None, ladder: Sequence[Remedy] = LADDER) -> str:
    """Make a PySCF mean field self-consistent in place, by the first remedy that does it.

    Args:
        field: Its grid and method are set.
        start: Density matrix to begin with; None for a superposition of atoms.
        ladder: The remedies, mildest first; each begins where the one before it stood.

    Returns:
        Name of the remedy that held.

    Raises:
        NotConverged: none did.
    """
    density, changes = start, []
    for remedy in ladder:
        done = _tried(field, remedy, density)
        if done.converged:
            return remedy.name
        changes.append(f"{remedy.name} after {remedy.cycles} cycles at {_gradient(done):.1e}")
        density = field.make_rdm1()
    raise NotConverged(
        f"the self-consistent field did not converge: orbital gradient with {', '.join(changes)} hartree. "
        "No energy is reported. Check charge and spin, or choose another functional or starting geometry"
    )


def _tried(field: Any, remedy: Remedy, density: np.ndarray | None) -> Any:
    solver = field.newton() if remedy.second_order else field
    solver.conv_tol = TOLERANCE_hartree
    solver.max_cycle = remedy.cycles
    if not remedy.second_order:
        solver.level_shift, solver.damp = remedy.level_shift, remedy.damping
        if remedy.damping:
            solver.diis_start_cycle = 8
    solver.kernel(dm0=density)
    for name in ("mo_energy", "mo_coeff", "mo_occ", "e_tot", "converged"):
        setattr(field, name, getattr(solver, name))
    field.level_shift = field.damp = 0.0
    return field


def _gradient(field: Any) -> float:
    """Norm of the occupied-virtual block of the Fock matrix, hartree."""
    return float(np.linalg.norm(field.get_grad(field.mo_coeff, field.mo_occ)))
