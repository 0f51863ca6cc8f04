"""Points of a design space: which components, how much of each; to formulations and back."""

from collections.abc import Sequence
from dataclasses import dataclass

from chemistry.feasibility import reasons_against
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.units import li_per_site, molality, salt_weight_fraction
from chemistry.value import Value
from planners.components import identity
from planners.constraints import RatioConstraint, SumConstraint
from planners.space import DesignSpace, Range

SIGNIFICANT_DIGITS = 4
"""Loadings are proposed with this many digits: arithmetic differs at 1e-12 between thread counts, and no dispenser
weighs better."""


@dataclass(frozen=True, order=True)
class Point:
    """Indices of the components in the space, the salt loading and the plasticiser fraction in the space's units."""

    polymer: int
    salt: int
    plasticiser: int
    loading: float
    fraction: float


def point_at(space: DesignSpace, coordinates: tuple[float, float, float, float, float]) -> Point:
    """The point at coordinates of the unit cube (polymer, salt, plasticiser, loading, fraction), rounded."""
    polymer, salt, plasticiser, loading, fraction = coordinates
    return rounded(
        space,
        Point(
            polymer=min(int(polymer * len(space.polymers)), len(space.polymers) - 1),
            salt=min(int(salt * len(space.salts)), len(space.salts) - 1),
            plasticiser=min(int(plasticiser * len(space.plasticisers)), len(space.plasticisers) - 1),
            loading=_within(space.salt_loading, loading),
            fraction=_within(space.plasticiser_fraction, fraction),
        ),
    )


def rounded(space: DesignSpace, point: Point) -> Point:
    """The point with its loadings rounded and inside their ranges; no plasticiser means none of it."""
    plain = space.plasticisers[point.plasticiser] is None
    return Point(
        point.polymer,
        point.salt,
        point.plasticiser,
        _canonical(space.salt_loading, point.loading),
        0.0 if plain else _canonical(space.plasticiser_fraction, point.fraction),
    )


def formulation_at(space: DesignSpace, point: Point) -> Formulation:
    """The formulation that a point stands for."""
    polymer, salt = space.polymers[point.polymer], space.salts[point.salt]
    plasticiser = space.plasticisers[point.plasticiser]
    fraction = 0.0 if plasticiser is None else point.fraction
    additives = ()
    if plasticiser is not None and fraction > 0:
        additives = (AdditiveContent(additive=plasticiser, weight_fraction=fraction),)
    return Formulation(
        polymer=polymer,
        salt=salt,
        salt_molality_mol_kg=molality(point.loading, space.salt_loading.unit, polymer, salt, fraction),
        additives=additives,
        process=space.process,
    )


def point_of(space: DesignSpace, formulation: Formulation) -> Point | None:
    """The point nearest to what a formulation holds, or None where a component is not in the space.

    Loadings are kept as they are, so that an as-made film may lie a little outside the ranges.
    """
    if len(formulation.additives) > 1 or formulation.fillers or formulation.salt is None:
        return None
    additive = formulation.additives[0] if formulation.additives else None
    polymer = _position(space.polymers, formulation.polymer)
    salt = _position(space.salts, formulation.salt)
    plasticiser = _position(space.plasticisers, additive.additive if additive else None)
    if polymer is None or salt is None or plasticiser is None:
        return None
    loading = {
        "Li/O": li_per_site,
        "mol/kg": lambda given: given.salt_molality_mol_kg,
        "w/w": salt_weight_fraction,
    }[space.salt_loading.unit](formulation)
    return Point(polymer, salt, plasticiser, loading, additive.weight_fraction if additive else 0.0)


def reasons_not_to(space: DesignSpace, formulation: Formulation) -> tuple[str, ...]:
    """Every reason why the space or chemistry forbids a formulation; empty where it may be made."""
    part = {
        "salt_fraction": salt_weight_fraction(formulation),
        "plasticiser_fraction": sum(content.weight_fraction for content in formulation.additives),
    }
    additives = [content.additive for content in formulation.additives]
    reasons = []
    for constraint in space.constraints:
        if isinstance(constraint, SumConstraint):
            total = sum(part[name] for name in constraint.sum)
            if total > constraint.at_most:
                reasons.append(f"{' + '.join(constraint.sum)} is {total:.3f}, above {constraint.at_most:g}")
        elif isinstance(constraint, RatioConstraint):
            above, below = constraint.ratio
            # Written as a product: a film without the denominator's part has no ratio to divide.
            if part[above] > constraint.at_most * part[below]:
                reasons.append(f"{above}/{below} is above {constraint.at_most:g} ({part[above]:.3f}/{part[below]:.3f})")
        elif constraint.forbid.in_film(formulation.polymer, formulation.salt, additives):
            reasons.append(f"{constraint.forbid.label} is forbidden")
    return tuple(reasons) or reasons_against(formulation)


def apart(space: DesignSpace, one: Point, other: Point) -> float:
    """Distance of two points: infinite between different components, else the largest difference over its range."""
    if (one.polymer, one.salt, one.plasticiser) != (other.polymer, other.salt, other.plasticiser):
        return float("inf")
    by_loading = abs(one.loading - other.loading) / (space.salt_loading.span or 1.0)
    span = space.plasticiser_fraction.span if space.plasticiser_fraction else 0.0
    return max(by_loading, abs(one.fraction - other.fraction) / (span or 1.0))


def _position(components: Sequence[Value | None], component: Value | None) -> int | None:
    wanted = identity(component)
    return next((place for place, known in enumerate(components) if identity(known) == wanted), None)


def _within(limits: Range | None, coordinate: float) -> float:
    return 0.0 if limits is None else limits.low + coordinate * limits.span


def _canonical(limits: Range | None, value: float) -> float:
    if limits is None:
        return 0.0
    return min(max(float(f"{value:.{SIGNIFICANT_DIGITS}g}"), limits.low), limits.high)
