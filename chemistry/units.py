"""Conversions between the ways people state a salt loading.

All of them refer to lithium: molality is mol Li⁺ per kg of *polymer*, Li/O is Li⁺ per coordinating site of the polymer
(`chemistry.coordination`; an additive's own oxygen is not counted), w/w is the weight fraction of the salt in the whole
film. The inner system is molality.
"""

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Salt

LOADING_UNITS = ("Li/O", "mol/kg", "w/w")


def molality(loading: float, unit: str, polymer: Polymer, salt: Salt, additive_fraction: float = 0.0) -> float:
    """Molality in mol/kg of a loading stated in `Li/O`, `mol/kg` or `w/w`.

    Args:
        loading: The number, in `unit`.
        unit: One of `LOADING_UNITS`.
        polymer: The host; only `Li/O` asks for it.
        salt: The salt; only `w/w` asks for it.
        additive_fraction: Weight fraction of the film that is neither polymer nor salt; only `w/w` asks for it.

    Raises:
        BadInput: an unknown unit, a negative loading, a host without sites for `Li/O`, no polymer left for `w/w`.
    """
    if loading < 0:
        raise BadInput(f"a salt loading of {loading:g} {unit} is below zero", remedy="Give a loading of zero or more")
    if unit == "Li/O":
        return molality_from_li_per_site(loading, polymer)
    if unit == "mol/kg":
        return loading
    if unit == "w/w":
        return molality_from_weight_fraction(loading, salt.molar_mass, additive_fraction)
    raise BadInput(f"{unit!r} is no unit of a salt loading", remedy=f"Use one of {', '.join(LOADING_UNITS)}")


def molality_from_li_per_site(li_per_site: float, polymer: Polymer) -> float:
    """Molality in mol/kg from lithium per coordinating site (Li/O, r)."""
    sites = polymer.sites_mol_kg
    if not sites:
        raise BadInput(
            f"{polymer.label} has no coordinating site, so a loading per site has no meaning",
            remedy="State the loading in mol/kg or w/w",
        )
    return li_per_site * sites


def molality_from_weight_fraction(
    weight_fraction: float, salt_molar_mass: float, other_weight_fraction: float = 0.0
) -> float:
    """Molality in mol/kg from the salt's weight fraction of the whole film.

    Args:
        weight_fraction: Of the salt in the film.
        salt_molar_mass: g/mol, per lithium.
        other_weight_fraction: Of additives and fillers together.
    """
    polymer = 1 - weight_fraction - other_weight_fraction
    if polymer <= 0:
        raise BadInput(
            f"salt ({weight_fraction:g}) and other components ({other_weight_fraction:g}) leave no polymer",
            remedy="Their weight fractions must sum to less than 1",
        )
    return 1000.0 * weight_fraction / (salt_molar_mass * polymer)


def weight_fraction_from_molality(
    molality_mol_kg: float, salt_molar_mass: float, other_weight_fraction: float = 0.0
) -> float:
    """Weight fraction of the salt in the whole film; inverse of `molality_from_weight_fraction`."""
    salt_per_polymer = molality_mol_kg * salt_molar_mass / 1000.0
    return (1 - other_weight_fraction) * salt_per_polymer / (1 + salt_per_polymer)


def li_per_site(formulation: Formulation) -> float:
    """Lithium of the salt per coordinating site of the polymer (Li/O, r)."""
    if not formulation.salt_molality_mol_kg:
        return 0.0
    sites = formulation.polymer.sites_mol_kg
    if not sites:
        raise BadInput(
            f"{formulation.polymer.label} has no coordinating site, so it has no Li/O ratio",
            remedy="Ask for its molality or weight fraction",
        )
    return formulation.salt_molality_mol_kg / sites


def other_weight_fraction(formulation: Formulation) -> float:
    """Weight fraction of the film that is neither polymer nor salt: its additives and fillers."""
    return sum(content.weight_fraction for content in (*formulation.additives, *formulation.fillers))


def salt_weight_fraction(formulation: Formulation) -> float:
    """Weight fraction of the salt in the whole film."""
    if formulation.salt is None:
        return 0.0
    other = other_weight_fraction(formulation)
    return weight_fraction_from_molality(formulation.salt_molality_mol_kg, formulation.salt.molar_mass, other)


def polymer_weight_fraction(formulation: Formulation) -> float:
    """Weight fraction of the polymer in the whole film."""
    return 1 - other_weight_fraction(formulation) - salt_weight_fraction(formulation)


def quantity(text_or_number: str | float, unit: str) -> float:
    """A number in `unit`, see `chemistry.quantities.quantity`."""
    from chemistry.quantities import quantity as read

    return read(text_or_number, unit)
