"""A polymer as the twin sees it: one conducting phase with its law and thermal data, and what stands beside it."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from chemistry.polymer import Architecture, Polymer, RepeatUnit
from sim.twin.estimates import (
    DEFAULT_CRYSTALLINITY,
    DEFAULT_RELATIVE_PERMITTIVITY,
    DEFAULT_DENSITY_g_cm3,
    polymer_glass_transition_K,
)
from sim.twin.host_laws import HostLaw, group_law, known_hosts, mean_law

_GAS_CONSTANT_kJ = 8.314462618e-3
_MELTING_ENTHALPY_kJ_mol = 8.7
"""Per repeat unit, of PEO (Wunderlich, Macromolecular Physics, vol. 3, 1980); depresses Tm of random copolymers."""
_LEAST_SITES_mol_kg = 5.0
"""A chain without donors holds what little salt it takes as if it had this many."""


@dataclass(frozen=True)
class InertPhase:
    """The other blocks of a block copolymer: they bear load and carry no ions."""

    weight_fraction: float
    glass_transition_K: float


@dataclass(frozen=True)
class Host:
    """A polymer ready for the laws of transport and of mechanics. Neat, high molar mass."""

    law: HostLaw
    glass_transition_K: float
    melting_point_K: float | None
    crystallinity: float
    complex_crystallinity: float
    sites_mol_kg: float
    """Coordinating sites per mass of the conducting phase."""
    relative_permittivity: float
    density_g_cm3: float
    inert: InertPhase | None
    molar_mass_kg_mol: float | None
    crosslinked: bool
    tethered_anions_mol_kg: float
    """Anions that hang on the chain, per mass of polymer."""


@dataclass(frozen=True)
class _Unit:
    molar_mass_g_mol: float
    law: HostLaw
    glass_transition_K: float
    melting_point_K: float | None
    crystallinity: float
    complex_crystallinity: float
    sites_mol_kg: float
    relative_permittivity: float
    density_g_cm3: float
    anions_mol_kg: float


def host(polymer: Polymer) -> Host:
    """The host that a polymer makes.

    Random, alternating, graft and crosslinked copolymers are one phase: Tg by the Fox equation (Bull. Am. Phys. Soc.
    1956, 1, 123), the law averaged over the sites, crystallinity lost as the regular sequences shorten. Block
    copolymers are two: salt goes to the block with the most sites, the others bear load. A blend is taken as miscible,
    and each of its chains crystallises as it does alone.
    """
    smiles = tuple(unit.smiles for unit in polymer.units)
    made = _host(smiles, polymer.fractions, polymer.architecture, polymer.molar_mass_kg_mol)
    if made.crystallinity and _amorphous(polymer):
        return replace(made, melting_point_K=None, crystallinity=0.0, complex_crystallinity=0.0)
    return made


@lru_cache(maxsize=4096)
def _host(
    smiles: tuple[str, ...], fractions: tuple[float, ...], architecture: Architecture, molar_mass_kg_mol: float | None
) -> Host:
    units = [_unit(text) for text in smiles]
    masses = [fraction * unit.molar_mass_g_mol for fraction, unit in zip(fractions, units, strict=True)]
    weights = [mass / sum(masses) for mass in masses]
    inert = None
    mole = dict(enumerate(fractions))
    members = list(range(len(units)))
    if architecture is Architecture.BLOCK and len(units) > 1:
        best = max(members, key=lambda i: units[i].sites_mol_kg * weights[i])
        rest = [i for i in members if i != best]
        share = sum(weights[i] for i in rest)
        inert = InertPhase(share, share / sum(weights[i] / units[i].glass_transition_K for i in rest))
        members, mole = [best], {best: 1.0}
    total = sum(weights[i] for i in members)
    w = {i: weights[i] / total for i in members}
    main = max(members, key=lambda i: w[i])
    melting, regular = _crystals(units[main], mole[main] / sum(mole.values()), architecture)
    sites = {i: w[i] * units[i].sites_mol_kg for i in members}
    any_sites = sum(sites.values()) > 0
    return Host(
        law=mean_law([(units[i].law, sites[i] if any_sites else w[i]) for i in members]),
        glass_transition_K=1 / sum(w[i] / units[i].glass_transition_K for i in members),
        melting_point_K=melting,
        crystallinity=units[main].crystallinity * regular,
        complex_crystallinity=units[main].complex_crystallinity * regular,
        sites_mol_kg=max(_LEAST_SITES_mol_kg, sum(sites.values())),
        relative_permittivity=sum(w[i] * units[i].relative_permittivity for i in members),
        density_g_cm3=1 / sum(w[i] / units[i].density_g_cm3 for i in members),
        inert=inert,
        molar_mass_kg_mol=molar_mass_kg_mol,
        crosslinked=architecture is Architecture.CROSSLINKED,
        tethered_anions_mol_kg=sum(weights[i] * units[i].anions_mol_kg for i in range(len(units))),
    )


def _amorphous(polymer: Polymer) -> bool:
    """Whether the catalogue says that this polymer, as usually made, does not crystallise."""
    from chemistry.catalogue import polymer_facts

    return polymer_facts(polymer).amorphous


def _crystals(unit: _Unit, mole_fraction: float, architecture: Architecture) -> tuple[float | None, float]:
    """Melting point in K and what is left of the homopolymer's crystallinity."""
    if unit.melting_point_K is None or unit.crystallinity == 0:
        return None, 0.0
    if architecture is Architecture.BLEND:
        return unit.melting_point_K, mole_fraction
    regular = max(0.0, (mole_fraction - 0.6) / 0.4) ** 2
    if architecture in (Architecture.CROSSLINKED, Architecture.GRAFT):
        regular *= 0.3
    inverse = 1 / unit.melting_point_K - _GAS_CONSTANT_kJ / _MELTING_ENTHALPY_kJ_mol * math.log(mole_fraction)
    return 1 / inverse, regular


@lru_cache(maxsize=4096)
def _unit(smiles: str) -> _Unit:
    """A repeat unit: its own law and thermal data where it has them, the catalogue's facts, else estimates."""
    from rdkit import Chem

    from chemistry.catalogue import polymer_facts

    unit = RepeatUnit(smiles=smiles)
    facts = polymer_facts(Polymer(units=(unit,), fractions=(1.0,)))
    anions = sum(atom.GetFormalCharge() < 0 for atom in Chem.MolFromSmiles(smiles).GetAtoms())
    known = known_hosts().get(smiles)
    if known is not None:
        law, melting, crystallinity = known.law, known.melting_point_C, known.crystallinity
        complexed = known.complex_crystallinity
        glass_K, permittivity = known.glass_transition_C + 273.15, known.relative_permittivity
    else:
        law = group_law(smiles)
        melting = facts.melting_point_C.value if facts.melting_point_C else None
        crystallinity, complexed = (DEFAULT_CRYSTALLINITY if melting is not None else 0.0), 0.0
        glass = facts.glass_transition_C
        glass_K = glass.value + 273.15 if glass else polymer_glass_transition_K(smiles)
        dielectric = facts.relative_permittivity
        permittivity = dielectric.value if dielectric else DEFAULT_RELATIVE_PERMITTIVITY
    density = facts.density_g_cm3
    return _Unit(
        molar_mass_g_mol=unit.molar_mass,
        law=law,
        glass_transition_K=glass_K,
        melting_point_K=None if melting is None else melting + 273.15,
        crystallinity=crystallinity,
        complex_crystallinity=complexed,
        sites_mol_kg=1000 * unit.coordinating_sites / unit.molar_mass,
        relative_permittivity=permittivity,
        density_g_cm3=density.value if density else DEFAULT_DENSITY_g_cm3,
        anions_mol_kg=1000 * anions / unit.molar_mass,
    )
