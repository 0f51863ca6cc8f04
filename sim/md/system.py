"""A system of beads in a periodic cube: what is where, bonded to what. Reduced units: bead diameter, kT, bead mass."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chemistry.errors import BadInput
from sim.md.molecule import Molecule


@dataclass(frozen=True)
class Species:
    """One kind of bead.

    Attributes:
        name: how it is called.
        charge: in elementary charges.
        diameter: in bead diameters.
        mass: in bead masses.
        dipole: point dipole on the bead, in units in which two parallel ones attract by 2 kT at distance 1.
    """

    name: str
    charge: float = 0.0
    diameter: float = 1.0
    mass: float = 1.0
    dipole: float = 0.0

    def __post_init__(self) -> None:
        if not (self.diameter > 0 and self.mass > 0 and self.dipole >= 0):
            raise BadInput(
                f"species {self.name!r} has diameter {self.diameter:g}, mass {self.mass:g} and dipole {self.dipole:g}",
                remedy="Diameter and mass are above zero, a dipole is not below it",
            )


@dataclass(frozen=True, eq=False)
class System:
    """n beads of m molecules in a cube.

    Attributes:
        species: the kinds of bead.
        edge: of the cube.
        positions: `n x 3`, unwrapped: bonded beads lie side by side.
        types: `n`, index into `species`.
        molecules: `n`, index of the molecule.
        bonds: `b x 2` beads.
        angles: `a x 3` beads.
        chains: beads of each linear chain, in order.
    """

    species: tuple[Species, ...]
    edge: float
    positions: np.ndarray
    types: np.ndarray
    molecules: np.ndarray
    bonds: np.ndarray
    angles: np.ndarray
    chains: tuple[np.ndarray, ...] = ()

    def __post_init__(self) -> None:
        if not np.isfinite(self.positions).all():
            raise BadInput("a bead has no position", remedy="Give finite coordinates")
        total = float(self.charges.sum())
        if abs(total) > 1e-6:
            raise BadInput(
                f"the charges of the box sum to {total:+g} e, not 0",
                remedy="Put in as much negative charge as positive: a periodic box with net charge has no energy",
            )

    @property
    def n(self) -> int:
        """Number of beads."""
        return len(self.types)

    @property
    def volume(self) -> float:
        """Of the cube."""
        return self.edge**3

    @cached_property
    def charges(self) -> np.ndarray:
        """Charge of each bead, `n`."""
        return np.array([s.charge for s in self.species])[self.types]

    @cached_property
    def names(self) -> np.ndarray:
        """Name of the species of each bead, `n`."""
        return np.array([s.name for s in self.species])[self.types]

    @property
    def charged(self) -> bool:
        """Whether any bead bears a charge."""
        return bool((self.charges != 0).any())

    @property
    def dipolar(self) -> bool:
        """Whether any bead bears a dipole."""
        return any(s.dipole for s in self.species)

    def count(self, name: str) -> int:
        """Beads of a species."""
        return int((self.names == name).sum())


def assembled(species: Sequence[Species], molecules: Sequence[Molecule], positions: np.ndarray, edge: float) -> System:
    """Molecules, with the positions of all their beads one after another, as a system."""
    refuse_unknown(species, molecules)
    index = {one.name: place for place, one in enumerate(species)}
    starts = np.cumsum([0, *(len(molecule.species) for molecule in molecules)])
    pairs = list(zip(molecules, starts[:-1], strict=True))
    return System(
        species=tuple(species),
        edge=edge,
        positions=positions,
        types=np.array([index[name] for molecule in molecules for name in molecule.species], int),
        molecules=np.repeat(np.arange(len(molecules)), np.diff(starts)),
        bonds=_stacked([np.array(molecule.bonds, int).reshape(-1, 2) + start for molecule, start in pairs], 2),
        angles=_stacked([np.array(molecule.angles, int).reshape(-1, 3) + start for molecule, start in pairs], 3),
        chains=tuple(
            np.arange(start, start + len(molecule.species))
            for molecule, start in pairs
            if molecule.linear and len(molecule.species) > 1
        ),
    )


def refuse_unknown(species: Sequence[Species], molecules: Sequence[Molecule]) -> None:
    """Refuse molecules of beads that are no species."""
    known = [one.name for one in species]
    unknown = sorted({name for molecule in molecules for name in molecule.species} - set(known))
    if unknown:
        raise BadInput(f"no species is called {', '.join(unknown)}", remedy=f"There are {', '.join(known)}")


def _stacked(parts: list[np.ndarray], width: int) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty((0, width), int)
