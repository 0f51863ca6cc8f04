"""What stands in the lab file of a liquid handler: its pipette, what is on the deck, and what is in the stock."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from chemistry.value import Value

STANDARD_RACK = tuple(f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH")
"""The 96 wells of a rack, column by column."""


class Labware(Value):
    """What stands in a slot of the deck, by the names under which the robot knows it."""

    load_name: str = Field(min_length=1)
    namespace: str = "opentrons"
    version: int = Field(default=1, ge=1)
    offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """What the labware position check of the App found for it in this slot: x, y, z. A run over HTTP knows no other."""


class Pipette(Value):
    """The pipette on one of the two mounts, and what its maker says of it."""

    name: str = Field(min_length=1)
    """Load name of the API: `p300_single_gen2`."""
    mount: Literal["left", "right"]
    minimum_uL: float = Field(gt=0)
    maximum_uL: float = Field(gt=0)
    """The smaller of what pipette and tip hold."""
    systematic_error: float = Field(ge=0, lt=1)
    """How far, relative, a volume may be off by the maker's statement, at the minimum volume to be on the safe side."""
    aspirate_uL_s: float = Field(gt=0)
    dispense_uL_s: float = Field(gt=0)
    blow_out_uL_s: float = Field(gt=0)

    @model_validator(mode="after")
    def _every_volume_can_be_split(self) -> Self:
        if self.maximum_uL < 2 * self.minimum_uL:
            limits = f"{self.minimum_uL:g} and {self.maximum_uL:g} µL"
            words = "the maximum must be twice the minimum, or some volumes cannot be split into equal transfers"
            raise ValueError(f"{words}; the limits are {limits}")
        return self


class Tips(Value):
    """The rack of tips; each dose takes a new one."""

    slot: str
    rack: str = Field(min_length=1)
    """A name for this very rack, such as the day it was put there: with a new name all its tips are new."""
    wells: tuple[str, ...] = Field(default=STANDARD_RACK, min_length=1)


class Vials(Value):
    """Where samples' vials stand. A sample gets the next free well when it is first dosed into."""

    slot: str
    rack: str = Field(min_length=1)
    """A name for this very set of empty vials: with a new name every well is free, and the old samples are gone."""
    wells: tuple[str, ...] = Field(min_length=1)
    drop_height_mm: float = -2.0
    """Height of the tip over the rim of the vial, mm, when it drops; below zero it is in the neck.

    It must never touch what is in the vial: the same tip goes back to the stock for the next transfer.
    """


class Solution(Value):
    """A container of stock solution."""

    slot: str
    well: str
    filling: str = Field(min_length=1)
    """A name for this very filling: with a new name the container is full again."""
    concentration_mg_uL: float = Field(gt=0)
    """Mass of the component, not of the solvent, in a microlitre of solution."""
    concentration_sd_mg_uL: float = Field(ge=0)
    """Standard deviation of the concentration."""
    volume_uL: float = Field(gt=0)
    """What was filled in."""
    unreachable_uL: float = Field(default=0.0, ge=0)
    """What the tip cannot reach at the bottom."""
    aspirate_height_mm: float = Field(default=2.0, ge=0)
    """Height of the tip over the bottom when it draws, mm."""


class OpentronsSettings(Value):
    """The settings of `OpentronsDispenser`."""

    address: str = Field(pattern=r"^https?://[^/]+$")
    """`http://192.168.1.60:31950`"""
    memory: Path
    """A file of the driver's own, on a disk that survives: which vial stands where, what was drawn, what was begun."""
    robot_name: str = ""
    """Name that the robot must give; empty: any."""
    pipette: Pipette
    labware: dict[str, Labware]
    """What stands where, by slot: `"1"` to `"11"` on an OT-2, `A1` to `D3` on a Flex."""
    tips: Tips
    vials: Vials
    solutions: dict[str, Solution] = Field(min_length=1)
    """Containers by the component as the plan names it (name or SMILES)."""
    trash: str = "fixedTrash"
    """Addressable area where tips are dropped: `fixedTrash` on an OT-2, `movableTrashA3` on a Flex."""
    poll_s: float = Field(default=0.5, gt=0, le=1.0)
    request_limit_s: float = Field(default=10.0, gt=0)
    """How long the robot may take to answer a request that changes something."""
    silence_limit_s: float = Field(default=120.0, gt=0)
    """How long it may be out of reach while a dose runs before the order counts as failed."""
    dose_limit_s: float = Field(default=1800.0, gt=0)
    """How long a dose may take, with all pauses."""
    stop_limit_s: float = Field(default=30.0, gt=0)
    """How long it may take to stop."""

    @model_validator(mode="after")
    def _everything_stands_somewhere(self) -> Self:
        places = {"tips": self.tips.slot, "vials": self.vials.slot}
        places |= {f"solutions.{name}": solution.slot for name, solution in self.solutions.items()}
        for place, slot in places.items():
            if slot not in self.labware:
                raise ValueError(f"{place} stand in slot {slot!r}, where `labware` names nothing")
        seen: dict[tuple[str, str], str] = {}
        for name, solution in self.solutions.items():
            well = (solution.slot, solution.well)
            if well in seen:
                raise ValueError(f"{name} and {seen[well]} are both in well {well[1]} of slot {well[0]}")
            seen[well] = name
        if self.tips.slot in {self.vials.slot, *(solution.slot for solution in self.solutions.values())}:
            raise ValueError(f"slot {self.tips.slot!r} holds the tips, and something else")
        for well in self.vials.wells:
            if (self.vials.slot, well) in seen:
                name = seen[self.vials.slot, well]
                raise ValueError(f"a vial and {name} are both in well {well} of slot {self.vials.slot}")
        return self
