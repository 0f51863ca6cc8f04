"""Numbers that describe one component: sourced facts of the catalogue and counts on its structure.

Every function is computed once per component and remembered. What is not known is `None`; `models.features` says what
stands in for it.
"""

from typing import TYPE_CHECKING

from chemistry.canonical import molar_mass_g_mol, read_structure
from chemistry.coordination import coordinating_groups
from chemistry.polymer import Polymer
from chemistry.remembered import remembered
from chemistry.salt import Additive, Salt

if TYPE_CHECKING:
    from chemistry.catalogue import Fact


@remembered
def host_numbers(polymer: Polymer) -> dict[str, float | None]:
    """What the neat polymer offers to lithium: mol/kg of donor groups, °C, relative permittivity, shares of atoms."""
    from chemistry.catalogue import polymer_facts

    facts = polymer_facts(polymer)
    groups = [coordinating_groups(unit.smiles) for unit in polymer.units]
    per_kg = 1000.0 / polymer.unit_molar_mass
    shares = [_off_chain_share(unit.smiles) for unit in polymer.units]
    return {
        "sites_mol_kg": polymer.sites_mol_kg,
        "ether_mol_kg": per_kg * _mean(polymer, [group.get("ether", 0) for group in groups]),
        "carbonyl_mol_kg": per_kg * _mean(polymer, [group.get("carbonyl", 0) for group in groups]),
        "off_chain_share": _mean(polymer, shares),
        "glass_transition_C": _value(facts.glass_transition_C),
        "melting_point_C": _value(facts.melting_point_C),
        "relative_permittivity": _value(facts.relative_permittivity),
        "chain_ends_mol_kg": 2.0 / polymer.molar_mass_kg_mol if polymer.molar_mass_kg_mol else None,
    }


@remembered
def anion_numbers(salt: Salt) -> dict[str, float]:
    """Size and make of the anion, per lithium: how far its charge is spread and on which atoms.

    Of the catalogue's facts the thermochemical volume is left out, because it is known of few anions and follows from
    the atoms, and `peo_log10_offset`, because it is a conductivity: a surrogate is to learn that and not to be told.
    """
    structure = read_structure(salt.smiles)
    symbols = [atom.GetSymbol() for atom in structure.GetAtoms()]
    lithium = max(symbols.count("Li"), 1)
    return {
        "heavy_atoms": (len(symbols) - symbols.count("Li")) / lithium,
        **{element: symbols.count(element) / lithium for element in ("F", "O", "N", "S", "B", "P", "C", "Cl")},
    }


@remembered
def additive_numbers(additive: Additive) -> dict[str, float | None]:
    """What a molecular additive brings: donor groups (mol/kg), molecules (mol/kg), permittivity, melting point °C."""
    from chemistry.catalogue import additive_facts

    facts = additive_facts(additive)
    molecules = 1000.0 / molar_mass_g_mol(additive.smiles)
    return {
        "molecules_mol_kg": molecules,
        "donors_mol_kg": molecules * sum(coordinating_groups(additive.smiles).values()),
        "relative_permittivity": _value(facts.relative_permittivity),
        "glass_transition_C": _value(facts.glass_transition_C),
        "melting_point_C": _value(facts.melting_point_C),
    }


@remembered
def _off_chain_share(smiles: str) -> float:
    """Share of a repeat unit's heavy atoms that hang beside the shortest path between its ends."""
    from rdkit import Chem

    unit = read_structure(smiles)
    head, tail = (atom.GetIdx() for atom in unit.GetAtoms() if not atom.GetAtomicNum())
    chain = len(Chem.GetShortestPath(unit, head, tail)) - 2
    heavy = unit.GetNumAtoms() - 2
    return (heavy - chain) / heavy


def _mean(polymer: Polymer, numbers: list[float] | list[int]) -> float:
    return sum(fraction * number for fraction, number in zip(polymer.fractions, numbers, strict=True))


def _value(fact: "Fact | None") -> float | None:
    return None if fact is None else fact.value
