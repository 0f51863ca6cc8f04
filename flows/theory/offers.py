"""What a campaign may do with a formulation, what that tells, and what it costs."""

from collections.abc import Mapping

from flows.cost import ROOM_C, expected_hours
from flows.spec import CampaignSpec
from flows.theory.recipes import CONDUCTIVITY, Recipe, recipe
from planners.objectives import Measurand
from planners.points import formulation_at
from planners.protocols import Offer
from planners.sampling import sample

READING_SD = 0.02
"""What a spectrum's log10 conductivity is expected to state, decades."""


def offers_of(spec: CampaignSpec, bought: Mapping[str, int]) -> tuple[Offer, ...]:
    """The offers of a campaign; none where it offers nothing beside experiments.

    `bought` tells how many calculations of each source there are: what may be bought no more is no longer offered.
    """
    if spec.offers is None:
        return ()
    found = [
        Offer(source="experiment", tells=spec.outcomes, sd=READING_SD, cost_h=_hours(spec)),
    ]
    quick = spec.offers.quick_scan
    if quick is not None:
        found.append(
            Offer(
                source="quick_scan",
                tells=_conductivities(quick.temperatures),
                sd=quick.sd,
                cost_h=_hours(quickly(spec)),
            )
        )
    for source, theory in spec.offers.theory.items():
        if bought.get(source, 0) < theory.most:
            what = recipe(theory.engine)
            at = temperatures_of(spec, what)
            tells = tuple(Measurand(property=name, temperature_C=T) for name in what.tells[:1] for T in at)
            found.append(Offer(source=source, tells=tells, sd=what.sd, cost_h=theory.price))
    return tuple(found)


def temperatures_of(spec: CampaignSpec, what: Recipe) -> tuple[float, ...]:
    """At which a recipe is asked, °C: those that its offer names, or at which films are asked for what it tells.

    25 °C where they are asked for nothing that it tells.
    """
    md = spec.offers.md if spec.offers else None
    offered = md.temperatures if md is not None and recipe(md.engine) == what else ()
    asked = [one.temperature_C for one in spec.outcomes if one.property in what.tells]
    return offered or tuple(dict.fromkeys(T for T in asked if T is not None)) or (ROOM_C,)


def quickly(spec: CampaignSpec) -> CampaignSpec:
    """The campaign as it is for a film that is only scanned quickly: its objectives, and nothing else."""
    if spec.offers is None or spec.offers.quick_scan is None:
        raise ValueError("the campaign offers no quick scan")
    quick = spec.offers.quick_scan
    measure = spec.measure.model_copy(update={"temperatures": quick.temperatures, "sweep": quick.sweep})
    return spec.model_copy(update={"measure": measure, "limits": ()})


def _hours(spec: CampaignSpec) -> float:
    """Of one film of the space: they differ by little."""
    return expected_hours(spec, formulation_at(spec.space, sample(spec.space, 1, seed=0)[0]))


def _conductivities(temperatures_C: tuple[float, ...]) -> tuple[Measurand, ...]:
    return tuple(Measurand(property=CONDUCTIVITY, temperature_C=T) for T in temperatures_C)
