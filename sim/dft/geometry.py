"""A molecule in space: the frozen value that recipes take, and pymatgen's `Molecule` for everyone else."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import Field, model_validator

from chemistry.errors import BadInput
from chemistry.value import Value

if TYPE_CHECKING:
    from pymatgen.core import IMolecule

CLOSEST_A = 0.5
"""No two nuclei of a molecule are nearer: the bond of H2 has 0.74 Å."""
WRITTEN = (".xyz", ".json")
"""Suffixes of files that need nothing beside pymatgen."""


class Geometry(Value):
    """Nuclei in space with their charge and spin.

    Raises (pydantic's `ValidationError`, a `ValueError`): no atoms, positions that do not match, or overlapping atoms.
    """

    smiles: str
    """Canonical SMILES; of a complex, those of its parts with a dot between."""
    origin: str
    """How it was made, such as `GFN2-xTB`; it is a part of every key."""
    symbols: tuple[str, ...] = Field(min_length=1)
    positions_A: tuple[tuple[float, float, float], ...]
    charge: int = 0
    multiplicity: int = Field(default=1, ge=1)
    """2S + 1."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.symbols) != len(self.positions_A):
            raise ValueError(f"{len(self.symbols)} atoms need as many positions, got {len(self.positions_A)}")
        distance = self.distances_A + np.diag(np.full(len(self.symbols), np.inf))
        if len(self.symbols) > 1 and distance.min() < CLOSEST_A:
            i, j = np.unravel_index(distance.argmin(), distance.shape)
            raise ValueError(
                f"atoms {i + 1} ({self.symbols[i]}) and {j + 1} ({self.symbols[j]}) overlap: they are "
                f"{distance.min():.2f} Å apart, and no bond is shorter than {CLOSEST_A:g} Å"
            )
        return self

    @property
    def array_A(self) -> np.ndarray:
        """Positions, n x 3, in Å."""
        return np.array(self.positions_A)

    @property
    def distances_A(self) -> np.ndarray:
        """Distances between all atoms, n x n, in Å."""
        return np.linalg.norm(self.array_A[:, None] - self.array_A[None], axis=-1)

    @property
    def molecule(self) -> "IMolecule":
        """The same as pymatgen's immutable molecule."""
        from pymatgen.core import IMolecule

        return IMolecule(list(self.symbols), self.array_A, charge=self.charge, spin_multiplicity=self.multiplicity)

    @classmethod
    def from_molecule(cls, molecule: "IMolecule", smiles: str) -> Self:
        """A geometry that was made elsewhere.

        Its origin is a fingerprint of its distances, so that moving or turning it leaves every key as it was.

        Args:
            molecule: pymatgen's `Molecule` or `IMolecule`, with charge and spin multiplicity.
            smiles: What it is; kept in canonical form.

        Raises:
            BadInput: atoms that overlap, a SMILES that cannot be read or is of other atoms.
        """
        from chemistry.structures import structure_of, text_of

        symbols = tuple(site.specie.symbol for site in molecule)
        structure = structure_of(smiles)
        written = _formula(structure)
        if written != sorted(symbols):
            raise BadInput(
                f"{smiles!r} is not made of the atoms of the geometry", remedy="Give the SMILES of this molecule"
            )
        positions = tuple(tuple(float(x) for x in site.coords) for site in molecule)
        made = checked(
            smiles=text_of(structure),
            origin="given",
            symbols=symbols,
            positions_A=positions,
            charge=int(molecule.charge),
            multiplicity=int(molecule.spin_multiplicity),
        )
        return cls.model_validate({**made.model_dump(), "origin": f"given {_fingerprint(made)}"})

    def moved_to(self, positions_A: np.ndarray, origin: str | None = None) -> "Geometry":
        """The same atoms elsewhere, n x 3, in Å."""
        rows = tuple((float(x), float(y), float(z)) for x, y, z in positions_A)
        return checked(**{**self.model_dump(), "positions_A": rows, "origin": origin or self.origin})

    def ionised(self, charge: int) -> "Geometry":
        """The same nuclei with another charge, in the lowest spin that the number of electrons allows."""
        electrons = sum(atomic_number(symbol) for symbol in self.symbols) - charge
        return checked(**{**self.model_dump(), "charge": charge, "multiplicity": 1 + electrons % 2})

    def write(self, path: Path) -> None:
        """Write it for other codes; the suffix tells the format: .xyz, .json, or another that pymatgen knows.

        Raises:
            BadInput: nothing here writes this format, or the file cannot be written.
        """
        try:
            self.molecule.to(filename=str(path))
        except (ValueError, RuntimeError, ImportError, AttributeError) as error:
            raise BadInput(
                f"a geometry cannot be written as {path.name} ({error})", remedy="Use .xyz or .json"
            ) from error
        except OSError as error:
            raise BadInput(
                f"a geometry cannot be written to {path} ({error.strerror})", remedy="Name another file"
            ) from error


def refuse_file(path: Path) -> None:
    """Refuse a file that a geometry cannot be written to, before anything is calculated.

    Raises:
        BadInput: another suffix than those of `WRITTEN`, or no such folder.
    """
    if path.suffix.lower() not in WRITTEN:
        raise BadInput(f"no geometry can be {path.name}", remedy=f"Name a file that ends in {' or '.join(WRITTEN)}")
    if not path.absolute().parent.is_dir():
        raise BadInput(f"there is no folder {path.parent}", remedy="Make it, or name a file in another one")


def checked(**fields: object) -> Geometry:
    """A geometry of these fields; what is wrong with them is told as a user's mistake.

    Raises:
        BadInput: overlapping atoms, or fields that do not match.
    """
    from pydantic import ValidationError

    try:
        return Geometry.model_validate(fields)
    except ValidationError as error:
        told = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise BadInput(
            f"the geometry cannot be used: {told}", remedy="Give a geometry of separate atoms, in Å"
        ) from error


def atomic_number(symbol: str) -> int:
    """Number of protons."""
    from rdkit.Chem import GetPeriodicTable

    return GetPeriodicTable().GetAtomicNumber(symbol)


def _formula(structure: object) -> list[str]:
    from rdkit import Chem

    return sorted(atom.GetSymbol() for atom in Chem.AddHs(structure).GetAtoms())  # pyright: ignore[reportCallIssue, reportArgumentType]


def _fingerprint(geometry: Geometry) -> str:
    """Of the sorted distances to 1e-3 Å with the elements at their ends."""
    distance, rows = geometry.distances_A, []
    for i, one in enumerate(geometry.symbols):
        for j in range(i):
            pair = "".join(sorted((one, geometry.symbols[j])))
            rows.append(f"{pair}{distance[i, j]:.3f}")
    return hashlib.sha256(" ".join(sorted(rows)).encode()).hexdigest()[:12]
