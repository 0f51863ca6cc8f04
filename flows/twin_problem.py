"""The twin as what planners are compared on: the question of a campaign file, asked without a lab."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from flows.spec import CampaignSpec, read_campaign
from ledger.film import Film
from planners.compare.campaign_problem import CampaignProblem
from planners.compare.problem import Plan
from planners.objectives import Measurand
from sim.twin.readings import ERRORS, read_film, truth

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class TwinBench:
    """A `planners.compare.bench.Bench`: the twin's laws, and films read at once.

    Attributes:
        temperatures_C: at which conductivity is read, beside those that are asked for.
    """

    temperatures_C: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """The twin, with its errors and temperatures."""
        return f"twin {ERRORS} {self.temperatures_C}"

    def truth(self, formulation: Formulation, asked: Sequence[Measurand]) -> tuple[float, ...]:
        """Each property that is asked for, without any error."""
        return tuple(truth(formulation, one.property, one.temperature_C) for one in asked)

    def film(
        self, formulation: Formulation, film_id: str, asked: Sequence[Measurand], random: "np.random.Generator"
    ) -> Film:
        """A film with all that is asked for; one that is asked for its conductivity is read at every temperature."""
        wanted = [(one.property, one.temperature_C) for one in asked]
        if any(one.property == "log10_conductivity" for one in asked):
            wanted = [*(("log10_conductivity", T) for T in self.temperatures_C), *wanted]
        return read_film(formulation, film_id, list(dict.fromkeys(wanted)), random)


def twin_problem(spec: CampaignSpec, plan: Plan, label: str) -> CampaignProblem:
    """Space, objectives, limits, temperatures and planners' options of a campaign; lab and budget play no part.

    Raises:
        BadInput: an objective states no reference, or nothing in the space may be made.
    """
    return CampaignProblem(
        space=spec.space,
        objectives=spec.objectives,
        limits=spec.limits,
        bench=TwinBench(tuple(spec.measure.temperatures)),
        plan=plan,
        options=spec.planner.options,
        surrogate=spec.planner.surrogate,
        label=label,
    )


def read_twin_problem(path: Path, plan: Plan) -> CampaignProblem:
    """The same of a campaign file; raises `BadInput` where it cannot be read."""
    return twin_problem(read_campaign(path), plan, f"the twin, {path.name}")
