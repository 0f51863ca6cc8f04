"""The dispenser's shelf: what the label of a container says is in it, and what a film made of such things is."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.material import Material, material
from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.recipe import as_made, component_key
from chemistry.salt import Additive, Filler, Salt

_Kind = TypeVar("_Kind", Polymer, Salt, Additive, Filler)

_USUAL_DENSITY_g_cm3 = {Polymer: 1.2, Salt: 1.8, Additive: 1.1, Filler: 2.5}
"""Assumed where the catalogue has none: about the middle of what the catalogue lists for each kind."""


def formulation_of(contents_mg: Mapping[str, float], process: Process) -> Formulation:
    """The formulation that the contents of a vial make: mass in mg by label.

    Raises `BadInput` where they make no film that the twin knows: not one polymer, or several salts.
    """
    masses: dict[Material, float] = {}
    for label, mass_mg in contents_mg.items():
        content = material(label)
        masses[content] = masses.get(content, 0.0) + mass_mg
    polymers, salts = _of(Polymer, masses), _of(Salt, masses)
    additives, fillers = _of(Additive, masses), _of(Filler, masses)
    if len(polymers) != 1 or len(salts) > 1:
        counted = f"{len(polymers)} polymers and {len(salts)} salts"
        raise BadInput(
            f"a vial with {counted} makes no film that the simulated lab knows", remedy="One and at most one"
        )
    share = 0.5 / max(1, len(additives) + len(fillers))
    asked = Formulation(
        polymer=polymers[0],
        salt=salts[0] if salts else None,
        salt_molality_mol_kg=1.0 if salts else 0.0,
        additives=tuple(AdditiveContent(additive=a, weight_fraction=share) for a in additives),
        fillers=tuple(FillerContent(filler=f, weight_fraction=share) for f in fillers),
        process=process,
    )
    return as_made(asked, {component_key(content): mass for content, mass in masses.items()})


def volume_cm3(contents_mg: Mapping[str, float]) -> float:
    """Volume of a dry film of these contents, volumes added up, cm³."""
    return sum(1e-3 * mass / _density(label) for label, mass in contents_mg.items())


@lru_cache(maxsize=4096)
def _density(label: str) -> float:
    from chemistry.catalogue import additive_facts, polymer_facts, salt_facts

    content = material(label)
    usual = _USUAL_DENSITY_g_cm3[type(content)]
    try:
        if isinstance(content, Polymer):
            facts = polymer_facts(content)
        elif isinstance(content, Salt):
            facts = salt_facts(content)
        elif isinstance(content, Additive):
            facts = additive_facts(content)
        else:
            return usual
    except BadInput:  # not in the catalogue
        return usual
    return usual if facts.density_g_cm3 is None else facts.density_g_cm3.value


def _of(kind: type[_Kind], masses: Mapping[Material, float]) -> list[_Kind]:
    return [content for content in masses if isinstance(content, kind)]
