"""A system of beads or atoms in a periodic cube: what is where, bonded to what.

Beads count in reduced units (bead diameter, kT, bead mass), atoms in Å and g/mol: the model of the system says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chemistry.errors import BadInput
from sim.md.molecule import Molecule


@dataclass(frozen=True)
class Species:
    """One kind of bead or atom.

    Attributes:
        name: how it is called.
        charge: in elementary charges.
        diameter: in bead diameters; of an atom its σ.
        mass: in bead masses, or g/mol.
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


def _no_torsions() -> np.ndarray:
    return np.empty((0, 4), int)


@dataclass(frozen=True, eq=False)
class System:
    """n beads or atoms of m molecules in a cube.

    Attributes:
        species: the kinds of bead.
        edge: of the cube, where the run begins.
        positions: `n x 3`, unwrapped: bonded beads lie side by side.
        types: `n`, index into `species`.
        molecules: `n`, index of the molecule.
        bonds: `b x 2` beads.
        angles: `a x 3` beads.
        chains: beads of each linear chain, in order.
        torsions: `t x 4` beads.
        bond_kinds: `b`, which bond of the model each is, counted from zero; None where all are of one kind.
        angle_kinds: `a`, as much for angles.
        torsion_kinds: `t`, as much for torsions.
    """

    species: tuple[Species, ...]
    edge: float
    positions: np.ndarray
    types: np.ndarray
    molecules: np.ndarray
    bonds: np.ndarray
    angles: np.ndarray
    chains: tuple[np.ndarray, ...] = ()
    torsions: np.ndarray = field(default_factory=_no_torsions)
    bond_kinds: np.ndarray | None = None
    angle_kinds: np.ndarray | None = None
    torsion_kinds: np.ndarray | None = None

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

    @property
    def typed_terms(self) -> list[np.ndarray]:
        """What tells bonds, angles and torsions apart; nothing where all are of one kind."""
        kinds = [array for array in (self.bond_kinds, self.angle_kinds, self.torsion_kinds) if array is not None]
        return [self.angles, self.torsions, *kinds] if kinds else []

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
