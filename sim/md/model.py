"""What an interaction model says to LAMMPS: the seam between systems and the engine."""

from dataclasses import dataclass
from typing import Protocol

from sim.md.system import System

BOLTZMANN_kcal_mol_K = 1.987204259e-3
"""k_B N_A in the SI of 2019, in thermochemical kilocalories."""


@dataclass(frozen=True)
class Scale:
    """What LAMMPS counts in, and what is small in it.

    Attributes:
        units: LAMMPS `units`.
        temperature: as LAMMPS is told it.
        kT: energy of that temperature.
        skin: of the neighbour list.
        bath: time in which a bath takes up what pushing overlaps apart sets free.
    """

    units: str
    temperature: float
    kT: float
    skin: float
    bath: float


def reduced(kT: float) -> Scale:
    """Lennard-Jones units: the bead diameter, kT of the reference state, the bead mass."""
    return Scale("lj", kT, kT, skin=0.4, bath=1.0)


def real(temperature_K: float) -> Scale:
    """Å, fs, kcal/mol, g/mol."""
    return Scale("real", temperature_K, BOLTZMANN_kcal_mol_K * temperature_K, skin=2.0, bath=100.0)


class Model(Protocol):
    """Interactions of a system, in the units of its scale."""

    @property
    def scale(self) -> Scale:
        """Units and temperature."""
        ...

    @property
    def timestep(self) -> float:
        """Of the integration."""
        ...

    @property
    def hard(self) -> bool:
        """Whether beads that overlap would fly apart, so that they are pushed apart gently first."""
        ...

    def reach(self, system: System) -> float:
        """Largest distance over which two beads are looked at; half of the box must hold it.

        Raises:
            BadInput: the model has no interactions for this system.
        """
        ...

    def bonded(self, system: System) -> list[str]:
        """Commands of bonds, angles and torsions."""
        ...

    def nonbonded(self, system: System, seed: int) -> list[str]:
        """Commands of pairs and of what is summed in reciprocal space."""
        ...

    def integrator(self, system: System, seed: int) -> list[str]:
        """Commands that move beads and keep the temperature."""
        ...
