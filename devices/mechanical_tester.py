"""A mechanical tester: a small dynamic indentation of the film in the cell gives its storage modulus."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Command, Indent
from devices.signals import Number, parameter, readback


class MechanicalTester(Instrument):
    """Takes `Indent`; reads the storage modulus, and its standard deviation, MPa."""

    frequency_Hz = parameter(Number, "FREQUENCY")

    storage_modulus_MPa = readback(Number, "MODULUS")
    sd_MPa = readback(Number, "SD")

    understands = (Indent,)
    results: ClassVar[tuple[str, ...]] = ("storage_modulus_MPa", "sd_MPa")

    def parameters(self, command: Command) -> dict[str, object]:
        """Frequency of the oscillation, Hz."""
        return {"frequency_Hz": command.frequency_Hz} if isinstance(command, Indent) else {}
