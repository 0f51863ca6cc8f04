"""The simulated calorimeter: punches a disc of the film in the cell into a pan, and scans it in an oven of its own."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from sim.instruments.films import twin_of
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct

WEIGHING_s = 600.0
COLDEST_C, HOTTEST_C = -150.0, 400.0
FASTEST_K_min = 50.0
COOLING_K_min = 20.0
AMBIENT_C = 25.0
HOLD_s = 300.0
STEP_K = 0.5
PAN_mg = 8.0
SPREAD_mg = 1.0


class CalorimeterMechanism(Mechanism):
    """A scan that is cut short costs its disc and leaves the film as it was."""

    first_readbacks: ClassVar[Mapping[str, Any]] = {
        "sample_temperature_C": [0.0],
        "heat_flow_mW": [0.0],
        "mass_mg": 0.0,
    }

    def refusal(self, act: PhysicalAct) -> str | None:
        """An empty cell, or a range or rate that the oven does not have."""
        low, high, rate = (act.parameters[name] for name in ("from_C", "to_C", "rate_K_min"))
        if not (COLDEST_C <= low < high <= HOTTEST_C and 0 < rate <= FASTEST_K_min):
            return f"cannot scan from {low:g} to {high:g} °C at {rate:g} K/min"
        return "the cell is empty, so there is no film to punch" if self.bench.in_cell(self.station) is None else None

    def duration_s(self, act: PhysicalAct) -> float:
        """Weighing, cooling from ambient, a hold, and the scan."""
        low, high, rate = (act.parameters[name] for name in ("from_C", "to_C", "rate_K_min"))
        return WEIGHING_s + 60 * abs(AMBIENT_C - low) / COOLING_K_min + HOLD_s + 60 * (high - low) / rate

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """The scan."""
        sample = self.bench.in_cell(self.station)
        if sample is None:
            raise LookupError("the film was taken from the cell before a disc was punched")
        low, high, rate = (act.parameters[name] for name in ("from_C", "to_C", "rate_K_min"))
        temperature_C = np.linspace(low, high, round((high - low) / STEP_K) + 1)
        turn = self.bench.next_turn(sample, "scan heat")
        mass_mg = PAN_mg + SPREAD_mg * float(self.bench.chance(sample.name, "pan", turn).uniform(-1, 1))
        seed = self.bench.seed_of(sample.name, "scan heat", turn)
        signal = twin_of(self.bench, sample).discs.heat_scan(temperature_C, rate, mass_mg, seed)
        return {
            "sample_temperature_C": temperature_C.tolist(),
            "heat_flow_mW": signal.heat_flow_mW.tolist(),
            "mass_mg": round(signal.mass_mg, 3),
        }
