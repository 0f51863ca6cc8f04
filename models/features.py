"""Numeric features of formulations: what surrogates see of a polymer, its salt, its loading and its additives.

Features stand in *groups* (host, anion, loading, additive, filler, process), because a surrogate learns one length
scale for each group rather than one for each number: few films cannot decide more. Centres and scales are fixed here
and not taken from data, so that a formulation's features never depend on what else has been measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.remembered import remembered
from chemistry.salt import Additive, Salt
from chemistry.units import other_weight_fraction, polymer_weight_fraction, salt_weight_fraction
from models.component_facts import additive_numbers, anion_numbers, host_numbers
from models.process_features import PROCESS_NAMES, process_matrix

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Feature:
    """One number of a formulation, with the group it belongs to; its value is (raw - centre) / scale."""

    group: str
    name: str
    centre: float
    scale: float
    missing: float = 0.0
    """Stands in, in raw units, where a fact is not known; `<name>_unknown` then is 1."""


_HOST = (
    Feature("host", "sites_mol_kg", 12.0, 8.0),
    Feature("host", "ether_mol_kg", 10.0, 8.0),
    Feature("host", "carbonyl_mol_kg", 5.0, 6.0),
    Feature("host", "off_chain_share", 0.2, 0.2),
    Feature("host", "glass_transition_C", -30.0, 40.0, missing=-30.0),
    # A polymer without a melting point is amorphous: as if it melted well below room temperature.
    Feature("host", "melting_point_C", 20.0, 40.0, missing=-20.0),
    Feature("host", "relative_permittivity", 6.0, 4.0, missing=6.0),
    # A chain whose length nobody gave is taken as long: film formers are.
    Feature("host", "chain_ends_mol_kg", 0.0, 1.0, missing=0.0),
)
_HOST_FLAGS = ("glass_transition_C", "relative_permittivity")
_ANION = (
    Feature("anion", "heavy_atoms", 10.0, 5.0),
    Feature("anion", "F", 5.0, 4.0),
    Feature("anion", "O", 3.0, 2.0),
    Feature("anion", "N", 0.5, 1.0),
    Feature("anion", "S", 1.0, 1.0),
    Feature("anion", "B", 0.25, 0.5),
    Feature("anion", "P", 0.2, 0.5),
    Feature("anion", "C", 2.0, 2.0),
    Feature("anion", "Cl", 0.1, 0.5),
)
_ADDITIVE = (
    Feature("additive", "molecules_mol_kg", 0.0, 10.0),
    Feature("additive", "donors_mol_kg", 0.0, 20.0),
    Feature("additive", "relative_permittivity", 0.0, 40.0, missing=20.0),
    Feature("additive", "melting_point_C", 0.0, 40.0, missing=0.0),
)
_ADDITIVE_DOSE = 0.15
"""Weight fraction at which an additive's own numbers count in full; below and above they grow in proportion."""

NAMES: tuple[str, ...] = (
    *(f"host.{feature.name}" for feature in _HOST),
    *(f"host.{name}_unknown" for name in _HOST_FLAGS),
    "anion.absent",
    *(f"anion.{feature.name}" for feature in _ANION),
    "loading.li_per_site",
    "loading.salt_fraction",
    "matrix.glass_transition_C",
    "matrix.crystallisable",
    "additive.fraction",
    *(f"additive.{feature.name}" for feature in _ADDITIVE),
    "filler.fraction",
    "filler.conducting",
)
"""Name of every column of what a formulation is made of, `group.name`."""


def process_of(names: Sequence[str]) -> tuple[str, ...] | None:
    """The columns of the process among those of a saved surrogate; None where those before them are not `NAMES`."""
    process = tuple(names[len(NAMES) :])
    known = tuple(names[: len(NAMES)]) == NAMES and set(process) <= set(PROCESS_NAMES)
    return process if known else None


def groups(names: Sequence[str] = NAMES) -> dict[str, tuple[int, ...]]:
    """Columns of each group, in the order of the columns."""
    columns: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        columns.setdefault(name.split(".")[0], []).append(column)
    return {group: tuple(places) for group, places in columns.items()}


def feature_matrix(formulations: Sequence[Formulation], process: Sequence[str] = ()) -> "np.ndarray":
    """`n x d` features of formulations, each about one across what people make.

    Columns are as in `NAMES`, then those of `models.process_features` that `process` names.

    >>> from chemistry.catalogue import polymer, salt
    >>> feature_matrix([Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.8)]).shape
    (1, 31)
    """
    import numpy as np

    if not formulations:
        return np.empty((0, len(NAMES) + len(process)))
    made_of = np.array([_row(formulation) for formulation in formulations])
    return np.hstack([made_of, process_matrix(formulations, process)]) if process else made_of


def _row(formulation: Formulation) -> tuple[float, ...]:
    polymer = formulation.polymer
    # A host without donor groups has no Li/O ratio; its loading is then told as if it had the sites of PEO.
    per_site = formulation.salt_molality_mol_kg / (_host(polymer)[1] or _SITES_OF_PEO)
    return (
        *_host(polymer)[0],
        *_anion(formulation.salt),
        per_site / 0.06,
        salt_weight_fraction(formulation) / 0.15,
        *_matrix(formulation),
        *_additives(formulation),
        sum(content.weight_fraction for content in formulation.fillers) / 0.1,
        sum(content.weight_fraction for content in formulation.fillers if content.filler.conducting) / 0.1,
    )


def _matrix(formulation: Formulation) -> tuple[float, float]:
    """What lithium moves through, the salt left aside: glass transition of host and additives (Fox), and crystals.

    The glass transition of an additive that nobody measured is two thirds of its melting point in kelvin (Boyer, J.
    Appl. Phys. 1954, 25, 825). Crystallisable is the host's weight fraction times how far it melts above 20 °C.
    """
    host = host_numbers(formulation.polymer)
    other = other_weight_fraction(formulation)
    glass, melting = host["glass_transition_C"], host["melting_point_C"]
    inverse = (1.0 - other) / ((_UNKNOWN_GLASS_C if glass is None else glass) + _ZERO_C_K)
    weight = 1.0 - other
    for content in formulation.additives:
        inverse += content.weight_fraction / _additive_glass_K(content.additive)
        weight += content.weight_fraction
    crystals = 0.0 if melting is None else max(0.0, melting - 20.0) / 40.0 * polymer_weight_fraction(formulation)
    return (weight / inverse - _ZERO_C_K + 60.0) / 20.0, crystals


@remembered
def _additive_glass_K(additive: Additive) -> float:
    numbers = additive_numbers(additive)
    glass, melting = numbers["glass_transition_C"], numbers["melting_point_C"]
    if glass is not None:
        return glass + _ZERO_C_K
    return 2.0 / 3.0 * (melting + _ZERO_C_K) if melting is not None else 170.0


_ZERO_C_K = 273.15
_UNKNOWN_GLASS_C = -30.0
_SITES_OF_PEO = 22.70
"""Ether oxygens per kilogram of poly(ethylene oxide): 1000/44.05."""


@remembered
def _host(polymer: Polymer) -> tuple[tuple[float, ...], float]:
    """The host's columns, and its sites in mol/kg."""
    numbers = host_numbers(polymer)
    flags = (1.0 if numbers[name] is None else 0.0 for name in _HOST_FLAGS)
    return (*(_scaled(feature, numbers[feature.name]) for feature in _HOST), *flags), numbers["sites_mol_kg"] or 0.0


@remembered
def _anion(salt: Salt | None) -> tuple[float, ...]:
    """The anion's columns; a single-ion conductor has none and says so."""
    if salt is None:
        return (1.0, *(0.0 for _ in _ANION))
    numbers = anion_numbers(salt)
    return (0.0, *(_scaled(feature, numbers[feature.name]) for feature in _ANION))


def _additives(formulation: Formulation) -> tuple[float, ...]:
    """Total fraction of additives and their numbers weighted by dose: without an additive all are zero."""
    columns = [0.0] * (1 + len(_ADDITIVE))
    for content in formulation.additives:
        dose = content.weight_fraction / _ADDITIVE_DOSE
        for place, number in enumerate((1.0, *_additive(content.additive))):
            columns[place] += dose * number
    return tuple(columns)


@remembered
def _additive(additive: Additive) -> tuple[float, ...]:
    numbers = additive_numbers(additive)
    return tuple(_scaled(feature, numbers[feature.name]) for feature in _ADDITIVE)


def _scaled(feature: Feature, raw: float | None) -> float:
    return ((feature.missing if raw is None else raw) - feature.centre) / feature.scale
