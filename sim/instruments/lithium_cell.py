"""The simulated lithium cell: punches a disc of the film in the cell, and puts it between lithium, or against steel."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from sim.instruments.films import twin_of
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct
from sim.sample import Sample

ASSEMBLY_s = 900.0
"""A disc is punched, put between its electrodes and left to wet them."""
SPECTRUM_s = 150.0
HIGHEST_V, LOWEST_V = 6.5, 0.0
LARGEST_POLARISATION_V = 0.2
LONGEST_h = 48.0
STEP_V = 0.004
FIRST_s, POINTS = 0.2, 250
_FREQUENCY_Hz = np.logspace(6, -1, 50)


class LithiumCellMechanism(Mechanism):
    """A measurement that is cut short costs its disc and leaves the film as it was."""

    first_readbacks: ClassVar[Mapping[str, Any]] = {
        "applied_V": 0.0,
        "time_s": [0.0],
        "current_A": [0.0],
        "frequency_Hz": [0.0],
        "before_real_ohm": [0.0],
        "before_imaginary_ohm": [0.0],
        "after_real_ohm": [0.0],
        "after_imaginary_ohm": [0.0],
        "potential_V": [0.0],
        "current_density_A_cm2": [0.0],
        "resistance_ohm_cm2": 0.0,
    }

    def parameters(self, command: str, written: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the command; the others are left from earlier orders."""
        own = ("voltage_V", "hours") if command == "Polarise" else ("from_V", "to_V", "rate_mV_s")
        return {name: written[name] for name in own}

    def refusal(self, act: PhysicalAct) -> str | None:
        """An empty cell, or what the potentiostat does not do."""
        if act.command == "Polarise":
            volts, hours = act.parameters["voltage_V"], act.parameters["hours"]
            if not (0 < volts <= LARGEST_POLARISATION_V and 0 < hours <= LONGEST_h):
                return f"cannot polarise with {volts:g} V for {hours:g} h"
        else:
            low, high, rate = (act.parameters[name] for name in ("from_V", "to_V", "rate_mV_s"))
            if not (LOWEST_V <= low < high <= HIGHEST_V and 0 < rate <= 100):
                return f"cannot sweep from {low:g} to {high:g} V at {rate:g} mV/s"
        return "the cell is empty" if self.bench.in_cell(self.station) is None else None

    def duration_s(self, act: PhysicalAct) -> float:
        """What is asked for, with the assembly of the cell and its spectra."""
        asked = act.parameters
        if act.command == "Polarise":
            return ASSEMBLY_s + 2 * SPECTRUM_s + 3600 * asked["hours"]
        return ASSEMBLY_s + SPECTRUM_s + 1000 * (asked["to_V"] - asked["from_V"]) / asked["rate_mV_s"]

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """The readings of the one, and a zero for each of the other."""
        now = act.due if act.due is not None else act.received
        sample = self.bench.in_cell(self.station)
        if sample is None:
            raise LookupError("the film was taken from the cell")
        temperature_C = self.bench.temperature_C(self.station, now)
        read = self._polarise if act.command == "Polarise" else self._sweep
        return {**self.first_readbacks, **read(act, sample, temperature_C)}

    def _polarise(self, act: PhysicalAct, sample: Sample, temperature_C: float) -> dict[str, Any]:
        seconds = 3600 * act.parameters["hours"]
        time_s = np.union1d(np.geomspace(FIRST_s, seconds, POINTS), np.linspace(FIRST_s, seconds, POINTS))
        seed = self.bench.seed_of(sample.name, "polarise", self.bench.next_turn(sample, "polarise"))
        discs = twin_of(self.bench, sample).discs
        signal = discs.polarisation(temperature_C, act.parameters["voltage_V"], time_s, _FREQUENCY_Hz, seed)
        return {
            "applied_V": signal.applied_V,
            "time_s": time_s.tolist(),
            "current_A": signal.current_A.tolist(),
            "frequency_Hz": _FREQUENCY_Hz.tolist(),
            "before_real_ohm": signal.before_ohm.real.tolist(),
            "before_imaginary_ohm": signal.before_ohm.imag.tolist(),
            "after_real_ohm": signal.after_ohm.real.tolist(),
            "after_imaginary_ohm": signal.after_ohm.imag.tolist(),
        }

    def _sweep(self, act: PhysicalAct, sample: Sample, temperature_C: float) -> dict[str, Any]:
        low, high, rate = (act.parameters[name] for name in ("from_V", "to_V", "rate_mV_s"))
        potential_V = np.linspace(low, high, round((high - low) / STEP_V) + 1)
        seed = self.bench.seed_of(sample.name, "sweep voltage", self.bench.next_turn(sample, "sweep voltage"))
        signal = twin_of(self.bench, sample).discs.voltage_sweep(temperature_C, potential_V, rate, seed)
        return {
            "potential_V": potential_V.tolist(),
            "current_density_A_cm2": signal.current_density_A_cm2.tolist(),
            "resistance_ohm_cm2": signal.resistance_ohm_cm2,
        }
