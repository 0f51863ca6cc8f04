"""Which groups hold the lithium of a film: the shares of its coordinating sites, of polymer and of plasticiser."""

from collections import Counter
from dataclasses import dataclass

from chemistry.formulation import Formulation
from chemistry.polymer import Architecture, Polymer
from sim.twin.host_laws import group_counts
from sim.twin.plasticiser import plasticiser


@dataclass(frozen=True)
class Donors:
    """Shares of the coordinating sites, which add up to one over polymer and plasticiser."""

    polymer: dict[str, float]
    plasticiser: dict[str, float]
    tethered: bool
    """Whether the anions hang on the chain, and no other is there."""

    @property
    def all(self) -> dict[str, float]:
        """Of both."""
        return dict(Counter(self.polymer) + Counter(self.plasticiser))


def donors(formulation: Formulation) -> Donors:
    """The donors of a formulation: mol of sites of its polymer's groups and of its additives' groups."""
    polymer = _of_polymer(formulation.polymer)
    ratio = 0.0 if formulation.salt is None else formulation.salt_molality_mol_kg * formulation.salt.molar_mass / 1000
    fillers = sum(content.weight_fraction for content in formulation.fillers)
    weight = (1 - sum(c.weight_fraction for c in formulation.additives) - fillers) / (1 + ratio)
    sites = {group: weight * mol_kg for group, mol_kg in polymer.items()}
    others: dict[str, float] = {}
    for content in formulation.additives:
        smiles = content.additive.smiles
        counts = group_counts(smiles) or {"other": 1.0}
        known = sum(counts.values()) or 1.0
        for group, count in counts.items():
            mol_kg = plasticiser(smiles).sites_mol_kg * count / known
            others[group] = others.get(group, 0.0) + content.weight_fraction * mol_kg
    total = sum(sites.values()) + sum(others.values())
    return Donors(
        {group: amount / total for group, amount in sites.items()},
        {group: amount / total for group, amount in others.items()},
        formulation.salt is None and _tethers(formulation.polymer),
    )


def _of_polymer(polymer: Polymer) -> dict[str, float]:
    """Sites by group, mol/kg; of a block copolymer those of the block that has the most, where the salt goes."""
    masses = [fraction * unit.molar_mass for unit, fraction in zip(polymer.units, polymer.fractions, strict=True)]
    parts = []
    for unit, fraction in zip(polymer.units, polymer.fractions, strict=True):
        counts = {group: count for group, count in group_counts(unit.smiles).items() if count}
        rest = unit.coordinating_sites - sum(counts.values())
        if rest > 0:
            counts["other"] = rest
        parts.append({group: 1000 * fraction * count / sum(masses) for group, count in counts.items()})
    if polymer.architecture is Architecture.BLOCK:
        parts = [max(parts, key=lambda part: sum(part.values()))]
    summed: Counter[str] = Counter()
    for part in parts:
        summed.update(part)
    return dict(summed) or {"none": _LEAST_SITES_mol_kg}


def _tethers(polymer: Polymer) -> bool:
    from sim.twin.host import host

    return host(polymer).tethered_anions_mol_kg > 0


_LEAST_SITES_mol_kg = 5.0
"""As `sim.twin.host` takes it for a chain without donors."""
