"""The compounds that the table of Hatakeyama-Sato et al. names: polymers, salts (as anions) and molecules."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from chemistry.canonical import canonical_repeat_unit, molar_mass_g_mol, periods
from chemistry.errors import BadInput
from chemistry.polymer import Architecture, Polymer
from chemistry.salt import Salt
from ledger.literature.rows import Row, RowRefused, read_rows
from ledger.literature.substances import LARGEST_MOLAR_MASS_G_MOL, net_charge, polymer_of, salt_of

COMPOUNDS = "pe_i_compounds.csv"
COLUMNS = ("Nickname", "SMILES", "Molar ratio", "Weight ratio", "Mw", "Mn", "Mw/Mn", "Structure")

_ARCHITECTURES = {
    "random": Architecture.RANDOM,
    "co": Architecture.RANDOM,
    "block": Architecture.BLOCK,
    "block_block": Architecture.BLOCK,
    "comb": Architecture.GRAFT,
    "random_comb": Architecture.GRAFT,
    "comb_block": Architecture.GRAFT,
    "star": Architecture.GRAFT,
    "crosslinked": Architecture.CROSSLINKED,
    "block_block_crosslinked": Architecture.CROSSLINKED,
}


class Kind(Enum):
    """What a compound is in a formulation."""

    POLYMER = "polymer"
    SALT = "salt"
    MOLECULE = "molecule"


@dataclass(frozen=True)
class Compound:
    """One line of the file of compounds."""

    name: str
    smiles: str
    row: Row

    @property
    def units(self) -> tuple[str, ...]:
        """SMILES of the repeat units (`[Mg]` at both ends); empty for anything that is no polymer."""
        return tuple(self.smiles.split(".")) if "[Mg]" in self.smiles else ()

    @property
    def copolymer(self) -> bool:
        """Whether it has more than one repeat unit."""
        return len(self.units) > 1

    @cached_property
    def kind(self) -> Kind:
        """A polymer has open ends, a salt is a single anion, all else is a molecule (ionic liquids too)."""
        if self.units:
            return Kind.POLYMER
        return Kind.SALT if "." not in self.smiles and net_charge(self.smiles) < 0 else Kind.MOLECULE

    def as_salt(self) -> Salt:
        """The lithium salt of the anion."""
        return salt_of(".".join(["[Li+]"] * -net_charge(self.smiles) + [self.smiles]))

    def as_polymer(self) -> Polymer:
        """The polymer, with the fractions, the architecture and the molar mass that the file gives.

        Raises:
            RowRefused: a structure that cannot be read, or as `shares`.
        """
        if self.row.text("Structure") and self.row.text("Structure") not in _ARCHITECTURES:
            raise RowRefused("unknown architecture", f"{self.name} has the structure {self.row.text('Structure')!r}")
        architecture = _ARCHITECTURES.get(self.row.text("Structure"))  # None: Polymer tells by its units
        if not self.copolymer and architecture is not Architecture.CROSSLINKED:
            architecture = None
        molar_mass, dispersity = self._molar_mass()
        if not self.copolymer:
            return polymer_of(self.units, (), architecture, molar_mass, dispersity)
        try:  # a unit may be drawn as several of its shortest periods ([Mg]CC[Mg]), and its moles count the drawing
            moles = [share * periods(unit) for unit, share in zip(self.units, self.shares, strict=True)]
            units = tuple(canonical_repeat_unit(unit) for unit in self.units)
        except BadInput as error:
            raise RowRefused("unreadable polymer SMILES", error.problem) from error
        fractions = tuple(amount / sum(moles) for amount in moles)
        return polymer_of(units, fractions, architecture, molar_mass, dispersity)

    @property
    def unit_mass_g_mol(self) -> float:
        """Mean molar mass of the repeat units as the file draws them, g/mol.

        Raises:
            RowRefused: as `shares`.
        """
        return sum(share * molar_mass_g_mol(unit) for unit, share in zip(self.units, self.shares, strict=True))

    @property
    def units_in_formula(self) -> float:
        """How many repeat units the formula of a copolymer has (`5/1`: 6), as the file writes its molar ratio.

        Raises:
            RowRefused: the ratio is one of weights, so that there is no formula.
        """
        if not self.row.text("Molar ratio"):
            raise RowRefused("mole ratio of a copolymer", f"{self.name} has no molar ratio of its units")
        return sum(self._ratio("Molar ratio"))

    @property
    def shares(self) -> tuple[float, ...]:
        """Mole fraction of each repeat unit as it is drawn.

        Raises:
            RowRefused: counter-ions or end groups among the units, no ratio, or one that does not fit them.
        """
        if not self.copolymer:
            return (1.0,)
        foreign = [unit for unit in self.units if unit.count("[Mg]") + unit.count("[Ca]") == 0]
        if foreign:
            raise RowRefused("counter-ion in the polymer", f"{self.name} has {', '.join(foreign)}")
        moles, weights = self.row.text("Molar ratio"), self.row.text("Weight ratio")
        if not moles and not weights:
            raise RowRefused("copolymer without a ratio", self.name)
        parts = self._ratio("Molar ratio" if moles else "Weight ratio")
        if not moles:
            try:
                parts = [part / molar_mass_g_mol(unit) for part, unit in zip(parts, self.units, strict=True)]
            except BadInput as error:
                raise RowRefused("unreadable polymer SMILES", error.problem) from error
        return tuple(part / sum(parts) for part in parts)

    def _ratio(self, column: str) -> list[float]:
        text = self.row.text(column)
        try:
            parts = [float(part) for part in text.split("/")]
        except ValueError:
            raise RowRefused("not a number", f"{self.name} has the ratio {text!r}") from None
        if len(parts) != len(self.units) or any(part <= 0 for part in parts):
            raise RowRefused("copolymer without a ratio", f"{self.name}: {text} for {len(self.units)} units")
        return parts

    def _molar_mass(self) -> tuple[float | None, float | None]:
        """M_n in kg/mol and M_w/M_n, as far as they are given; M_w stands in for M_n where it is all there is."""
        number_average = self.row.optional("Mn", 50.0, LARGEST_MOLAR_MASS_G_MOL, "g/mol")
        weight_average = self.row.optional("Mw", 50.0, LARGEST_MOLAR_MASS_G_MOL, "g/mol")
        dispersity = self.row.optional("Mw/Mn", 1.0, 100.0, "")
        if number_average is None and weight_average is not None:
            number_average = weight_average / (dispersity or 1.0)
        return None if number_average is None else number_average / 1000, dispersity


def read_compounds(path: Path) -> dict[str, Compound]:
    """All compounds by nickname.

    Raises:
        BadInput: the file is missing, is no such file, or has a nickname twice.
    """
    if not path.exists():
        remedy = f"Put {path.name} beside the table: its compositions are nicknames that this file explains"
        raise BadInput("the file of compounds is missing", place=str(path), remedy=remedy)
    found: dict[str, Compound] = {}
    for row in read_rows(path, COLUMNS, "pe_i compounds"):
        name = row.text("Nickname")
        if name in found:
            raise BadInput(
                f"the nickname {name!r} is there twice, on lines {found[name].row.number} and {row.number}",
                place=str(path),
                remedy="Rename or remove one of them: nothing says which is meant",
            )
        found[name] = Compound(name, row.text("SMILES"), row)
    return found
