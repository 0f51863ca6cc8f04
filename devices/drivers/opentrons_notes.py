"""What the driver of a liquid handler remembers: vials, what was drawn, tips, and every dose that was ever begun."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from chemistry.errors import BadInput
from chemistry.value import Value
from devices.drivers.durable_notes import read_notes, write_notes
from devices.drivers.opentrons_dose import Portions
from devices.drivers.opentrons_settings import OpentronsSettings

Stage = Literal["reserved", "loaded", "begun", "done", "failed", "never begun"]
"""`reserved`: nothing on the robot yet; `loaded`: its run exists and was never played by us; `begun`: it was, or was
about to be; the others are final."""


class Dose(Value):
    """One order."""

    sample: str
    component: str
    vial: str
    """Well of the sample's vial."""
    tip: str
    """Well of the tip."""
    rack: str
    """Name of the rack of tips."""
    filling: str
    """Name of the container's filling."""
    volume_uL: float
    dispensed_mg: float
    """Commanded volume times concentration."""
    standard_deviation_mg: float
    stage: Stage = "reserved"
    run_id: str = ""
    commands: int = 0
    """How many commands its run must hold."""
    totaliser_mg: float = 0.0
    """The totaliser after it, where it is done."""
    words: str = ""
    """How it failed."""

    @property
    def open(self) -> bool:
        """Whether its run may still be on the robot."""
        return self.stage in ("loaded", "begun")


class OpentronsNotes(Value):
    """The whole file."""

    version: Literal[1] = 1
    vials: dict[str, dict[str, str]] = Field(default={})
    """Well by sample, by rack of vials."""
    drawn_uL: dict[str, dict[str, float]] = Field(default={})
    """What was drawn from a container, by component and filling."""
    tips: dict[str, int] = Field(default={})
    """How many tips of a rack are gone."""
    totaliser_mg: float = 0.0
    doses: dict[str, Dose] = Field(default={})
    """By order id."""


class Notebook:
    """The notes, and the one place where they change; every change is on disk when its call returns."""

    def __init__(self, path: Path, settings: OpentronsSettings) -> None:
        self._path, self._settings = path, settings
        found = read_notes(OpentronsNotes, path)
        self._notes = found or OpentronsNotes()
        if found is None:
            write_notes(self._notes, path)

    def dose(self, order_id: str) -> Dose | None:
        """The dose of an order; None where it never came so far as to be written down."""
        return self._notes.doses.get(order_id)

    @property
    def blank(self) -> bool:
        """Whether no dose was ever written down here."""
        return not self._notes.doses

    def open_doses(self) -> list[str]:
        """Ids of the orders whose runs may still be on the robot."""
        return [order_id for order_id, dose in self._notes.doses.items() if dose.open]

    def vial_of(self, sample: str) -> str:
        """Well of a sample's vial: the one that it has, else the first that is free.

        Raises:
            BadInput: every well is taken, or the sample's vial stood in another rack.
        """
        vials = self._settings.vials
        taken = self._notes.vials.get(vials.rack, {})
        if sample in taken:
            return taken[sample]
        elsewhere = next((rack for rack, samples in self._notes.vials.items() if sample in samples), None)
        if elsewhere is not None:
            problem = f"the vial of {sample} stands in rack {elsewhere!r}, and {vials.rack!r} is on the deck"
            raise BadInput(problem, remedy="Bring that rack back, and its name into the lab file")
        free = [well for well in vials.wells if well not in taken.values()]
        if not free:
            problem = f"no vial is free: all {len(vials.wells)} wells of rack {vials.rack!r} were given to samples"
            raise BadInput(problem, remedy="Put a new rack there and give `vials.rack` a new name in the lab file")
        return free[0]

    def tip(self) -> str:
        """Well of the next tip.

        Raises:
            BadInput: the rack is empty.
        """
        tips = self._settings.tips
        gone = self._notes.tips.get(tips.rack, 0)
        if gone >= len(tips.wells):
            problem = f"the rack of tips {tips.rack!r} is empty"
            raise BadInput(problem, remedy="Put a new one there and give `tips.rack` a new name in the lab file")
        return tips.wells[gone]

    def left_uL(self, component: str) -> float:
        """What a tip can still draw from a container, µL."""
        solution = self._settings.solutions[component]
        drawn = self._notes.drawn_uL.get(component, {}).get(solution.filling, 0.0)
        return solution.volume_uL - solution.unreachable_uL - drawn

    def reserve(self, order_id: str, sample: str, component: str, portions: Portions) -> Dose:
        """Give a dose its vial, its tip and its part of the container, before anything else is done for it."""
        settings = self._settings
        filling = settings.solutions[component].filling
        dose = Dose(
            sample=sample,
            component=component,
            vial=self.vial_of(sample),
            tip=self.tip(),
            rack=settings.tips.rack,
            filling=filling,
            volume_uL=portions.volume_uL,
            dispensed_mg=portions.mass_mg,
            standard_deviation_mg=portions.standard_deviation_mg,
        )
        notes, rack = self._notes, settings.vials.rack
        self._write(
            notes.model_copy(
                update={
                    "vials": {**notes.vials, rack: {**notes.vials.get(rack, {}), sample: dose.vial}},
                    "tips": {**notes.tips, dose.rack: notes.tips.get(dose.rack, 0) + 1},
                    "drawn_uL": self._drawn(component, filling, dose.volume_uL),
                    "doses": {**notes.doses, order_id: dose},
                }
            )
        )
        return dose

    def loaded(self, order_id: str, run_id: str, commands: int) -> None:
        """A run exists for it on the robot; it was not played."""
        self._change(order_id, stage="loaded", run_id=run_id, commands=commands)

    def begun(self, order_id: str) -> None:
        """It is about to be played."""
        self._change(order_id, stage="begun")

    def failed(self, order_id: str, words: str) -> None:
        """It ended badly, or nobody can tell how; what it may have drawn counts as drawn."""
        self._change(order_id, stage="failed", words=words)

    def done(self, order_id: str) -> Dose:
        """All of it fell."""
        total = self._notes.totaliser_mg + self._notes.doses[order_id].dispensed_mg
        self._change(order_id, {"totaliser_mg": total}, stage="done", totaliser_mg=total)
        return self._notes.doses[order_id]

    def never_begun(self, order_id: str) -> None:
        """Nothing was drawn for it: the container is as full as before. Its vial stays, and its tip counts as gone."""
        dose = self._notes.doses[order_id]
        drawn = self._drawn(dose.component, dose.filling, -dose.volume_uL)
        self._change(order_id, {"drawn_uL": drawn}, stage="never begun")

    def _drawn(self, component: str, filling: str, volume_uL: float) -> dict[str, dict[str, float]]:
        drawn = self._notes.drawn_uL
        of_component = drawn.get(component, {})
        return {**drawn, component: {**of_component, filling: of_component.get(filling, 0.0) + volume_uL}}

    def _change(self, order_id: str, beside: Mapping[str, object] | None = None, **update: object) -> None:
        """Change a dose, and what goes with it, in one writing."""
        dose = self._notes.doses[order_id].model_copy(update=update)
        doses = {**self._notes.doses, order_id: dose}
        self._write(self._notes.model_copy(update={**(beside or {}), "doses": doses}))

    def _write(self, notes: OpentronsNotes) -> None:
        write_notes(notes, self._path)
        self._notes = notes
