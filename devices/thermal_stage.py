"""A thermal stage: brings the measuring cell to a temperature and holds it until it has settled."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Command, HeaterOff, SetTemperature
from devices.signals import Number, parameter, readback


class ThermalStage(Instrument):
    """Takes `SetTemperature`, which ends when the stage has settled, and `HeaterOff`, its safe state."""

    target_C = parameter(Number, "TARGET")
    temperature_C = readback(Number, "TEMPERATURE")

    understands = (SetTemperature, HeaterOff)
    results: ClassVar[tuple[str, ...]] = ("temperature_C",)
    left_on: ClassVar[str] = "heater"
    deadline_s = 6 * 3600.0

    def parameters(self, command: Command) -> dict[str, object]:
        """The set point, °C."""
        return {"target_C": command.temperature_C} if isinstance(command, SetTemperature) else {}
