"""What a polymer is: repeat units, how they are arranged, and how long the chains are."""

from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from chemistry.value import Named, Value


class Architecture(StrEnum):
    """How repeat units are arranged along and between chains (IUPAC source-based terms).

    A blend is chains of different kinds in one host: its fractions are those of the repeat units of all chains.
    """

    HOMO = "homo"
    RANDOM = "random"
    ALTERNATING = "alternating"
    BLOCK = "block"
    GRAFT = "graft"
    CROSSLINKED = "crosslinked"
    BLEND = "blend"


class RepeatUnit(Value):
    """A constitutional repeat unit, kept as the canonical *periodic* polymer SMILES (`*CCO*`).

    It is the *shortest* period: `*CCOCCO*` is read as `*CCO*`, and polyethylene, drawn `*CC*`, as `*C*`.
    """

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


class Polymer(Named):
    """One polymer: repeat units with mole fractions, architecture, chain length.

    The units are kept in the order of their canonical SMILES, so that two ways of writing one polymer are equal.
    Units may be given as SMILES. Left out, the architecture is homo for one unit, random for several, and crosslinked
    where a unit carries crosslink marks.
    """

    units: tuple[RepeatUnit, ...] = Field(min_length=1)
    fractions: tuple[float, ...] = ()
    """Mole fraction of each unit; sums to one. Left out for a homopolymer."""
    architecture: Architecture = Architecture.HOMO
    molar_mass_kg_mol: float | None = Field(default=None, gt=0)
    """Number-average molar mass M_n, kg/mol; None where it is not known."""
    dispersity: float | None = Field(default=None, ge=1)
    """M_w/M_n; None where it is not known."""

    @model_validator(mode="before")
    @classmethod
    def _one_order(cls, data: object) -> object:
        from chemistry.unit_order import in_canonical_order

        return in_canonical_order(data)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.fractions) != len(self.units):
            raise ValueError(f"{len(self.units)} repeat units need as many fractions, got {len(self.fractions)}")
        if any(fraction <= 0 for fraction in self.fractions) or abs(sum(self.fractions) - 1) > 1e-6:
            raise ValueError(f"the fractions of the repeat units must be positive and sum to 1, got {self.fractions}")
        least, most = _UNITS[self.architecture]
        if not least <= len(self.units) <= most:
            wanted = f"{least} or more" if most > least else str(least)
            raise ValueError(f"a {self.architecture.value} polymer has {wanted} repeat units, got {len(self.units)}")
        return self

    @property
    def unit_molar_mass(self) -> float:
        """Mole-fraction average molar mass of the repeat units, g/mol."""
        return sum(f * unit.molar_mass for f, unit in zip(self.fractions, self.units, strict=True))

    @property
    def sites_mol_kg(self) -> float:
        """Coordinating sites per mass of polymer, mol/kg."""
        return 1000.0 * self.sites_per_unit / self.unit_molar_mass

    @property
    def sites_per_unit(self) -> float:
        """Mole-fraction average number of coordinating sites of the repeat units."""
        return sum(f * unit.coordinating_sites for f, unit in zip(self.fractions, self.units, strict=True))

    @property
    def chain(self) -> str:
        """The chain in one line, without its length: `*CCO*`, or `*CCO*:0.8 + *COC(*)C*:0.2 random`."""
        if len(self.units) == 1:
            kind = "" if self.architecture is Architecture.HOMO else f" {self.architecture.value}"
            return self.units[0].smiles + kind
        parts = (f"{unit.smiles}:{f:.6g}" for f, unit in zip(self.fractions, self.units, strict=True))
        return f"{' + '.join(parts)} {self.architecture.value}"

    @property
    def label(self) -> str:
        """The name where there is one, its own or the catalogue's, else the chain."""
        from chemistry.catalogue import name_of

        return self.name or name_of(self) or self.chain


_UNITS = {
    Architecture.HOMO: (1, 1),
    Architecture.RANDOM: (2, 99),
    Architecture.ALTERNATING: (2, 2),
    Architecture.BLOCK: (2, 99),
    Architecture.GRAFT: (1, 99),
    Architecture.CROSSLINKED: (1, 99),
    Architecture.BLEND: (2, 99),
}
"""Fewest and most repeat units of each architecture. A graft polymer of one unit carries its side chains drawn."""
