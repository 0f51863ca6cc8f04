"""A differential scanning calorimeter: how much heat a disc of the film takes up while it is heated at a fixed rate."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Command, ScanHeat
from devices.signals import Number, Waveform, parameter, readback


class Calorimeter(Instrument):
    """Takes `ScanHeat`, on a fresh disc of the film in the cell.

    It reads the sample's temperature (°C), the heat flow into it (mW, endothermic above zero), and the mass that was
    weighed into the pan (mg).
    """

    from_C = parameter(Number, "FROM")
    to_C = parameter(Number, "TO")
    rate_K_min = parameter(Number, "RATE")

    sample_temperature_C = readback(Waveform, "TEMPERATURE")
    heat_flow_mW = readback(Waveform, "FLOW")
    mass_mg = readback(Number, "MASS")

    understands = (ScanHeat,)
    results: ClassVar[tuple[str, ...]] = ("sample_temperature_C", "heat_flow_mW", "mass_mg")
    deadline_s = 24 * 3600.0

    def parameters(self, command: Command) -> dict[str, object]:
        """Limits, °C, and rate, K/min, of the scan."""
        return command.model_dump(exclude={"step"}) if isinstance(command, ScanHeat) else {}
