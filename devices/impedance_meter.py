"""An impedance meter: sweeps the frequency and reads the complex impedance of what is in the cell."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Command, Sweep
from devices.signals import Integer, Number, Waveform, parameter, readback


class ImpedanceMeter(Instrument):
    """Takes `Sweep`; reads frequency (Hz), real and imaginary impedance (ohm), from high to low frequency."""

    high_Hz = parameter(Number, "HIGH")
    low_Hz = parameter(Number, "LOW")
    points_per_decade = parameter(Integer, "POINTS")

    frequency_Hz = readback(Waveform, "FREQUENCY")
    real_ohm = readback(Waveform, "REAL")
    imaginary_ohm = readback(Waveform, "IMAGINARY")

    understands = (Sweep,)
    results: ClassVar[tuple[str, ...]] = ("frequency_Hz", "real_ohm", "imaginary_ohm")
    deadline_s = 12 * 3600.0

    def parameters(self, command: Command) -> dict[str, object]:
        """Limits, Hz, and density of the sweep."""
        return command.model_dump(exclude={"step"}) if isinstance(command, Sweep) else {}
