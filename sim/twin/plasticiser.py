"""A small molecule in the film, as the twin sees it."""

from dataclasses import dataclass
from functools import lru_cache

from chemistry.solvents import Solvent
from sim.twin.estimates import DEFAULT_PLASTICISER_PERMITTIVITY, molecule_glass_transition_K


@dataclass(frozen=True)
class Plasticiser:
    """What it takes to soften a film and to free its ions."""

    glass_transition_K: float
    relative_permittivity: float
    sites_mol_kg: float
    """Its own coordinating groups, mol/kg."""


@lru_cache(maxsize=4096)
def plasticiser(smiles: str) -> Plasticiser:
    """The plasticiser with this SMILES: facts of the catalogue, else estimates (`sim.twin.estimates`)."""
    from chemistry.canonical import coordinating_sites, molar_mass_g_mol
    from chemistry.catalogue import additive_facts
    from chemistry.salt import Additive

    facts = additive_facts(Additive(smiles=smiles))
    glass, melting, permittivity = facts.glass_transition_C, facts.melting_point_C, facts.relative_permittivity
    return Plasticiser(
        glass.value + 273.15 if glass else molecule_glass_transition_K(melting.value if melting else None),
        permittivity.value if permittivity else DEFAULT_PLASTICISER_PERMITTIVITY,
        1000 * coordinating_sites(smiles) / molar_mass_g_mol(smiles),
    )


@lru_cache(maxsize=64)
def solvent_in_film(solvent: Solvent) -> Plasticiser:
    """What is left of a casting solvent: it softens a film and screens charges, and lithium stays with the chains."""
    return Plasticiser(
        molecule_glass_transition_K(solvent.melting_point_C), solvent.relative_permittivity, sites_mol_kg=0.0
    )
