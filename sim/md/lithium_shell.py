"""What holds lithium: the oxygens of its first shell, and how far they are."""

from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from sim.md.pair_structure import contacts, radial_distribution
from sim.md.trajectory import Trajectory
from sim.md.transport import Estimate

LITHIUM, ETHER_OXYGEN, ANION_OXYGEN, ANION = "Li", "O (ether)", "O (TFSI)", "N (TFSI)"
"""Names of atom types in `force_field.toml`; an anion is followed by its nitrogen."""
RADIUS_A = 3.25
"""Of the shell, as in ACS Cent. Sci. 2015, 1, 198 (doi 10.1021/acscentsci.5b00195, Figure 5): g(r) is low from 2.8 Å
on, and where it is lowest is a matter of chance in a short run."""
FARTHEST_A = 5.0
"""Where the search for the first peak ends."""


@dataclass(frozen=True)
class LithiumShell:
    """First shell of lithium.

    Attributes:
        distance: Å, where g(r) of ether oxygens about lithium has its first peak; its error is half a bin.
        ether_oxygens: mean number within 3.25 Å; the error is the scatter over lithiums, each of which keeps its
            oxygens for far longer than a run lasts.
        anion_oxygens: as much for the anions' oxygens.
    """

    distance: Estimate
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
    picked = np.unique(np.linspace(0, trajectory.frames - 1, min(trajectory.frames, frames)).round().astype(int))

    def within(name: str) -> Estimate:
        counts = [contacts(trajectory, LITHIUM, name, RADIUS_A, frame).sum(axis=1) for frame in picked]
        each = np.mean(counts, axis=0)
        error = each.std(ddof=1) / np.sqrt(len(each)) if len(each) > 1 else np.nan
        return Estimate(float(each.mean()), float(error))

    return LithiumShell(
        distance=Estimate(float(found.r[found.g.argmax()]), float(found.r[0])),
        ether_oxygens=within(ETHER_OXYGEN),
        anion_oxygens=within(ANION_OXYGEN),
    )
