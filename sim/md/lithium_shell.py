"""What holds lithium: the oxygens of its first shell, and how far they are."""

from dataclasses import dataclass

from chemistry.errors import BadInput
from sim.md.pair_structure import coordination, radial_distribution
from sim.md.trajectory import Trajectory

LITHIUM, ETHER_OXYGEN, ANION_OXYGEN, ANION = "Li", "O (ether)", "O (TFSI)", "N (TFSI)"
"""Names of atom types in `force_field.toml`; an anion is followed by its nitrogen."""
FARTHEST = 5.0
"""Å: within which the first shell ends, whatever the box."""


@dataclass(frozen=True)
class LithiumShell:
    """First shell of lithium.

    Attributes:
        distance: Å, where g(r) of ether oxygens about lithium has its first peak.
        radius: Å, of the shell: the lowest g between the first peak and the next.
        ether_oxygens: mean number within it.
        anion_oxygens: mean number within it.
    """

    distance: float
    radius: float
    ether_oxygens: float
    anion_oxygens: float

    @property
    def oxygens(self) -> float:
        """Of either kind."""
        return self.ether_oxygens + self.anion_oxygens


def lithium_shell(trajectory: Trajectory, *, frames: int = 50) -> LithiumShell:
    """The first shell of lithium, over at most so many frames evenly taken.

    Raises:
        BadInput: there is no lithium, or no ether oxygen is near it.
    """
    reach = min(FARTHEST, float(trajectory.edges.min()) / 2 * 0.999)
    found = radial_distribution(trajectory, LITHIUM, ETHER_OXYGEN, farthest=reach, frames=frames)
    peak = float(found.r[found.g.argmax()])
    radius = found.shell()
    if not found.g.max() > 1:
        raise BadInput("no ether oxygen is near lithium", remedy="Let the run come to equilibrium first")
    counts = [coordination(trajectory, LITHIUM, name, radius, frames=frames) for name in (ETHER_OXYGEN, ANION_OXYGEN)]
    return LithiumShell(peak, radius, *counts)
