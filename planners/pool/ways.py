"""What the polymers of a pool are made with: each salt of the space at each of its loadings."""

from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer, RepeatUnit
from chemistry.salt import Salt
from chemistry.units import li_per_site, molality, salt_weight_fraction
from models.features import feature_matrix, groups
from planners.points import SIGNIFICANT_DIGITS
from planners.space import DesignSpace

SALT_REACH, LOADING_REACH = 1.0, 0.5
"""Distances over which results still tell of one another: of anions in their features' root mean square, of loadings
in the range of the space."""
_PEO = "*CCO*"


@dataclass(frozen=True)
class Way:
    """A salt and a loading in the unit of the space."""

    salt: Salt
    loading: float


def ways_of(space: DesignSpace) -> tuple[Way, ...]:
    """Every salt at every loading, in their order.

    Raises:
        BadInput: the space leaves open what else a polymer is made with, or its loadings.
    """
    if any(space.plasticisers) or space.settings:
        raise BadInput(
            "a pool is ranked by its polymers, salts and loadings, and the space leaves more open than these",
            place="space",
            remedy="Leave plasticisers and settings out, or name a few polymers and take the planner bayesian",
        )
    return tuple(Way(salt, loading) for salt in space.salts for loading in loadings_of(space))


def loadings_of(space: DesignSpace) -> tuple[float, ...]:
    """The loadings at which each polymer of a pool may be made, evenly spread.

    Raises:
        BadInput: the loadings are a range, and the pool names a single one.
    """
    limits, count = space.salt_loading, space.pool.loadings if space.pool else 1
    if limits.span == 0:
        return (limits.low,)
    if count == 1:
        raise BadInput(
            f"a pool is made at stated loadings, and salt_loading leaves {limits.low:g} to {limits.high:g} open",
            place="space",
            remedy="Give low and high the same value, or say `loadings: 3` in the pool",
        )
    return tuple(float(f"{loading:.{SIGNIFICANT_DIGITS}g}") for loading in np.linspace(limits.low, limits.high, count))


def likeness_of_ways(space: DesignSpace) -> np.ndarray:
    """How alike the ways are, `c x c`: squared exponentials of the anions' features times that of the loadings."""
    ways = ways_of(space)
    polymer = Polymer(units=(RepeatUnit(smiles=_PEO),))
    made = [Formulation(polymer=polymer, salt=way.salt, salt_molality_mol_kg=1.0) for way in ways]
    anions = feature_matrix(made)[:, list(groups()["anion"])]
    by_salt = ((anions[:, None] - anions) ** 2).mean(axis=-1) / SALT_REACH**2
    loadings = np.array([way.loading for way in ways]) / (space.salt_loading.span or 1.0)
    by_loading = (loadings[:, None] - loadings) ** 2 / LOADING_REACH**2
    return np.exp(-(by_salt + by_loading) / 2).astype(np.float32)


def formulation_of(unit: str, way: Way, space: DesignSpace) -> Formulation | None:
    """A polymer made in a way; None where a loading per site is asked for and the polymer has no site."""
    polymer = Polymer(units=(RepeatUnit(smiles=unit),))
    unit_of_loading = space.salt_loading.unit
    if unit_of_loading == "Li/O" and not polymer.sites_mol_kg:
        return None
    loading = molality(way.loading, unit_of_loading, polymer, way.salt, 0.0)
    return Formulation(polymer=polymer, salt=way.salt, salt_molality_mol_kg=loading, process=space.made_by(()))


def nearest_way(formulation: Formulation, space: DesignSpace) -> int | None:
    """The way that a formulation, as it was made, comes nearest to; None where its salt is not in the space."""
    if formulation.salt not in space.salts or formulation.additives or formulation.fillers:
        return None
    made = {
        "Li/O": lambda: li_per_site(formulation) if formulation.polymer.sites_mol_kg else 0.0,
        "mol/kg": lambda: formulation.salt_molality_mol_kg,
        "w/w": lambda: salt_weight_fraction(formulation),
    }[space.salt_loading.unit]()
    loadings = loadings_of(space)
    nearest = min(range(len(loadings)), key=lambda place: abs(loadings[place] - made))
    return space.salts.index(formulation.salt) * len(loadings) + nearest
