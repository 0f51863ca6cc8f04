"""What an experiment costs: hours of the lab, before it is begun."""

import itertools
import math

from chemistry.formulation import Formulation
from chemistry.process import Cure, Dissolve, Dry, Press
from flows.spec import CampaignSpec

DOSE_h = 1.5 / 60
HANDLING_h = 0.2
"""Of each step of the process, beside what the step itself asks for."""
RAMP_K_per_h, SETTLING_h = 120.0, 0.2
CYCLES, QUICKEST_POINT_s = 3, 0.3
"""Of each frequency of a sweep."""
ROOM_C = 25.0


def expected_hours(spec: CampaignSpec, formulation: Formulation) -> float:
    """Lab hours that a film of a formulation takes, made and measured once, without waiting for a station.

    Of a usual bench: a dispenser of a minute and a half a dose, a stage of 2 K/min, three cycles at each frequency.
    """
    components = 1 + (formulation.salt is not None) + len(formulation.additives) + len(formulation.fillers)
    hours = DOSE_h * components
    for step in formulation.process.steps:
        hours += HANDLING_h
        if isinstance(step, Dissolve | Dry | Cure):
            hours += step.hours
        elif isinstance(step, Press):
            hours += step.minutes / 60
    visited = (ROOM_C, *spec.measure.temperatures)
    ramped = sum(abs(later - earlier) for earlier, later in itertools.pairwise(visited))
    return hours + ramped / RAMP_K_per_h + len(spec.measure.temperatures) * (SETTLING_h + _sweep_h(spec))


def _sweep_h(spec: CampaignSpec) -> float:
    sweep = spec.measure.sweep
    points = round(sweep.points_per_decade * math.log10(sweep.high / sweep.low)) + 1
    ratio = (sweep.low / sweep.high) ** (1 / max(points - 1, 1))
    return sum(max(CYCLES / (sweep.high * ratio**place), QUICKEST_POINT_s) for place in range(points)) / 3600
