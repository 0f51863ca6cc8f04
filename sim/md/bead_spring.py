"""The bead-spring model: Kremer-Grest chains, with ions and dipoles on request.

Beads repel by the Weeks-Chandler-Andersen potential and are bonded by FENE springs, kT = ε (Kremer and Grest, J. Chem.
Phys. 1990, 92, 5057); bending costs κ (1 + cos θ) (Faller, Kolb and Müller-Plathe, Phys. Chem. Chem. Phys. 1999, 1,
2071). Ions interact by q q' l_B kT / r in a medium of one permittivity, summed by PPPM. Dipoles interact with one
another by the long-ranged sum, and with ions by a force that is shifted to zero at the cut-off.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

from chemistry.errors import BadInput
from sim.md.model import Scale, reduced
from sim.md.system import Species, System

WCA = 2 ** (1 / 6)
"""Cut-off of the purely repulsive Lennard-Jones potential, in diameters."""
WELL_CUTOFF = 2.5
"""Cut-off of pairs that attract, in diameters."""
FORCE_ERROR = 0.03
"""Largest error of a Coulomb force, kT per bead diameter: a hundredth of the thermostat's kicks."""


SPLIT = 2.6
"""Splitting parameter of dipole sums times the cut-off: what real space leaves out is below 1e-3 of a contact."""


@dataclass(frozen=True)
class BeadSpring:
    """Kremer-Grest chains.

    Attributes:
        kT: in units of ε.
        stiffness: κ of the bending potential, in ε.
        bjerrum_length: where two elementary charges interact by ε, in bead diameters; 0 leaves charges out.
        coulomb_cutoff: where the sum is split into real and reciprocal space; charges alone look so far.
        wells: depth, in ε, of the attraction between two species, by their names in alphabetical order; pairs that
            are not named repel.
        timestep: in Lennard-Jones times.
        damping: time over which the Langevin thermostat slows a bead.
    """

    kT: float = 1.0
    stiffness: float = 0.0
    bjerrum_length: float = 0.0
    coulomb_cutoff: float = 6.0
    wells: Mapping[tuple[str, str], float] = field(default_factory=dict)
    timestep: float = 0.01
    damping: float = 2.0
    hard: bool = True

    def __post_init__(self) -> None:
        positive = {"kT": self.kT, "timestep": self.timestep, "damping": self.damping, "cut-off": self.coulomb_cutoff}
        wrong = {name: value for name, value in positive.items() if not value > 0}
        if wrong or self.bjerrum_length < 0:
            raise BadInput(f"{wrong or self.bjerrum_length} of a bead-spring model", remedy="Give numbers above zero")

    @property
    def scale(self) -> Scale:
        """Reduced units."""
        return reduced(self.kT)

    def reach(self, system: System) -> float:
        """Largest distance over which two beads are looked at."""
        pairs = combinations_with_replacement(system.species, 2)
        lj = max(self._well(one, other)[2] for one, other in pairs)
        return max(lj, self.coulomb_cutoff) if self._long_ranged(system) else lj

    def bonded(self, system: System) -> list[str]:
        """FENE bonds of length 0.97 with their own core, and bending."""
        lines = []
        if len(system.bonds):
            lines += ["bond_style fene", "special_bonds fene", "bond_coeff 1 30.0 1.5 1.0 1.0"]
            # Beads of a bond at its longest must be known on both sides of a wall.
            lines.append(f"comm_modify cutoff {max(2.0, self.reach(system) + 1.0):.4f}")
        if len(system.angles):
            lines += ["angle_style cosine", f"angle_coeff 1 {self.stiffness:.6g}"]
        return lines

    def nonbonded(self, system: System, seed: int) -> list[str]:
        """Repulsion, wells, charges and dipoles."""
        charged = system.charged and self.bjerrum_length > 0
        if system.dipolar:
            return self._with_dipoles(system, charged)
        if not charged:
            return [f"pair_style lj/cut {WCA:.7f}", "pair_modify shift yes", *self._coefficients(system, "")]
        types = [i for i, one in enumerate(system.species, 1) if one.charge]
        return [
            f"pair_style hybrid/overlay lj/cut {WCA:.7f} coul/long {self.coulomb_cutoff:.4f}",
            "pair_modify pair lj/cut shift yes",
            *self._coefficients(system, " lj/cut"),
            *(f"pair_coeff {i} {j} coul/long" for i, j in combinations_with_replacement(types, 2)),
            f"dielectric {1 / self.bjerrum_length:.8g}",
            f"kspace_style pppm {FORCE_ERROR:.3g}",
            # Beads see one another far nearer than charges do: measured twice as fast as one list for all.
            "neighbor 0.7 multi",
        ]

    def integrator(self, system: System, seed: int) -> list[str]:
        """Newton's equations with friction and kicks."""
        langevin = f"fix bath all langevin {self.kT:.6g} {self.kT:.6g} {self.damping:.6g} {seed}"
        if system.dipolar:
            return ["fix move all nve/sphere update dipole", f"{langevin} omega yes"]
        return ["fix move all nve", langevin]

    def _long_ranged(self, system: System) -> bool:
        return system.dipolar or (system.charged and self.bjerrum_length > 0)

    def _with_dipoles(self, system: System, charged: bool) -> list[str]:
        style = "lj/sf/dipole/sf" if charged else "lj/cut/dipole/long"
        lines = [f"pair_style {style} {WCA:.7f} {self.coulomb_cutoff:.4f}", *self._coefficients(system, "")]
        if charged:
            return [*lines, f"dielectric {1 / self.bjerrum_length:.8g}"]
        # LAMMPS guesses the split from charges, which may all be zero: it is given here, with one mesh point each 1/g.
        split = SPLIT / self.coulomb_cutoff
        mesh = max(4, math.ceil(system.edge * split))
        return [
            *lines,
            "kspace_style pppm/dipole 1.0e-2",
            f"kspace_modify gewald {split:.4f} mesh {mesh} {mesh} {mesh}",
        ]

    def _coefficients(self, system: System, style: str) -> list[str]:
        numbered = list(enumerate(system.species, 1))
        lines = []
        for (i, one), (j, other) in combinations_with_replacement(numbered, 2):
            depth, diameter, cutoff = self._well(one, other)
            lines.append(f"pair_coeff {i} {j}{style} {depth:.6g} {diameter:.6g} {cutoff:.7g}")
        return lines

    def _well(self, one: Species, other: Species) -> tuple[float, float, float]:
        """Depth, diameter and cut-off of a pair."""
        first, second = sorted((one.name, other.name))
        diameter = (one.diameter + other.diameter) / 2
        depth = self.wells.get((first, second))
        return (1.0, diameter, WCA * diameter) if depth is None else (depth, diameter, WELL_CUTOFF * diameter)
