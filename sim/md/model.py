"""What an interaction model says to LAMMPS: the seam between systems and the engine."""

from typing import Protocol

from sim.md.system import System

SKIN = 0.4
"""Of the neighbour list, in bead diameters."""


class Model(Protocol):
    """Interactions of a system, in units of the bead diameter, kT of the reference state, and the bead mass."""

    @property
    def kT(self) -> float:
        """Temperature."""
        ...

    @property
    def timestep(self) -> float:
        """Of the integration."""
        ...

    @property
    def hard(self) -> bool:
        """Whether beads that overlap would fly apart, so that they are pushed apart gently first."""
        ...

    @property
    def pressure(self) -> float | None:
        """To which the box is brought after the push-off; None where it keeps its volume."""
        ...

    def reach(self, system: System) -> float:
        """Largest distance over which two beads are looked at; half of the box must hold it.

        Raises:
            BadInput: the model has no interactions for this system.
        """
        ...

    def bonded(self, system: System) -> list[str]:
        """Commands of bonds and angles."""
        ...

    def nonbonded(self, system: System, seed: int) -> list[str]:
        """Commands of pairs and of what is summed in reciprocal space."""
        ...

    def integrator(self, system: System, seed: int) -> list[str]:
        """Commands that move beads and keep the temperature."""
        ...
