"""A lithium cell behind a potentiostat: a disc of the film between lithium and lithium, or lithium and steel."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Command, Polarise, SweepVoltage
from devices.signals import Number, Waveform, parameter, readback


class LithiumCell(Instrument):
    """Takes `Polarise` and `SweepVoltage`; each takes a fresh disc of the film in the cell.

    A polarisation reads the voltage that was applied (V), time (s), current (A), and a spectrum before and one after
    (Hz, ohm). A sweep reads potential (V vs Li/Li⁺), current density (A/cm²), and the cell's resistance before it
    (ohm cm²). What the other order would read is one zero.
    """

    voltage_V = parameter(Number, "VOLTAGE")
    hours = parameter(Number, "HOURS")
    from_V = parameter(Number, "FROM")
    to_V = parameter(Number, "TO")
    rate_mV_s = parameter(Number, "RATE")

    applied_V = readback(Number, "APPLIED")
    time_s = readback(Waveform, "TIME")
    current_A = readback(Waveform, "CURRENT")
    frequency_Hz = readback(Waveform, "FREQUENCY")
    before_real_ohm = readback(Waveform, "BEFORE:REAL")
    before_imaginary_ohm = readback(Waveform, "BEFORE:IMAGINARY")
    after_real_ohm = readback(Waveform, "AFTER:REAL")
    after_imaginary_ohm = readback(Waveform, "AFTER:IMAGINARY")

    potential_V = readback(Waveform, "POTENTIAL")
    current_density_A_cm2 = readback(Waveform, "DENSITY")
    resistance_ohm_cm2 = readback(Number, "RESISTANCE")

    understands = (Polarise, SweepVoltage)
    results: ClassVar[tuple[str, ...]] = (
        "applied_V",
        "time_s",
        "current_A",
        "frequency_Hz",
        "before_real_ohm",
        "before_imaginary_ohm",
        "after_real_ohm",
        "after_imaginary_ohm",
        "potential_V",
        "current_density_A_cm2",
        "resistance_ohm_cm2",
    )
    deadline_s = 72 * 3600.0

    def parameters(self, command: Command) -> dict[str, object]:
        """Voltage, V, and hours of a polarisation; limits, V, and rate, mV/s, of a sweep."""
        return command.model_dump(exclude={"step"}) if isinstance(command, self.understands) else {}
