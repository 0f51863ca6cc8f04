"""The all-atom force field: what `force_field.toml` says of atoms, bonds, angles and torsions, in kcal/mol and Å."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from chemistry.errors import BadInput

FILE = Path(__file__).with_name("force_field.toml")
KJ_PER_KCAL = 4.184
"""Thermochemical calorie."""
Classes = tuple[str, ...]


@dataclass(frozen=True)
class AtomType:
    """One kind of atom.

    Attributes:
        name: how it is called.
        bonded: class under which its bonds, angles and torsions are listed.
        element: chemical symbol.
        mass: g/mol.
        charge: in elementary charges, as published.
        sigma: Å.
        epsilon: kcal/mol.
        smarts: the atoms that are of this type are the first atoms of its matches.
        ionic: whether its charge is scaled.
    """

    name: str
    bonded: str
    element: str
    mass: float
    charge: float
    sigma: float
    epsilon: float
    smarts: str
    ionic: bool

    def scaled(self, factor: float) -> "AtomType":
        """With its charge times a factor where it is an ion's, as it is where not."""
        return replace(self, charge=self.charge * factor) if self.ionic else self


@dataclass(frozen=True)
class ForceField:
    """Parameters of bonded terms by the classes of their atoms, in kcal/mol, Å and degrees.

    Attributes:
        types: the kinds of atom.
        bonds: length r0 and constant K of K (r - r0)².
        angles: angle and constant of K (θ - θ0)², K per rad².
        torsions: V1, V2, V3 of Σ Vn (1 ∓ cos nφ) / 2.
        scale_14: factor of the pairs three bonds apart.
        sources: where the parts come from, by name.
    """

    types: tuple[AtomType, ...]
    bonds: Mapping[Classes, tuple[float, ...]]
    angles: Mapping[Classes, tuple[float, ...]]
    torsions: Mapping[Classes, tuple[float, ...]]
    scale_14: float
    sources: Mapping[str, str]

    def refuse_missing(self, terms: Iterable[Classes]) -> None:
        """Refuse terms that the force field has no parameters for, all of them at once.

        Raises:
            BadInput: some are missing.
        """
        tables = {2: self.bonds, 3: self.angles, 4: self.torsions}
        missing = sorted({"-".join(term) for term in terms if term not in tables[len(term)]})
        if missing:
            raise BadInput(
                f"the force field has no parameters for {', '.join(missing)}",
                place=FILE.name,
                remedy="Add them with their source, or leave the molecule out: no term is taken as zero",
            )


def one_way(classes: Classes) -> Classes:
    """Classes of a term in the one of their two orders under which it is kept."""
    return min(classes, classes[::-1])


@cache
def force_field() -> ForceField:
    """The force field of the file."""
    return parsed(tomllib.loads(FILE.read_text()))


def parsed(told: Mapping[str, Any]) -> ForceField:
    """A force field from what the file says.

    Raises:
        BadInput: units or mixing that are not known, or a term that is given twice.
    """
    if told["mixing"] != "geometric":
        raise BadInput(f"mixing {told['mixing']!r} is not known", place=FILE.name, remedy="Use geometric")
    types: list[AtomType] = []
    tables: dict[str, dict[Classes, tuple[float, ...]]] = {"bonds": {}, "angles": {}, "torsions": {}}
    for part in told["part"]:
        energy, harmonic = _energy(part), _harmonic(part)
        for row in part["types"]:
            kept = {key: value for key, value in row.items() if key not in ("class", "epsilon")}
            epsilon = row["epsilon"] * energy
            types.append(AtomType(bonded=row["class"], epsilon=epsilon, ionic=part["ionic"], **kept))
        for title, count in (("bonds", 2), ("angles", 3), ("torsions", 4)):
            for row in part.get(title, []):
                classes, numbers = one_way(tuple(row[:count])), row[count:]
                if classes in tables[title]:
                    raise BadInput(f"{'-'.join(classes)} is given twice", place=FILE.name, remedy="Keep one")
                tables[title][classes] = (
                    tuple(number * energy for number in numbers)
                    if title == "torsions"
                    else (numbers[0], numbers[1] * energy * harmonic)
                )
    sources = {part["name"]: part["source"] for part in told["part"]}
    return ForceField(tuple(types), **tables, scale_14=told["scale_14"], sources=sources)


def _energy(part: Mapping[str, Any]) -> float:
    """Kilocalories in the part's unit of energy."""
    known = {"kcal/mol": 1.0, "kJ/mol": 1 / KJ_PER_KCAL}
    if part["energy"] not in known:
        raise BadInput(f"energy in {part['energy']}", place=FILE.name, remedy=f"Use {' or '.join(known)}")
    return known[part["energy"]]


def _harmonic(part: Mapping[str, Any]) -> float:
    """What a constant of the part is times, so that it stands before the square alone."""
    known = {"whole": 1.0, "half": 0.5}
    if part["constants"] not in known:
        raise BadInput(f"constants {part['constants']!r}", place=FILE.name, remedy=f"Use {' or '.join(known)}")
    return known[part["constants"]]
