"""The twin as what planners are compared on: the question of a campaign file, asked without a lab."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from flows.spec import CampaignSpec, read_campaign
from ledger.film import Film
from planners.compare.campaign_problem import CampaignProblem
from planners.compare.problem import Plan
from sim.twin.readings import ERRORS, Asked, read_film

if TYPE_CHECKING:
    import numpy as np

_SWEPT = "log10_conductivity"
"""What a film is asked for at every temperature, where it is asked for at all."""


@dataclass(frozen=True)
class TwinBench:
    """A `planners.compare.bench.Bench`: the twin's laws, and films read at once.

    Attributes:
        asked: what is read on each film.
    """

    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """The twin, with its errors and what is read."""
        return f"twin {ERRORS} {self.asked}"

    def film(self, formulation: Formulation, film_id: str, random: "np.random.Generator | None") -> Film:
        """A film with all that is asked for."""
        return read_film(formulation, film_id, self.asked, random)


def twin_problem(spec: CampaignSpec, plan: Plan, label: str) -> CampaignProblem:
    """Space, objectives, limits, temperatures and planners' options of a campaign; lab and budget play no part.

    Raises:
        BadInput: an objective states no reference, or nothing in the space may be made.
    """
    wanted = [(one.property, one.temperature_C) for one in spec.outcomes]
    if any(name == _SWEPT for name, _ in wanted):
        wanted = [*((_SWEPT, T) for T in spec.measure.temperatures), *wanted]
    return CampaignProblem(
        space=spec.space,
        objectives=spec.objectives,
        limits=spec.limits,
        bench=TwinBench(tuple(dict.fromkeys(wanted))),
        plan=plan,
        options=spec.planner.options,
        surrogate=spec.planner.surrogate,
        label=label,
    )


def read_twin_problem(path: Path, plan: Plan) -> CampaignProblem:
    """The same of a campaign file; raises `BadInput` where it cannot be read."""
    return twin_problem(read_campaign(path), plan, f"the twin, {path.name}")
