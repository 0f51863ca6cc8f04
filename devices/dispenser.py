"""A gravimetric dispenser: weighs powders and liquids from its stock containers into a sample's vial."""

from typing import ClassVar

from devices.instrument import Instrument
from devices.protocols import Command, Dose
from devices.signals import Number, Text, parameter, readback


class Dispenser(Instrument):
    """Takes `Dose`; reads what the balance saw."""

    component = parameter(Text, "COMPONENT")
    mass_mg = parameter(Number, "MASS")

    dispensed_mg = readback(Number, "DISPENSED")
    """What the balance read for the last dose, mg."""
    totaliser_mg = readback(Number, "TOTAL")
    """Everything dispensed in the instrument's life, mg."""

    understands = (Dose,)
    results: ClassVar[tuple[str, ...]] = ("dispensed_mg", "totaliser_mg")

    def parameters(self, command: Command) -> dict[str, object]:
        """Container and mass, mg, of a dose."""
        return {"component": command.component, "mass_mg": command.mass_mg} if isinstance(command, Dose) else {}
