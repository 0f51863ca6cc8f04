"""The simulated mechanical tester: indents the film in the cell at the cell's true temperature."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sim.instruments.films import twin_of
from sim.instruments.mechanism import Mechanism
from sim.lab_record import PhysicalAct
from sim.twin import preset_named

INDENTATION_s = 300.0


class MechanicalTesterMechanism(Mechanism):
    """Reads the storage modulus at 1 Hz."""

    first_readbacks: ClassVar[Mapping[str, Any]] = {"storage_modulus_MPa": 0.0, "sd_MPa": 0.0}

    def refusal(self, act: PhysicalAct) -> str | None:
        """An empty cell, or a frequency that it does not have."""
        if act.parameters["frequency_Hz"] != 1.0:
            return f"it oscillates at 1 Hz, not at {act.parameters['frequency_Hz']:g} Hz"
        return "the cell is empty" if self.bench.in_cell(self.station) is None else None

    def duration_s(self, act: PhysicalAct) -> float:
        """Five minutes."""
        return INDENTATION_s

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """The modulus as read, and how far it may be off."""
        now = act.due if act.due is not None else act.received
        sample = self.bench.in_cell(self.station)
        if sample is None:
            raise LookupError("the film was taken from the cell during the indentation")
        seed = self.bench.seed_of(sample.name, "indent", self.bench.next_turn(sample, "indent"))
        modulus = twin_of(self.bench, sample).storage_modulus_MPa(self.bench.temperature_C(self.station, now), seed)
        relative_sd = preset_named(self.bench.simulated.preset).modulus_reading_sd
        return {"storage_modulus_MPa": modulus, "sd_MPa": relative_sd * modulus}
