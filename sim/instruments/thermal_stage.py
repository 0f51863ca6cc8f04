"""The simulated thermal stage: ramps at a fixed rate, settles, and drifts to ambient when it is off."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sim.bench import AMBIENT_C, Ramp
from sim.faults.kinds import NeverSettles
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct

COLDEST_C, HOTTEST_C = -20.0, 150.0
RATE_C_per_s = 2.0 / 60
SETTLING_s = 600.0
THERMOMETER_SCATTER_C = 0.05


class ThermalStageMechanism(Mechanism):
    """One Peltier stage: heats and cools at 2 K/min."""

    minds_its_owner: ClassVar[bool] = True
    cut_short_by: ClassVar[frozenset[str]] = frozenset({"SetTemperature", "HeaterOff"})
    first_readbacks: ClassVar[Mapping[str, Any]] = {"temperature_C": AMBIENT_C}

    def refusal(self, act: PhysicalAct) -> str | None:
        """Out of range."""
        target_C = self._target_C(act)
        if not COLDEST_C <= target_C <= HOTTEST_C:
            return f"{target_C:g} °C is outside {COLDEST_C:g} to {HOTTEST_C:g} °C"
        return None

    def duration_s(self, act: PhysicalAct) -> float:
        """Ramp and settling; switching off takes a second."""
        if act.command == "HeaterOff":
            return 1.0
        return self.bench.ramps[self.station].seconds() + SETTLING_s

    def begin(self, act: PhysicalAct) -> None:
        """The ramp begins."""
        wrong = self.bench.struck(act, NeverSettles)
        self.bench.set_offset(self.station, wrong.offset_C if wrong and wrong.variant == "wrong_reading" else 0.0)
        self._ramp_to(self._target_C(act), act.received)

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """What the thermometer reads."""
        now = act.due if act.due is not None else act.received
        if self.bench.simulated.instant:
            target_C = self._target_C(act)
            self.bench.set_ramp(self.station, Ramp(target_C, target_C, now, RATE_C_per_s))
        true_C = self.bench.regulated_C(self.station, now)
        error = self.bench.chance(self.station, act.sample, act.command, true_C, round(now)).standard_normal()
        return {"temperature_C": round(true_C + THERMOMETER_SCATTER_C * float(error), 2)}

    def interrupt(self, act: PhysicalAct, now: float) -> None:
        """It stays where it has come to until told otherwise."""
        self._ramp_to(self.bench.regulated_C(self.station, now), now)

    def make_safe(self, now: float) -> None:
        """Heater off."""
        self.bench.set_offset(self.station, 0.0)
        self._ramp_to(AMBIENT_C, now)

    def _target_C(self, act: PhysicalAct) -> float:
        return AMBIENT_C if act.command == "HeaterOff" else act.parameters["target_C"]

    def _ramp_to(self, target_C: float, now: float) -> None:
        start_C = self.bench.regulated_C(self.station, now)
        self.bench.set_ramp(self.station, Ramp(start_C, target_C, now, RATE_C_per_s))
