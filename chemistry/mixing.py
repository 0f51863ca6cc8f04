"""Facts of a copolymer from those of its homopolymers, where nobody measured the copolymer itself.

Glass transition by Fox (Bull. Am. Phys. Soc. 1956, 1, 123), 1/Tg = Σ w/Tg in kelvin, for chains that form one phase
(random, alternating, crosslinked); density by additive volumes; permittivity as the mean over volume fractions. A
melting point is not mixed: most such copolymers do not crystallise.
"""

from collections.abc import Sequence

from chemistry.component_facts import FACT_UNITS, Fact, Facts, Hazards
from chemistry.polymer import Architecture, Polymer

_ONE_PHASE = {Architecture.HOMO, Architecture.RANDOM, Architecture.ALTERNATING, Architecture.CROSSLINKED}


def fox_glass_transition_C(weight_fractions: Sequence[float], glass_transitions_C: Sequence[float]) -> float:
    """Glass transition of a homogeneous mixture in °C; the weight fractions sum to one.

    >>> round(fox_glass_transition_C([0.5, 0.5], [-73.15, 26.85]), 2)
    -33.15
    """
    pairs = zip(weight_fractions, glass_transitions_C, strict=True)
    return 1.0 / sum(w / (celsius + 273.15) for w, celsius in pairs) - 273.15


def mixed_facts(polymer: Polymer, units: Sequence[Facts], own: Facts) -> Facts:
    """The polymer's own facts, completed from those of its homopolymers (`units`, in the order of its units)."""
    masses = [f * unit.molar_mass for f, unit in zip(polymer.fractions, polymer.units, strict=True)]
    weights = [mass / sum(masses) for mass in masses]
    names = ", ".join(facts.name or unit.smiles for facts, unit in zip(units, polymer.units, strict=True))
    found: dict[str, tuple[float, str]] = {}
    glass = _values(units, "glass_transition_C")
    if glass and polymer.architecture in _ONE_PHASE:
        found["glass_transition_C"] = (fox_glass_transition_C(weights, glass), "Fox equation")
    densities = _values(units, "density_g_cm3")
    if densities:
        volumes = [w / density for w, density in zip(weights, densities, strict=True)]
        found["density_g_cm3"] = (1.0 / sum(volumes), "additive volumes")
        permittivities = _values(units, "relative_permittivity")
        if permittivities:
            mean = sum(v * e for v, e in zip(volumes, permittivities, strict=True)) / sum(volumes)
            found["relative_permittivity"] = (mean, "mean over volume fractions")
    mixed = {
        field: Fact(value=value, unit=FACT_UNITS[field], source=f"Mixed from {names}: {rule}")
        for field, (value, rule) in found.items()
    }
    known = {field: value for field in Facts.model_fields if (value := getattr(own, field)) is not None}
    return Facts.model_validate({**mixed, "hazards": _joint_hazards(units, names), **known})


def _values(units: Sequence[Facts], field: str) -> list[float]:
    """The fact of every unit, or nothing where one of them is not known."""
    facts = [getattr(facts, field) for facts in units]
    return [] if any(fact is None for fact in facts) else [fact.value for fact in facts]


def _joint_hazards(units: Sequence[Facts], names: str) -> Hazards | None:
    known = [facts.hazards for facts in units if facts.hazards is not None]
    if len(known) < len(units):
        return None
    codes = sorted({code for hazards in known for code in hazards.codes})
    return Hazards(codes=tuple(codes), source=f"All codes of {names}")
