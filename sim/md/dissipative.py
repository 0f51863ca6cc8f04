"""Dissipative particle dynamics: soft beads, pairwise friction and kicks that conserve momentum; smeared charges.

Groot and Warren, J. Chem. Phys. 1997, 107, 4423; charges smeared as in González-Melchor, Mayoral, Velázquez and
Alejandre, J. Chem. Phys. 2006, 125, 224107. Lengths are in units of the cut-off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

from chemistry.errors import BadInput
from sim.md.model import Scale, reduced
from sim.md.system import System


@dataclass(frozen=True)
class Dissipative:
    """Soft beads at a number density of 3 or so.

    Attributes:
        repulsion: a of two beads, in kT per cut-off, where `pairs` does not name them.
        pairs: a of two species, by their names in alphabetical order.
        friction: γ; the noise is √(2 γ kT).
        spring: constant and rest length of a bond.
        bjerrum_length: in cut-offs; 0 leaves charges out.
        smearing: decay length λ of a charge's Slater distribution.
        coulomb_cutoff: where the Coulomb sum is split into real and reciprocal space.
    """

    kT: float = 1.0
    repulsion: float = 25.0
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    friction: float = 4.5
    spring: tuple[float, float] = (50.0, 0.7)
    bjerrum_length: float = 0.0
    smearing: float = 0.25
    coulomb_cutoff: float = 3.0
    timestep: float = 0.04
    hard: bool = False

    @property
    def scale(self) -> Scale:
        """Reduced units."""
        return reduced(self.kT)

    def reach(self, system: System) -> float:
        """Largest distance over which two beads are looked at."""
        if system.dipolar:
            raise BadInput("dissipative particles bear no dipoles here", remedy="Use the bead-spring model")
        return max(1.0, self.coulomb_cutoff) if self._charged(system) else 1.0

    def bonded(self, system: System) -> list[str]:
        """Harmonic bonds; bonded beads still repel."""
        if not len(system.bonds):
            return []
        # LAMMPS counts K (r - r0)² without the half.
        constant, rest = self.spring
        return [
            "bond_style harmonic",
            "special_bonds lj/coul 1 1 1",
            f"bond_coeff 1 {constant / 2:.6g} {rest:.6g}",
            *(["angle_style zero", "angle_coeff 1"] if len(system.angles) else []),
        ]

    def nonbonded(self, system: System, seed: int) -> list[str]:
        """Repulsion, friction, kicks and charges."""
        charged = self._charged(system)
        if charged:
            far = f"{self.smearing:.6g} {self.coulomb_cutoff:.6g}"
            lines = [f"pair_style dpd/coul/slater/long {self.kT:.6g} 1.0 {seed} {far}"]
        else:
            lines = [f"pair_style dpd {self.kT:.6g} 1.0 {seed}"]
        for (i, one), (j, other) in combinations_with_replacement(enumerate(system.species, 1), 2):
            first, second = sorted((one.name, other.name))
            a = self.pairs.get((first, second), self.repulsion)
            bears = f" {'yes' if one.charge and other.charge else 'no'}" if charged else ""
            lines.append(f"pair_coeff {i} {j} {a:.6g} {self.friction:.6g}{bears}")
        if charged:
            lines += [f"dielectric {1 / self.bjerrum_length:.8g}", "kspace_style pppm 0.01"]
        return ["comm_modify vel yes", "neighbor 0.3 bin", *lines]

    def integrator(self, system: System, seed: int) -> list[str]:
        """Newton's equations alone: the pairs keep the temperature."""
        return ["fix move all nve"]

    def _charged(self, system: System) -> bool:
        return system.charged and self.bjerrum_length > 0
