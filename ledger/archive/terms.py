"""What units and terms of ionloop are called in vocabularies that other programs know.

Units by their UCUM code and, where there is one, their QUDT unit. `S-PER-CentiM`, `CentiM2-PER-SEC`, `OHM`, `SEC`, `A`
and `V` were read in QUDT's own units vocabulary; `MegaPA`, `DEG_C`, `UNITLESS`, `HZ`, `MicroM` and `CentiM2` were only
seen as others use them. Of the units of current density, heat flow and rates no QUDT name was looked up, and none is
given. Terms after BattINFO, which takes them from EMMO's domain of electrochemistry: version 0.35.0 (2026-06-01), each
read in the context that it publishes. It has no term for the storage modulus and none for the glass transition, so
these have none here.
"""

from dataclasses import dataclass
from functools import cache

QUDT = "http://qudt.org/vocab/unit/"
_ECHEM = "https://w3id.org/emmo/domain/electrochemistry#electrochemistry_"
_SUBSTANCE = "https://w3id.org/emmo/domain/chemical-substance#substance_"
_EMMO = "https://w3id.org/emmo#EMMO_"
_CHAMEO = "https://w3id.org/emmo/domain/characterisation-methodology/chameo#"


@dataclass(frozen=True)
class Unit:
    """A unit: its UCUM code, and its name in QUDT, empty where none is known."""

    ucum: str
    qudt: str = ""

    @property
    def iri(self) -> str:
        """Of the QUDT unit; empty where none is known."""
        return f"{QUDT}{self.qudt}" if self.qudt else ""


UNITS = {
    "S/cm": Unit("S/cm", "S-PER-CentiM"),
    "MPa": Unit("MPa", "MegaPA"),
    "cm2/s": Unit("cm2/s", "CentiM2-PER-SEC"),
    "1": Unit("1", "UNITLESS"),
    "V": Unit("V", "V"),
    "degC": Unit("Cel", "DEG_C"),
    "Hz": Unit("Hz", "HZ"),
    "ohm": Unit("Ohm", "OHM"),
    "s": Unit("s", "SEC"),
    "A": Unit("A", "A"),
    "um": Unit("um", "MicroM"),
    "cm2": Unit("cm2", "CentiM2"),
    "A/cm2": Unit("A/cm2"),
    "mW": Unit("mW"),
    "mg": Unit("mg"),
    "mol/kg": Unit("mol/kg"),
}
"""Units by what ionloop calls them."""


@dataclass(frozen=True)
class Term:
    """A term of a vocabulary."""

    name: str
    iri: str
    vocabulary: str


def _term(name: str, start: str, rest: str) -> Term:
    return Term(name, f"{start}{rest}", start.partition("#")[0])


IONIC_CONDUCTIVITY = _term("IonicConductivity", _ECHEM, "25dabdc2_68bf_4a38_8cbe_11be017358bc")
POLYMER_ELECTROLYTE = _term("PolymerElectrolyte", _ECHEM, "c6d6c0a1_a06b_437a_978f_a469d3071ca9")
ELECTROLYTE = _term("Electrolyte", _ECHEM, "fb0d9eef_92af_4628_8814_e065ca255d59")
ADDITIVE = _term("ElectrolyteAdditive", _ECHEM, "554286d4_1f46_44c0_bebc_4ddae00dbce1")
STABILITY_LIMIT = _term("ElectrochemicalStabilityLimit", _ECHEM, "8f4b90ef_fea4_47c9_99f5_a9b3290a505d")
TRANSPORT_NUMBER = _term("IonTransportNumber", _EMMO, "d97b27cb_61a4_4568_a38b_4edd4f224acc")
DIFFUSION_COEFFICIENT = _term("DiffusionCoefficient", _EMMO, "931a725b_926d_4f60_8955_61fe17fce98b")
THICKNESS = _term("Thickness", _EMMO, "43003c86_9d15_433b_9789_ee2940920656")
POLYMER = _term("PolymerCompound", _SUBSTANCE, "7e716191_b301_4d63_bb6b_93323ffe51bf")
LITHIUM_SALT = _term("LithiumSaltCompound", _SUBSTANCE, "4744a12c_ca28_46b4_9e59_43c1cc15b536")

SALTS = {
    "LiTFSI": _term("LithiumBistrifluoromethanesulfonylimide", _SUBSTANCE, "8267551d_7572_42f6_888d_96ff0c78f3aa"),
    "LiFSI": _term("LithiumBisfluorosulfonylimide", _SUBSTANCE, "f12d9fa2_a9a8_44e9_8f24_ceb9e74b0731"),
    "LiBOB": _term("LithiumBisoxalatoborate", _SUBSTANCE, "4c01eadc_81a0_4ad7_a72f_4d5f72f60f04"),
    "LiClO4": _term("LithiumPerchlorate", _SUBSTANCE, "dedc4519_9651_415e_95e8_1ed03b195244"),
    "LiPF6": _term("LithiumHexafluorophosphate", _SUBSTANCE, "0deb4fe8_b0c0_4e3f_8848_64435e5c0771"),
    "LiTf": _term("LithiumTriflate", _SUBSTANCE, "b8b79435_2d26_4784_8c36_385ec8ef9661"),
    "LiBF4": _term("LithiumTetrafluoroborate", _SUBSTANCE, "3fd0b901_88fa_47e2_9d99_7db13cd02c9f"),
    "LiNO3": _term("LithiumNitrate", _SUBSTANCE, "4b3e8f9e_9857_4bc3_8e17_aa75757d9860"),
    "LiAsF6": _term("LithiumHexafluoroarsenate", _SUBSTANCE, "1fbc92c6_e103_424c_87f8_974ba26aa78e"),
    "LiDFOB": _term("LithiumDifluorooxalatoborate", _SUBSTANCE, "480a4c29_fa1b_4e14_b5e0_a0b82d73df57"),
}
"""Salts by their names in the catalogue. Any other is a lithium salt, and no more is said of it."""

IMPEDANCE = _term("ElectrochemicalImpedanceSpectroscopy", _CHAMEO, "ElectrochemicalImpedanceSpectroscopy")
TECHNIQUES = {
    "impedance": IMPEDANCE,
    "modulus": _term("DynamicMechanicalAnalysis", _CHAMEO, "DynamicMechanicalAnalysis"),
    "voltage_sweep": _term("LinearScanVoltammetry", _CHAMEO, "LinearScanVoltammetry"),
    "calorimetry": _term("DifferentialScanningCalorimetry", _CHAMEO, "DifferentialScanningCalorimetry"),
}
"""How each kind of measurement is made; a polarisation after Evans, Vincent and Bruce has no term of its own."""


@dataclass(frozen=True)
class Property:
    """What a number of the ledger is of.

    Attributes:
        words: what it is, for people.
        unit: of the quantity itself, by ionloop's name for it.
        logarithm: whether the ledger holds the decadic logarithm of its value in that unit.
        term: what a vocabulary calls the quantity; None where none does.
    """

    words: str
    unit: str
    logarithm: bool = False
    term: Term | None = None


PROPERTIES = {
    "log10_conductivity": Property("ionic conductivity of a film", "S/cm", True, IONIC_CONDUCTIVITY),
    "log10_storage_modulus": Property("storage modulus of a film", "MPa", True),
    "log10_lithium_diffusivity": Property("diffusivity of lithium in a film", "cm2/s", True, DIFFUSION_COEFFICIENT),
    "log10_anion_diffusivity": Property("diffusivity of the anion in a film", "cm2/s", True, DIFFUSION_COEFFICIENT),
    "log10_polymer_diffusivity": Property("diffusivity of the chains in a film", "cm2/s", True, DIFFUSION_COEFFICIENT),
    "transference_number": Property("transference number of lithium", "1", term=TRANSPORT_NUMBER),
    "oxidation_limit": Property("potential vs Li/Li+ above which a film is oxidised", "V", term=STABILITY_LIMIT),
    "glass_transition": Property("temperature of the glass transition", "degC"),
}
"""Every property that the ledger knows (`ledger.film.PROPERTY_UNITS`); a test holds the two together."""


@cache
def salt_term(smiles: str) -> Term:
    """The term of a salt, told by its canonical SMILES, whatever people call it."""
    from chemistry.catalogue import salt

    return next((term for name, term in SALTS.items() if salt(name).smiles == smiles), LITHIUM_SALT)
