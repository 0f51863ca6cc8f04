"""The simulated impedance meter: reads the twin of the film in the cell, at the cell's true temperature."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from sim.faults.kinds import Drift, NoiseBurst
from sim.instruments.films import twin_of
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct
from sim.twin.film import Disturbance

LOWEST_Hz, HIGHEST_Hz = 1e-3, 1e7
CYCLES = 3
QUICKEST_POINT_s = 0.3


class ImpedanceMeterMechanism(Mechanism):
    """Sweeps from high to low frequency."""

    first_readbacks: ClassVar[Mapping[str, Any]] = {"frequency_Hz": [0.0], "real_ohm": [0.0], "imaginary_ohm": [0.0]}

    def refusal(self, act: PhysicalAct) -> str | None:
        """An empty cell, or limits that it does not have."""
        high, low, points = (act.parameters[name] for name in ("high_Hz", "low_Hz", "points_per_decade"))
        if not LOWEST_Hz <= low < high <= HIGHEST_Hz or not 1 <= points <= 100:
            return f"cannot sweep from {high:g} to {low:g} Hz with {points} points a decade"
        if self.bench.in_cell(self.station) is None:
            return "open circuit: the cell is empty"
        return None

    def duration_s(self, act: PhysicalAct) -> float:
        """Three cycles a point, and the meter's own time."""
        return float(np.maximum(CYCLES / _frequency_Hz(act), QUICKEST_POINT_s).sum())

    def begin(self, act: PhysicalAct) -> None:
        """Noise may begin."""
        burst = self.bench.struck(act, NoiseBurst)
        if burst is not None:
            self.bench.disturb_meter(self.station, burst.factor, act.received + burst.lasts)

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """The spectrum."""
        now = act.due if act.due is not None else act.received
        sample = self.bench.in_cell(self.station)
        if sample is None:
            raise LookupError("the film was taken from the cell during the sweep")
        frequency = _frequency_Hz(act)
        seed = self.bench.seed_of(sample.name, "sweep", self.bench.next_turn(sample, "sweep"))
        temperature_C = self.bench.temperature_C(self.station, now)
        drift = self.bench.struck(act, Drift)
        disturbance = Disturbance(
            drift=drift.share if drift is not None else 0.0,
            contact=sample.contact,
            noise=self.bench.noise(self.station, act.received),
        )
        impedance = twin_of(self.bench, sample).spectrum(temperature_C, frequency, seed, disturbance)
        return {
            "frequency_Hz": frequency.tolist(),
            "real_ohm": impedance.real.tolist(),
            "imaginary_ohm": impedance.imag.tolist(),
        }


def _frequency_Hz(act: PhysicalAct) -> np.ndarray:
    high, low, points = (act.parameters[name] for name in ("high_Hz", "low_Hz", "points_per_decade"))
    decades = np.log10(high / low)
    return np.logspace(np.log10(high), np.log10(low), round(points * decades) + 1)
