"""The simulated film station: dissolves, casts in a ring, dries, cures, presses, and measures the thickness."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import TypeAdapter

from chemistry.process import Cast, Cure, Dissolve, Dry, Press, Process, Step
from sim.atmosphere import uptake
from sim.faults.fault import Fault
from sim.faults.kinds import WetGlovebox
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct
from sim.sample import Condition, Sample
from sim.shelf import volume_cm3

RING_AREA_cm2 = 19.6
"""The film is cast in a ring of 50 mm."""
ELECTRODE_AREA_cm2 = 0.785
"""The disc punched for the cell has 10 mm."""
CASTING_SCATTER = 0.03
GAUGE_SCATTER_um = 1.0
HOTTEST_C = 200.0
HIGHEST_PRESSURE_MPa = 20.0

_STEP: TypeAdapter[Step] = TypeAdapter(Step)


class FilmStationMechanism(Mechanism):
    """A step that is cut short, by the safe state or a fault, spoils the sample."""

    spells: ClassVar[tuple[type[Fault], ...]] = (WetGlovebox,)
    first_readbacks: ClassVar[Mapping[str, Any]] = {"thickness_um": 0.0, "area_cm2": 0.0}

    def parameters(self, command: str, written: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the process step that is asked for; the others are left from earlier steps."""
        for kind in (Dissolve, Cast, Dry, Cure, Press):
            if kind.model_fields["kind"].default == written["process"]:
                return {"process": written["process"], **{n: written[n] for n in kind.model_fields if n != "kind"}}
        return {"process": written["process"]}

    def refusal(self, act: PhysicalAct) -> str | None:
        """No such step, out of range, or a sample that is not ready for it."""
        sample, kind = self.bench.sample(act.sample), act.parameters["process"]
        if kind not in ("dissolve", "cast", "dry", "cure", "press"):
            return f"there is no step {kind!r}"
        if sample is None:
            return f"there is no sample {act.sample!r}: nothing was dosed"
        if sample.station:
            return f"sample {act.sample!r} is in the cell of {sample.station}"
        if not act.parameters["temperature_C"] <= HOTTEST_C:
            return f"{act.parameters['temperature_C']:g} °C is above the {HOTTEST_C:g} °C of the plates"
        if kind == "press" and not act.parameters["pressure_MPa"] <= HIGHEST_PRESSURE_MPa:
            return f"{act.parameters['pressure_MPa']:g} MPa is above the {HIGHEST_PRESSURE_MPa:g} MPa of the press"
        if sample.condition not in _READY[kind]:
            return f"cannot {kind} sample {act.sample!r}: it is a {sample.condition}"
        return None

    def duration_s(self, act: PhysicalAct) -> float:
        """What the step asks for, and the handling."""
        step = _step(act)
        if isinstance(step, Dissolve | Dry | Cure):
            return 3600 * step.hours + 600
        return 60 * step.minutes + 600 if isinstance(step, Press) else 900

    def begin(self, act: PhysicalAct) -> None:
        """Air may begin to leak in."""
        wet = self.bench.struck(act, WetGlovebox)
        if wet is not None:
            self.meet(wet, act.received)

    def meet(self, fault: Fault, now: float) -> None:
        """Air begins to leak in."""
        if isinstance(fault, WetGlovebox):
            until = fault.ends if fault.comes_by_itself else now + fault.lasts
            self.bench.leak(self.station, now, until, fault.water_ppm)

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """Move the sample on; measure the film where there is one."""
        step, sample = _step(act), self.bench.samples[act.sample]
        turn = self.bench.next_turn(sample, f"make {step.kind}")
        sample.steps.append(step.model_dump(mode="json"))
        sample.condition = _BECOMES.get(step.kind, sample.condition)
        if not isinstance(step, Dissolve):  # in a closed vial
            ended = act.due if act.due is not None else act.received
            exposure = self.bench.air(self.station).exposure_ppm_h(act.received, ended)
            sample.water = uptake(sample.water, exposure)
        if sample.condition is Condition.DRY and not sample.thickness_um:
            self._become_film(sample)
        if isinstance(step, Press):
            sample.thickness_um *= _thinning(step)
        self.bench.put_sample(sample)
        if sample.condition is not Condition.DRY:
            return {"thickness_um": 0.0, "area_cm2": 0.0}
        gauge = self.bench.chance(sample.name, "gauge", step.kind, turn).standard_normal()
        read_um = max(1.0, sample.thickness_um + GAUGE_SCATTER_um * float(gauge))
        return {"thickness_um": round(read_um, 2), "area_cm2": ELECTRODE_AREA_cm2}

    def interrupt(self, act: PhysicalAct, now: float) -> None:
        """Half dried, half pressed: nobody knows what it is."""
        sample = self.bench.samples[act.sample]
        sample.condition = Condition.SPOILT
        self.bench.put_sample(sample)

    def _become_film(self, sample: Sample) -> None:
        thickness, area = self.bench.chance(sample.name, "casting").standard_normal(2).clip(-4, 4)
        even_um = 1e4 * volume_cm3(sample.contents_mg) / RING_AREA_cm2
        sample.thickness_um = float(even_um * (1 + CASTING_SCATTER * thickness))
        sample.area_cm2 = float(ELECTRODE_AREA_cm2 * (1 + 0.005 * area))


def process_of(sample: Sample) -> Process:
    """The process that a sample has really gone through."""
    return Process(steps=tuple(_STEP.validate_python(step) for step in sample.steps))


def _step(act: PhysicalAct) -> Step:
    values = dict(act.parameters)
    return _STEP.validate_python({"kind": values.pop("process"), **values})


def _thinning(step: Press) -> float:
    """Pressing spreads the film: at most 15 % thinner, most of it within some MPa min."""
    work = step.pressure_MPa * step.minutes
    return 1 - 0.15 * work / (work + 10)


_READY = {
    "dissolve": (Condition.POWDER,),
    "cast": (Condition.SOLUTION,),
    "dry": (Condition.WET, Condition.DRY),
    "cure": (Condition.DRY,),
    "press": (Condition.POWDER, Condition.DRY),
}
_BECOMES = {"dissolve": Condition.SOLUTION, "cast": Condition.WET, "dry": Condition.DRY, "press": Condition.DRY}
