"""Points of a design space: what was chosen on each of its axes; to formulations and back."""

from collections.abc import Sequence
from dataclasses import dataclass

from chemistry.feasibility import reasons_against
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.units import li_per_site, molality, salt_weight_fraction
from chemistry.value import Value
from planners.axes import Amount
from planners.components import identity
from planners.constraints import CrowdConstraint, RatioConstraint, SumConstraint
from planners.process_space import ProcessSpace
from planners.space import DesignSpace

SIGNIFICANT_DIGITS = 4
"""Loadings are proposed with this many digits: arithmetic differs at 1e-12 between thread counts, and no dispenser
weighs better."""


@dataclass(frozen=True, order=True)
class Point:
    """What was chosen on each axis of a space (`planners.axes`), amounts in the space's units."""

    choices: tuple[int, ...]
    amounts: tuple[float, ...]

    @property
    def polymer(self) -> int:
        """Place of the polymer in the space."""
        return self.choices[0]

    @property
    def loading(self) -> float:
        """The salt loading."""
        return self.amounts[0]

    @property
    def fraction(self) -> float:
        """The plasticiser fraction, of all of them together."""
        return sum(self.amounts[1:])


def point_at(space: DesignSpace, coordinates: Sequence[float]) -> Point:
    """The point at coordinates of the unit cube, one for each axis, rounded."""
    axes = space.axes
    chosen = zip(axes.choices, coordinates[: len(axes.choices)], strict=True)
    amounts = zip(axes.amounts, coordinates[len(axes.choices) :], strict=True)
    return rounded(
        space,
        Point(
            choices=tuple(min(int(place * axis.size), axis.size - 1) for axis, place in chosen),
            amounts=tuple(axis.low + place * axis.span for axis, place in amounts),
        ),
    )


def rounded(space: DesignSpace, point: Point) -> Point:
    """The point with its amounts rounded and inside their ranges; what does not exist is zero.

    Of several plasticisers the one that the space names first comes first, so that one film is one point.
    """
    axes = space.axes
    choices, amounts = _in_one_order(space, point)
    return Point(
        tuple(choice if axes.exists(axis, choices) else 0 for axis, choice in zip(axes.choices, choices, strict=True)),
        tuple(
            _canonical(axis, amount) if axes.exists(axis, choices) else 0.0
            for axis, amount in zip(axes.amounts, amounts, strict=True)
        ),
    )


def formulation_at(space: DesignSpace, point: Point) -> Formulation:
    """The formulation that a point stands for."""
    k = space.most_plasticisers
    polymer, salt = space.polymers[point.choices[0]], space.salts[point.choices[1]]
    held = [space.plasticisers_or_none[choice] for choice in point.choices[2 : 2 + k]]
    additives = tuple(
        AdditiveContent(additive=additive, weight_fraction=fraction)
        for additive, fraction in zip(held, point.amounts[1:], strict=True)
        if additive is not None and fraction > 0
    )
    fraction = sum(content.weight_fraction for content in additives)
    return Formulation(
        polymer=polymer,
        salt=salt,
        salt_molality_mol_kg=molality(point.loading, space.salt_loading.unit, polymer, salt, fraction),
        additives=additives,
        process=space.made_by(point.choices[2 + k :]),
    )


def point_of(space: DesignSpace, formulation: Formulation) -> Point | None:
    """The point nearest to what a formulation holds, or None where a component or a setting is not in the space.

    Loadings are kept as they are, so that an as-made film may lie a little outside the ranges.
    """
    if formulation.fillers or formulation.salt is None:
        return None
    polymer = _position(space.polymers, formulation.polymer)
    salt = _position(space.salts, formulation.salt)
    settings = space.process.chosen(formulation.process) if isinstance(space.process, ProcessSpace) else ()
    held = _held(space, formulation)
    if polymer is None or salt is None or settings is None or held is None:
        return None
    loading = {
        "Li/O": li_per_site,
        "mol/kg": lambda given: given.salt_molality_mol_kg,
        "w/w": salt_weight_fraction,
    }[space.salt_loading.unit](formulation)
    plasticisers, fractions = (place for place, _ in held), (fraction for _, fraction in held)
    return Point((polymer, salt, *plasticisers, *settings), (loading, *fractions))


def _held(space: DesignSpace, formulation: Formulation) -> list[tuple[int, float]] | None:
    """Place and fraction of each plasticiser, none of it where there are fewer; None where one is not in the space."""
    found: list[tuple[int, float]] = []
    for content in formulation.additives:
        place = _position(space.plasticisers, content.additive)
        if place is None:
            return None
        found.append((place, content.weight_fraction))
    lacking = space.most_plasticisers - len(found)
    nothing = space.axes.choices[2].nothing
    if lacking < 0 or (lacking > 0 and nothing is None) or (not found and None not in space.plasticisers):
        return None
    return [*sorted(found), *[(nothing or 0, 0.0)] * lacking]


def _in_one_order(space: DesignSpace, point: Point) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Choices and amounts with each plasticiser once, in the order of the space, and what is none at the end."""
    k = space.most_plasticisers
    if k == 1:
        return point.choices, point.amounts
    held: dict[int, float] = {}
    for place, fraction in zip(point.choices[2 : 2 + k], point.amounts[1:], strict=True):
        if space.plasticisers_or_none[place] is not None:
            held.setdefault(place, fraction)
    nothing = space.axes.choices[2].nothing or 0
    slots = [*sorted(held.items()), *[(nothing, 0.0)] * (k - len(held))]
    plasticisers, fractions = (place for place, _ in slots), (fraction for _, fraction in slots)
    return (*point.choices[:2], *plasticisers, *point.choices[2 + k :]), (point.amounts[0], *fractions)


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
        elif isinstance(constraint, CrowdConstraint):
            crowd = [additive.label for additive in additives if additive in constraint.of]
            if len(crowd) > constraint.at_most_components:
                reasons.append(f"{' with '.join(crowd)} is more than {constraint.label}")
        elif constraint.forbid.in_film(formulation.polymer, formulation.salt, additives):
            reasons.append(f"{constraint.forbid.label} is forbidden")
    return tuple(reasons) or reasons_against(formulation)


def apart(space: DesignSpace, one: Point, other: Point) -> float:
    """Distance of two points: infinite between different choices, else the largest difference over its range."""
    if one.choices != other.choices:
        return float("inf")
    amounts = zip(space.axes.amounts, one.amounts, other.amounts, strict=True)
    return max(abs(mine - theirs) / (axis.span or 1.0) for axis, mine, theirs in amounts)


def _position(components: Sequence[Value | None], component: Value | None) -> int | None:
    wanted = identity(component)
    return next((place for place, known in enumerate(components) if identity(known) == wanted), None)


def _canonical(axis: Amount, value: float) -> float:
    if axis.limits is None:
        return 0.0
    return min(max(float(f"{value:.{SIGNIFICANT_DIGITS}g}"), axis.limits.low), axis.limits.high)
