"""From a formulation to the numbers its laws need: fractions, loading, glass transition, crystals, permittivity."""

from dataclasses import dataclass
from functools import lru_cache
from math import exp

from chemistry.formulation import Formulation
from sim.twin.anions import TETHERED, AnionEffect, anion_effect
from sim.twin.drying import excess_solvent
from sim.twin.host import Host, host
from sim.twin.plasticiser import Plasticiser, plasticiser, solvent_in_film

FILLER_DENSITY_g_cm3 = 2.6
PEO_SITES_mol_kg = 22.7
Additives = list[tuple[Plasticiser, float]]
_TRACE_LOADING = 1e-5
"""Li⁺ per site of what is left of catalyst and dirt in a film without salt."""


@dataclass(frozen=True)
class Composition:
    """A film, without temperature. Weight fractions are of the whole film."""

    host: Host
    anion: AnionEffect
    loading: float
    """Li⁺ per coordinating site of the conducting phase, plasticiser included."""
    polymer_fraction: float
    """Of what is not filler: the share that bears entanglements."""
    plasticiser_fraction: float
    """Casting solvent included that is there beyond the usual."""
    filler_volume_fraction: float
    glass_transition_K: float
    relative_permittivity: float


def composition(formulation: Formulation) -> Composition:
    """What a formulation is made of. Polymer, salt and additives are looked up once each and kept."""
    polymer = host(formulation.polymer)
    conducting = 1 - (polymer.inert.weight_fraction if polymer.inert else 0.0)
    additives = [(plasticiser(c.additive.smiles), c.weight_fraction) for c in formulation.additives]
    liquid, excess = excess_solvent(formulation.process)
    if excess:
        additives.append((solvent_in_film(liquid), excess))
    plastic = sum(w for _, w in additives)
    filler = sum(c.weight_fraction for c in formulation.fillers)
    salt = formulation.salt
    molality = formulation.salt_molality_mol_kg or polymer.tethered_anions_mol_kg
    salt_ratio = molality * _salt_molar_mass(salt.smiles) / 1000 if salt is not None else 0.0
    polymer_fraction = (1 - plastic - filler) / (1 + salt_ratio)
    # Per kg of polymer: sites of the conducting phase and of what plasticiser goes with it.
    sites = conducting * polymer.sites_mol_kg + sum(p.sites_mol_kg * w for p, w in additives) / polymer_fraction
    loading = molality / sites + _TRACE_LOADING
    anion = anion_effect(salt.smiles) if salt is not None else TETHERED
    return Composition(
        host=polymer,
        anion=anion,
        loading=loading,
        polymer_fraction=polymer_fraction / (1 - filler),
        plasticiser_fraction=max(0.0, plastic),
        filler_volume_fraction=_filler_volume(filler, polymer.density_g_cm3),
        glass_transition_K=_glass_transition_K(polymer, anion, loading, polymer_fraction * conducting, additives),
        relative_permittivity=_permittivity(polymer, polymer_fraction, additives),
    )


def truth_glass_transition_C(formulation: Formulation) -> float:
    """Glass transition of the conducting phase, °C, without film effect and without noise."""
    return composition(formulation).glass_transition_K - 273.15


def _glass_transition_K(
    polymer: Host, anion: AnionEffect, loading: float, polymer_fraction: float, additives: Additives
) -> float:
    """Fox equation for polymer and plasticisers, then the salt's linear shift (published up to r of 0.3 or so)."""
    inverse = polymer_fraction / polymer.glass_transition_K + sum(w / p.glass_transition_K for p, w in additives)
    mixed = (polymer_fraction + sum(w for _, w in additives)) / inverse
    slope = polymer.law.glass_transition_slope_K
    shift = slope * (anion.stiffening if slope > 0 else 1.0) * loading
    # Beyond what was measured the shift levels off: at most 150 K up, 60 K down.
    limit = 150.0 if shift > 0 else -60.0
    return mixed + (shift if shift == 0 else limit * _soft(shift / limit))


def _soft(share: float) -> float:
    """The identity for small arguments, 1 for large ones: x / (1 + x⁴)^(1/4)."""
    return share / (1 + share**4) ** 0.25


def _permittivity(polymer: Host, polymer_fraction: float, additives: Additives) -> float:
    total = polymer_fraction + sum(w for _, w in additives)
    return (
        polymer_fraction * polymer.relative_permittivity + sum(w * p.relative_permittivity for p, w in additives)
    ) / total


def _filler_volume(weight_fraction: float, density_g_cm3: float) -> float:
    filler = weight_fraction / FILLER_DENSITY_g_cm3
    return filler / (filler + (1 - weight_fraction) / density_g_cm3)


def amorphous_fraction(film: Composition, temperature_C: float, history: float = 1.0) -> float:
    """Fraction of the conducting phase that is amorphous at a temperature, 0.05 to 1.

    Crystals of the host are lost to salt, plasticiser and filler, and melt over some ten kelvin below a melting point
    that salt, plasticiser and short chains lower (salt in proportion to its mass in the chains: a polymer without
    donors holds none there); at high loading crystals of the polymer-salt complex come
    (P(EO)3LiX and others: Frech, Chintapalli, Bruce and Vincent, Macromolecules 1999, 32, 808). `history`
    multiplies the crystallinity: the thermal past of a film.
    """
    polymer, r, w = film.host, film.loading, film.plasticiser_fraction
    if polymer.melting_point_K is None:
        return 1.0
    short = 24 / polymer.molar_mass_kg_mol if polymer.molar_mass_kg_mol else 0.0
    in_chains = r * polymer.sites_mol_kg / PEO_SITES_mol_kg * min(1.0, 10 ** (polymer.law.offset_decades + 1.2))
    by_salt, by_filler = (in_chains * film.anion.amorphising / 0.075) ** 2, film.filler_volume_fraction / 0.15
    by_plasticiser = (w / 0.15) ** 1.5
    melting_C = polymer.melting_point_K - 273.15 - 120 * min(in_chains, 0.25) - 60 * w - short
    host_crystals = polymer.crystallinity * exp(-by_salt - by_plasticiser - by_filler)
    host_crystals *= _share_below(temperature_C, melting_C, 2.5)
    complexed = polymer.complex_crystallinity * exp(-by_plasticiser) * _share_below(-r, -0.18, 0.018)
    complex_crystals = complexed * _share_below(temperature_C, film.anion.complex_melting_C - 60 * w - short, 4.0)
    return max(0.05, 1 - history * (host_crystals + complex_crystals))


def _share_below(value: float, midpoint: float, width: float) -> float:
    """Logistic step from 1 (value far below the midpoint) to 0."""
    return 1 / (1 + exp(min(700.0, (value - midpoint) / width)))


@lru_cache(maxsize=4096)
def _salt_molar_mass(smiles: str) -> float:
    from chemistry.canonical import molar_mass_g_mol

    return molar_mass_g_mol(smiles)
