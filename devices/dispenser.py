"""A gravimetric dispenser: weighs powders and liquids from its stock containers into a sample's vial."""

from collections.abc import Mapping
from typing import Any, ClassVar

from devices.finding import Evidence, Finding
from devices.instrument import Instrument
from devices.protocols import Command, Dose
from devices.signals import Number, Text, parameter, readback

NOTHING_mg = 0.3
"""What the totaliser may drift without a dose."""
WHOLE_DOSE = 0.05
"""How far, relative, a whole dose may be off what was asked for."""


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
    runs_programmes: ClassVar[bool] = True
    witnesses: ClassVar[tuple[str, ...]] = ("totaliser_mg",)

    def parameters(self, command: Command) -> dict[str, object]:
        """Container and mass, mg, of a dose."""
        return {"component": command.component, "mass_mg": command.mass_mg} if isinstance(command, Dose) else {}

    def testify(self, asked: Mapping[str, Any], before: Mapping[str, Any]) -> Evidence | None:
        """What the totaliser says: a whole dose fell, nothing fell, or part of one did."""
        if "totaliser_mg" not in before or "mass_mg" not in asked:
            return None
        total_mg = float(self.totaliser_mg.get())
        fallen_mg, wanted_mg = total_mg - before["totaliser_mg"], asked["mass_mg"]
        words = f"the totaliser of {self.name} moved by {fallen_mg:.2f} mg, {wanted_mg:.2f} mg were asked for"
        if abs(fallen_mg - wanted_mg) <= WHOLE_DOSE * wanted_mg + NOTHING_mg:
            as_made = {"dispensed_mg": round(fallen_mg, 3), "totaliser_mg": total_mg}
            return Evidence(finding=Finding.DONE, as_made=as_made, words=words)
        if abs(fallen_mg) <= NOTHING_mg:
            return Evidence(finding=Finding.NEVER_STARTED, words=words)
        return Evidence(finding=Finding.UNKNOWN, words=words)
