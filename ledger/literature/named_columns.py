"""Any CSV table of conductivities whose columns are named by the caller."""

import math
from collections.abc import Mapping

from pydantic import Field

from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from chemistry.salt import Salt
from chemistry.units import LOADING_UNITS, molality
from chemistry.value import Value
from ledger.film import Reading, Source
from ledger.literature.rows import Entry, Row, RowRefused
from ledger.literature.scales import COLDEST_C, HOTTEST_C, Series
from ledger.literature.substances import (
    LARGEST_MOLAR_MASS_G_MOL,
    carries_lithium,
    formulation_of,
    polymer_of,
    salt_of,
)

TRUST = 0.5
SD_DECADES = 0.40
"""Where the table gives no standard deviation: as between papers (`ledger.literature.bradford.SD_DECADES`)."""

FIELDS = {
    "polymer": "SMILES of the repeat unit, or a name of the catalogue",
    "salt": "SMILES, or a name of the catalogue; empty for a single-ion conductor",
    "loading": "salt loading; its unit must be given",
    "temperature": "°C, unless its unit says K",
    "conductivity": "its unit must be given",
    "sd": "standard deviation of log10 conductivity, decades (may be left out)",
    "molar_mass": "M_n, g/mol (may be left out)",
    "additive": "SMILES or name of a plasticiser (may be left out)",
    "additive_fraction": "its weight fraction of the film (may be left out)",
    "paper": "DOI or another name of the source (may be left out)",
}
"""What a table can say, and what each cell holds."""

_NEEDED = ("polymer", "salt", "loading", "temperature", "conductivity")
_LOG10 = "log10(S/cm)"
_S_PER_CM = {"S/cm": 1.0, "mS/cm": 1e-3, "S/m": 1e-2, "µS/cm": 1e-6, "uS/cm": 1e-6, _LOG10: 1.0}
UNITS = {"loading": LOADING_UNITS, "conductivity": tuple(_S_PER_CM), "temperature": ("°C", "degC", "C", "K")}
"""In which a table may say loading, conductivity and temperature."""


class ColumnMap(Value):
    """Which column holds which field, and in which unit."""

    columns: dict[str, str]
    loading_unit: str
    conductivity_unit: str
    temperature_unit: str = Field(default="°C")

    @classmethod
    def of(cls, columns: Mapping[str, str], units: Mapping[str, str]) -> "ColumnMap":
        """From what the caller gives; a field that is not mapped is looked for under its own name.

        Raises:
            BadInput: an unknown field or unit, or the unit of loading or conductivity missing.
        """
        unknown = [name for name in columns if name not in FIELDS] + [name for name in units if name not in UNITS]
        if unknown:
            remedy = f"Fields are {', '.join(FIELDS)}; units are given for {', '.join(UNITS)}"
            raise BadInput(f"unknown field(s) {', '.join(unknown)}", remedy=remedy)
        for name, known in UNITS.items():
            if name not in units and name != "temperature":
                raise BadInput(f"the unit of {name} is not given", remedy=f"Say {name}=UNIT, one of {', '.join(known)}")
            if name in units and units[name] not in known:
                raise BadInput(f"{units[name]!r} is no unit of {name}", remedy=f"Use one of {', '.join(known)}")
        return cls(
            columns={name: columns.get(name, name) for name in FIELDS},
            loading_unit=units["loading"],
            conductivity_unit=units["conductivity"],
            temperature_unit=units.get("temperature", "°C"),
        )

    @property
    def required(self) -> tuple[str, ...]:
        """Headers that the table must have."""
        return tuple(self.columns[name] for name in _NEEDED)

    @property
    def series(self) -> Series | None:
        """What tells a temperature that is not in °C; None where the caller says that it is in kelvin."""
        if self.temperature_unit == "K":
            return None
        same = ("paper", "polymer", "salt", "loading", "molar_mass", "additive", "additive_fraction")
        return Series(
            self.columns["temperature"], self.columns["conductivity"], tuple(self.columns[name] for name in same)
        )

    def entry(self, row: Row, trust: float) -> Entry:
        """One row as an entry.

        Raises:
            RowRefused: with the reason.
        """
        polymer = self._polymer(row)
        salt = self._salt(row)
        additive, share = self._additive(row)
        molality_mol_kg = self._molality(row, polymer, salt, share)
        if salt is None and not carries_lithium(polymer):
            raise RowRefused("neither salt nor tethered anion", f"{polymer.label} is neutral and no salt is named")
        reading = Reading(
            property="log10_conductivity",
            value=self._log10_conductivity(row),
            sd=SD_DECADES if (sd := row.optional(self.columns["sd"], 0.0, 5.0, "decades")) is None else sd,
            temperature_C=self._temperature_C(row),
            source=Source.LITERATURE,
            trust=trust,
        )
        additives = ((additive, share),) if additive else ()
        formulation = formulation_of(polymer, salt, molality_mol_kg, additives)
        return Entry(row.number, row.text(self.columns["paper"]), formulation, (reading,))

    def _polymer(self, row: Row) -> Polymer:
        text = row.text(self.columns["polymer"])
        if not text:
            raise RowRefused("no polymer", f"the cell {self.columns['polymer']!r} is empty")
        mass = row.optional(self.columns["molar_mass"], 50.0, LARGEST_MOLAR_MASS_G_MOL, "g/mol")
        kg_mol = None if mass is None else mass / 1000
        if "*" in text or "[" in text:
            return polymer_of((text,), molar_mass_kg_mol=kg_mol)
        from chemistry import catalogue

        try:
            named = catalogue.polymer(text)
        except BadInput as error:
            raise RowRefused("unknown polymer", error.problem) from error
        return named.model_copy(update={"molar_mass_kg_mol": kg_mol})

    def _salt(self, row: Row) -> Salt | None:
        text = row.text(self.columns["salt"])
        if not text:
            return None
        if "[" in text:
            return salt_of(text)
        from chemistry import catalogue

        try:
            return catalogue.salt(text)
        except BadInput as error:
            raise RowRefused("unknown salt", error.problem) from error

    def _additive(self, row: Row) -> tuple[str, float]:
        text = row.text(self.columns["additive"])
        share = row.optional(self.columns["additive_fraction"], 0.0, 0.99, "w/w") or 0.0
        if not text or text.lower() == "none":
            if share:
                raise RowRefused("additive without a name", f"{share:g} w/w of an unnamed additive")
            return "", 0.0
        if not share:
            raise RowRefused("additive without a fraction", text)
        from chemistry import catalogue

        try:
            return catalogue.additive(text).smiles, share
        except BadInput:
            return text, share  # not a name of the catalogue: a SMILES, which is read and refused further on

    def _molality(self, row: Row, polymer: Polymer, salt: Salt | None, additive_fraction: float) -> float:
        loading = row.optional(self.columns["loading"], 0.0, 500.0, self.loading_unit)
        if salt is None:
            if loading:
                raise RowRefused("loading without salt", f"{loading:g} {self.loading_unit} of no salt")
            return 0.0
        if not loading:
            raise RowRefused("salt without loading", salt.label)
        try:
            return molality(loading, self.loading_unit, polymer, salt, additive_fraction)
        except BadInput as error:
            raise RowRefused("physically impossible value", error.problem) from error

    def _log10_conductivity(self, row: Row) -> float:
        column = self.columns["conductivity"]
        if self.conductivity_unit == _LOG10:
            return row.number_in(column, -16.0, 0.0, _LOG10)
        scale = _S_PER_CM[self.conductivity_unit]
        return math.log10(row.number_in(column, 1e-16 / scale, 1.0 / scale, self.conductivity_unit) * scale)

    def _temperature_C(self, row: Row) -> float:
        column = self.columns["temperature"]
        if self.temperature_unit == "K":
            return row.number_in(column, COLDEST_C + 273.15, HOTTEST_C + 273.15, "K") - 273.15
        return row.number_in(column, COLDEST_C, HOTTEST_C, "°C")
