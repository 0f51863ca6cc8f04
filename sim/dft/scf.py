"""One charge state of one molecule: self-consistent on a coarse grid, valued on a fine one, or refused.

The fine grid is seen once. Its Fock matrix F, with the orbitals of the coarse grid, gives the energy, and by
second-order perturbation theory what self-consistency on the fine grid would still gain, ΔE = -Σ |F_ai|² / (ε_a -
ε_i) over occupied i and virtual a (twice for a closed shell), which is added. Of 1 meV so added, some 0.15 meV are
wrong (dimethyl ether, B3LYP). Above `SETTLED_hartree` more cycles on the coarse grid follow, with the potential of
the fine one (`sim.dft.fine_grid`); what even they leave is converged on the fine grid itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.dft.constants import HARTREE_eV
from sim.dft.failure import NotConverged
from sim.dft.fine_grid import answering_for
from sim.dft.frame import Frame, refuse_impossible_spin, state
from sim.dft.gpu import gpu_found, made_self_consistent
from sim.dft.solvent import Medium, immersed

SETTLED_hartree = 1e-4
"""3 meV, of which 0.5 meV may be wrong: below anything that a functional can be believed to."""


@dataclass(frozen=True)
class Solution:
    """A converged state.

    Attributes:
        energy_eV: Total energy, with dispersion, and with the reaction field where there is a medium.
        remedy: The rung of the ladder that held.
        unsettled_eV: What the second-order estimate has added to the energy.
        field: PySCF's mean field, on the fine grid, for properties.
    """

    energy_eV: float
    remedy: str
    unsettled_eV: float
    field: Any

    @property
    def density(self) -> np.ndarray:
        """Density matrix in the atomic basis, spins summed, n x n."""
        matrix = np.asarray(self.field.make_rdm1())
        return matrix if matrix.ndim == 2 else matrix.sum(axis=0)

    @property
    def homo_eV(self) -> float:
        """Energy of the highest occupied orbital of either spin."""
        return float(self._energies[self._occupied].max()) * HARTREE_eV

    @property
    def lumo_eV(self) -> float:
        """Energy of the lowest empty orbital of either spin."""
        return float(self._energies[~self._occupied].min()) * HARTREE_eV

    @property
    def _energies(self) -> np.ndarray:
        return np.asarray(self.field.mo_energy)

    @property
    def _occupied(self) -> np.ndarray:
        return np.asarray(self.field.mo_occ) > 0


def solve(frame: Frame, charge: int, multiplicity: int, medium: Medium | None = None) -> Solution:
    """The lowest state of a charge and a spin.

    Args:
        frame: Geometry, basis and grids.
        charge: Of the whole molecule.
        multiplicity: 2S + 1; a closed shell is restricted, anything else unrestricted.
        medium: Continuum around it, in equilibrium with it; None for the gas phase.

    Raises:
        BadInput: a spin that this number of electrons cannot have.
        NotConverged: no rung of the ladder held.
    """
    field = mean_field(frame, charge, multiplicity)
    if medium is not None:
        field = immersed(field, medium)
    field.grids = frame.coarse
    remedy = made_self_consistent(field)
    field.grids = frame.fine
    density = field.make_rdm1()
    energy, left, potential = _valued(field)
    if abs(left) > SETTLED_hartree and not gpu_found():
        with answering_for(field, frame.coarse, potential, density):
            remedy = f"{remedy}, then {made_self_consistent(field, field.make_rdm1())} with the fine grid's potential"
        energy, left, _ = _valued(field)
    if abs(left) > SETTLED_hartree:
        remedy = f"{remedy}, then {made_self_consistent(field, field.make_rdm1())} on the fine grid"
        energy, left, _ = _valued(field)
    if abs(left) > SETTLED_hartree:
        raise NotConverged(f"{frame.geometry.smiles}: {left:.1e} hartree are left to settle on the fine grid")
    return Solution((energy + left) * HARTREE_eV, remedy, left * HARTREE_eV, field)


def mean_field(frame: Frame, charge: int, multiplicity: int) -> Any:
    """PySCF's mean field of a state, with the frame's integrals and no grid yet."""
    mol = state(frame, charge, multiplicity)
    refuse_impossible_spin(mol.nelectron, multiplicity, frame.geometry.smiles)
    kind = mol.RKS if multiplicity == 1 else mol.UKS
    field = kind(xc=frame.method.libxc).density_fit(with_df=frame.fitting)
    field.disp = frame.method.correction or False
    field.nlc = False  # functionals fitted with VV10 carry D3(BJ) in its place
    field._chkfile.close()  # a file that nobody reads
    field.chkfile = None
    return field


def _valued(field: Any) -> tuple[float, float, Any]:
    """Energy of the field's orbitals on its grid, what is left to gain, both in hartree, and the effective potential.

    Afterwards the field has the orbitals of this Fock matrix.
    """
    density = field.make_rdm1()
    core, overlap = field.get_hcore(), field.get_ovlp()
    potential = field.get_veff(field.mol, density)
    energy = field.energy_tot(density, core, potential)
    fock = field.get_fock(core, overlap, potential, density)
    left = _left_to_settle(np.asarray(fock), np.asarray(field.mo_coeff), np.asarray(field.mo_occ))
    field.e_tot = energy
    field.mo_energy, field.mo_coeff = field.eig(fock, overlap)
    field.mo_occ = field.get_occ(field.mo_energy, field.mo_coeff)
    return float(energy), left, potential


def _left_to_settle(fock: np.ndarray, orbitals: np.ndarray, occupation: np.ndarray) -> float:
    """Second-order estimate of the energy that is still to be gained, hartree; formula above."""
    if orbitals.ndim == 2:
        fock, orbitals, occupation = fock[None], orbitals[None], occupation[None]
    total = 0.0
    for matrix, coefficients, filled in zip(fock, orbitals, occupation, strict=True):
        inner = coefficients.T @ matrix @ coefficients
        occupied = filled > 0
        levels = np.diag(inner)
        gaps = levels[~occupied][:, None] - levels[occupied][None]
        block = inner[np.ix_(~occupied, occupied)]
        # A gap that has closed would make the sum worthless: it counts as the smallest that still means something.
        total -= float((filled[occupied] * block**2 / np.maximum(gaps, 0.02)).sum())
    return total
