"""What a polymer is: repeat units, how they are arranged, and how long the chains are."""

from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from chemistry.value import Value


class Architecture(StrEnum):
    """How repeat units are arranged along and between chains (IUPAC source-based terms)."""

    HOMO = "homo"
    RANDOM = "random"
    ALTERNATING = "alternating"
    BLOCK = "block"
    GRAFT = "graft"
    CROSSLINKED = "crosslinked"


class RepeatUnit(Value):
    """A constitutional repeat unit, kept as the canonical *periodic* polymer SMILES (`*CCO*`)."""

    smiles: str

    @field_validator("smiles")
    @classmethod
    def _canonical(cls, smiles: str) -> str:
        from chemistry.canonical import canonical_repeat_unit

        return canonical_repeat_unit(smiles)

    @property
    def molar_mass(self) -> float:
        """Molar mass of one repeat unit, g/mol, without its open ends."""
        from chemistry.canonical import molar_mass_g_mol

        return molar_mass_g_mol(self.smiles)

    @property
    def coordinating_sites(self) -> int:
        """Number of atoms in one repeat unit that can coordinate Li⁺ (see `chemistry.canonical`)."""
        from chemistry.canonical import coordinating_sites

        return coordinating_sites(self.smiles)


class Polymer(Value):
    """One polymer: repeat units with mole fractions, architecture, chain length.

    The units are kept in the order of their canonical SMILES, so that two ways of writing one polymer are equal.
    """

    units: tuple[RepeatUnit, ...] = Field(min_length=1)
    fractions: tuple[float, ...] = ()
    """Mole fraction of each unit; sums to one. Left out for a homopolymer."""
    architecture: Architecture = Architecture.HOMO
    molar_mass_kg_mol: float | None = Field(default=None, gt=0)
    """Number-average molar mass M_n, kg/mol; None where it is not known."""
    dispersity: float | None = Field(default=None, ge=1)
    """M_w/M_n; None where it is not known."""
    name: str = Field(default="", exclude=True)
    """What people call it; no part of its identity."""

    @model_validator(mode="before")
    @classmethod
    def _one_order(cls, data: object) -> object:
        from chemistry.canonical import in_canonical_order

        return in_canonical_order(data)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.fractions) != len(self.units):
            raise ValueError(f"{len(self.units)} repeat units need as many fractions, got {len(self.fractions)}")
        if any(fraction <= 0 for fraction in self.fractions) or abs(sum(self.fractions) - 1) > 1e-6:
            raise ValueError(f"the fractions of the repeat units must be positive and sum to 1, got {self.fractions}")
        if (len(self.units) == 1) != (self.architecture in _ONE_UNIT) and self.architecture not in _ANY:
            raise ValueError(f"architecture {self.architecture.value} does not fit {len(self.units)} repeat unit(s)")
        return self

    @property
    def unit_molar_mass(self) -> float:
        """Mole-fraction average molar mass of the repeat units, g/mol."""
        return sum(f * unit.molar_mass for f, unit in zip(self.fractions, self.units, strict=True))

    @property
    def sites_mol_kg(self) -> float:
        """Coordinating sites per mass of polymer, mol/kg."""
        sites = sum(f * unit.coordinating_sites for f, unit in zip(self.fractions, self.units, strict=True))
        return 1000.0 * sites / self.unit_molar_mass

    @property
    def label(self) -> str:
        """The name where there is one, else the SMILES."""
        return self.name or ".".join(unit.smiles for unit in self.units)


_ONE_UNIT = {Architecture.HOMO}
_ANY = {Architecture.CROSSLINKED, Architecture.GRAFT}
