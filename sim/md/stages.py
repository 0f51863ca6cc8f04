"""The stages of a run: equilibration until a test says so, then production until the answer is precise enough."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from chemistry.errors import BadInput
from sim.md.chains import end_to_end
from sim.md.engine import EngineFailed
from sim.md.equilibrium import Equilibrium, equilibrium
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.trajectory import Trajectory, joined

EQUILIBRATE, PRODUCE = "equilibrate", "produce"


@dataclass(frozen=True)
class Plan:
    """How long a run may take.

    Attributes:
        segment: of production; those of equilibration have as many steps.
        most_equilibration: segments after which equilibration is given up, and the result marked.
        least_production: segments that are run in any case.
        most_production: segments after which production ends, precise or not.
        core_hours: after which equilibration ends, in equilibrium or not, and production once its least segments were
            run, precise or not; None for no limit.
    """

    segment: Segment
    most_equilibration: int = 10
    least_production: int = 2
    most_production: int = 40
    core_hours: float | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.least_production <= self.most_production or self.most_equilibration < 1:
            raise BadInput(
                f"{self.most_equilibration} segments of equilibration and from {self.least_production} to "
                f"{self.most_production} of production",
                remedy="Give at least one of each",
            )
        if self.segment.steps < 1 or not 0 < self.segment.frame_every <= self.segment.steps:
            raise BadInput(
                f"a frame each {self.segment.frame_every} of {self.segment.steps} steps",
                remedy="Give a segment at least one frame",
            )


@dataclass(frozen=True, eq=False)
class Produced:
    """What a run came to.

    Attributes:
        trajectory: of the production.
        equilibrium: what the test of equilibrium found.
        equilibration_segments: that it took.
        segments: of production.
        core_hours: that the motion took, equilibration included.
        ended: why production ended.
        whole: False where it was cut short by a failure; what ended before is there.
    """

    trajectory: Trajectory
    equilibrium: Equilibrium
    equilibration_segments: int
    segments: int
    core_hours: float
    ended: str
    whole: bool


def equilibrate(simulation: Simulation, plan: Plan) -> tuple[Equilibrium, int]:
    """Push off and move until the test of equilibrium is passed, or segments or core-hours run out.

    Where production began in this folder before, it is that equilibration, whatever the plan allows now: what was
    produced came from it.

    Returns:
        The finding, and the segments that it took.
    """
    simulation.prepare()
    found = Equilibrium(False, ("nothing was run",), None)
    segment = replace(plan.segment, forces=False)
    for number in range(1, plan.most_equilibration + 1):
        simulation.segment(EQUILIBRATE, number, segment)
        found = _rest(simulation, number)
        if found.reached or (simulation.ended(PRODUCE, 1) and not simulation.ended(EQUILIBRATE, number + 1)):
            return found, number
        if _spent(plan, simulation, number):
            cut = f"the budget of {plan.core_hours:g} core-hours was spent before it was reached"
            return replace(found, reasons=(*found.reasons, cut)), number
    return found, plan.most_equilibration


def produce(simulation: Simulation, plan: Plan, precise: Callable[[Trajectory], bool]) -> Produced:
    """Equilibrate, then run segments until `precise` is content with the trajectory, or the plan allows no more.

    A run that was killed goes on where it stopped: segments that ended are read, not run again.

    Raises:
        EngineFailed: LAMMPS stopped before any segment of production had ended.
    """
    found, waited = equilibrate(simulation, plan)
    ended, whole = f"all {plan.most_production} segments were run", True
    parts: list[Trajectory] = []  # each segment is read once
    for number in range(1, plan.most_production + 1):
        try:
            simulation.segment(PRODUCE, number, plan.segment)
        except EngineFailed as failure:
            if not parts:
                raise
            ended, whole = str(failure), False
            break
        parts.append(simulation.frames(PRODUCE, number))
        if number >= plan.least_production:
            if precise(joined(parts)):
                ended = "the answer was precise enough"
                break
            if _spent(plan, simulation, waited, number):
                ended = f"the budget of {plan.core_hours:g} core-hours was spent"
                break
    return Produced(
        trajectory=joined(parts),
        equilibrium=found,
        equilibration_segments=waited,
        segments=len(parts),
        core_hours=_core_hours(simulation, waited, len(parts)),
        ended=ended,
        whole=whole,
    )


def _spent(plan: Plan, simulation: Simulation, waited: int, done: int = 0) -> bool:
    return plan.core_hours is not None and _core_hours(simulation, waited, done) >= plan.core_hours


def _core_hours(simulation: Simulation, waited: int, done: int) -> float:
    seconds = simulation.seconds(EQUILIBRATE, waited) + (simulation.seconds(PRODUCE, done) if done else 0.0)
    return seconds * simulation.parallel.cores / 3600


def _rest(simulation: Simulation, segments: int) -> Equilibrium:
    thermo = simulation.thermo(EQUILIBRATE, segments)
    series = {"pressure": thermo["Press"]}
    if np.ptp(thermo["Density"]) > 0:
        series = {"density": thermo["Density"], "potential energy": thermo["PotEng"]}
    if "c_bond" in thermo:
        series["bond length"] = thermo["c_bond"]
    chains = simulation.system.chains
    if not chains:
        return equilibrium(series)
    vectors = end_to_end(simulation.trajectory(EQUILIBRATE, segments).positions, chains)
    series["R_ee²"] = np.square(vectors).sum(axis=-1).mean(axis=1)
    return equilibrium(series, vectors if _free(simulation) else None)


def _free(simulation: Simulation) -> bool:
    """Whether chains may turn round at all: those of a network keep their place."""
    system = simulation.system
    return bool((system.molecules[system.bonds[:, 0]] == system.molecules[system.bonds[:, 1]]).all())
