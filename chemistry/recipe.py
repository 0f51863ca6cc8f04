"""From a formulation to the masses to weigh, and back from the masses really dosed."""

from collections.abc import Mapping

from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Additive, Filler, Salt
from chemistry.units import (
    molality_from_weight_fraction,
    polymer_weight_fraction,
    salt_weight_fraction,
)


def component_key(component: Polymer | Salt | Additive | Filler) -> str:
    """The name of a component's stock container.

    The chain of a polymer with its M_n in kg/mol where that is known, the SMILES of a salt or an additive, the formula
    of a filler.
    """
    if isinstance(component, Polymer):
        length = component.molar_mass_kg_mol
        return component.chain if length is None else f"{component.chain} Mn={length:.6g}"
    return component.formula if isinstance(component, Filler) else component.smiles


def component_labels(formulation: Formulation) -> dict[str, str]:
    """What people call the components of a formulation, by `component_key`."""
    components = [formulation.polymer, *(content.additive for content in formulation.additives)]
    if formulation.salt is not None:
        components.append(formulation.salt)
    labels = {component_key(component): component.label for component in components}
    return labels | {component_key(content.filler): content.filler.formula for content in formulation.fillers}


def masses_mg(formulation: Formulation, total_mg: float) -> dict[str, float]:
    """Mass of each component in mg, by `component_key`, for a dry film of `total_mg`.

    The polymer comes first, then the salt, the additives and the fillers: the order of dosing.
    """
    if not total_mg > 0:
        raise BadInput(f"a film of {total_mg:g} mg cannot be made", remedy="Give a mass above zero")
    fractions = {component_key(formulation.polymer): polymer_weight_fraction(formulation)}
    if formulation.salt is not None:
        fractions[component_key(formulation.salt)] = salt_weight_fraction(formulation)
    fractions |= {component_key(c.additive): c.weight_fraction for c in formulation.additives}
    fractions |= {component_key(c.filler): c.weight_fraction for c in formulation.fillers}
    return {component: fraction * total_mg for component, fraction in fractions.items()}


def as_made(formulation: Formulation, masses: Mapping[str, float]) -> Formulation:
    """The formulation of the film that the dosed masses make: same components, loadings from the masses.

    Args:
        formulation: What was asked for; names the components and the process.
        masses: Dosed mass of each component in any one unit, by `component_key`; 0 where nothing was dosed.

    Raises:
        BadInput: a component without a mass, a mass of something that is not in the formulation, a mass below zero, or
            no polymer.
    """
    expected = set(masses_mg(formulation, 1.0))
    if set(masses) != expected:
        missing, surplus = sorted(expected - set(masses)), sorted(set(masses) - expected)
        raise BadInput(
            f"the dosed masses do not match the formulation: missing {missing}, not part of it {surplus}",
            remedy="Give one mass for each of its components",
        )
    polymer_mass, total = masses[component_key(formulation.polymer)], sum(masses.values())
    if polymer_mass <= 0 or any(mass < 0 for mass in masses.values()):
        raise BadInput(f"the dosed masses {dict(masses)} make no film", remedy="Polymer above zero, others not below")
    share = {component: mass / total for component, mass in masses.items()}
    additives = [(c.additive, share[component_key(c.additive)]) for c in formulation.additives]
    fillers = [(c.filler, share[component_key(c.filler)]) for c in formulation.fillers]
    salt, loading = formulation.salt, 0.0
    if salt is not None:
        other = sum(fraction for _, fraction in (*additives, *fillers))
        loading = molality_from_weight_fraction(share[component_key(salt)], salt.molar_mass, other)
    return Formulation(
        polymer=formulation.polymer,
        salt=salt if loading else None,
        salt_molality_mol_kg=loading,
        additives=tuple(AdditiveContent(additive=a, weight_fraction=f) for a, f in additives if f),
        fillers=tuple(FillerContent(filler=a, weight_fraction=f) for a, f in fillers if f),
        process=formulation.process,
    )
