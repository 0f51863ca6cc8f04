"""What holds lithium: the oxygens of its first shell, and how far they are."""

from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from sim.md.blocks import mean_and_error
from sim.md.pair_structure import contacts, radial_distribution
from sim.md.trajectory import Trajectory
from sim.md.transport import Estimate

LITHIUM, ETHER_OXYGEN, ANION_OXYGEN, ANION = "Li", "O (ether)", "O (TFSI)", "N (TFSI)"
"""Names of atom types in `force_field.toml`; an anion is followed by its nitrogen."""
FARTHEST_A = 5.0
"""Within which the first shell ends, whatever the box."""


@dataclass(frozen=True)
class LithiumShell:
    """First shell of lithium, with the errors that follow from how it changes over a run.

    Attributes:
        distance: Å, where g(r) of ether oxygens about lithium has its first peak; its error is half a bin.
        radius: Å, of the shell: the lowest g between the first peak and the next.
        ether_oxygens: mean number within it.
        anion_oxygens: mean number within it.
    """

    distance: Estimate
    radius: float
    ether_oxygens: Estimate
    anion_oxygens: Estimate


def lithium_shell(trajectory: Trajectory, *, frames: int = 50) -> LithiumShell:
    """The first shell of lithium, over at most so many frames evenly taken.

    Raises:
        BadInput: there is no lithium, or no ether oxygen is near it.
    """
    reach = min(FARTHEST_A, float(trajectory.edges.min()) / 2 * 0.999)
    found = radial_distribution(trajectory, LITHIUM, ETHER_OXYGEN, farthest=reach, frames=frames)
    if not found.g.max() > 1:
        raise BadInput("no ether oxygen is near lithium", remedy="Let the run come to equilibrium first")
    radius = found.shell()
    picked = np.unique(np.linspace(0, trajectory.frames - 1, min(trajectory.frames, frames)).round().astype(int))

    def within(name: str) -> Estimate:
        lithium = trajectory.count(LITHIUM)
        return Estimate(
            *mean_and_error(
                np.array([contacts(trajectory, LITHIUM, name, radius, frame).sum() / lithium for frame in picked])
            )
        )

    return LithiumShell(
        distance=Estimate(float(found.r[found.g.argmax()]), float(found.r[0])),
        radius=radius,
        ether_oxygens=within(ETHER_OXYGEN),
        anion_oxygens=within(ANION_OXYGEN),
    )
