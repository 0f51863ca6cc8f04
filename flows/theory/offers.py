"""What a campaign may do with a formulation, what that tells, and what it costs."""

from collections.abc import Mapping

from flows.cost import expected_hours
from flows.spec import CampaignSpec
from flows.theory.recipes import CONDUCTIVITY, recipe
from ledger.film import Source
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
    quick, md = spec.offers.quick_scan, spec.offers.md
    if quick is not None:
        found.append(
            Offer(
                source="quick_scan",
                tells=_conductivities(quick.temperatures),
                sd=quick.sd,
                cost_h=_hours(quickly(spec)),
            )
        )
    if md is not None and bought.get(Source.MD.value, 0) < md.most:
        tells = _conductivities(md.temperatures)
        found.append(Offer(source="md", tells=tells, sd=recipe(md.engine).sd, cost_h=md.price))
    return tuple(found)


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
