"""A sample as the bench has it: what is in it, what was done to it, and where it is."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class Condition(StrEnum):
    """How far a sample has come."""

    POWDER = "powder"
    SOLUTION = "solution"
    WET = "wet film"
    DRY = "dry film"
    SPOILT = "spoilt"
    """A step was interrupted: nobody knows what it is now."""


@dataclass
class Sample:
    """One vial, later one film. True values, which nobody but the instruments' physics may see."""

    name: str
    contents_mg: dict[str, float] = field(default_factory=dict)
    """By the label of the container."""
    condition: Condition = Condition.POWDER
    steps: list[dict[str, Any]] = field(default_factory=list)
    """Process steps done, as `chemistry.process.Step` dumps them."""
    thickness_um: float = 0.0
    area_cm2: float = 0.0
    station: str = ""
    """The measuring station in whose cell it lies; empty while it is in the rack."""
    contact: float = 1.0
    """Share of the electrode that touches it, as it was loaded last."""
    water: float = 0.0
    """How much water it took up: 0 for a film made in a dry glovebox, 1 for one that can take up no more."""
    turns: dict[str, int] = field(default_factory=dict)
    """How often each command was carried out on it: what makes the noise of a repetition another noise."""

    def dump(self) -> dict[str, Any]:
        """Plain values for the record."""
        return asdict(self)

    @classmethod
    def load(cls, content: dict[str, Any]) -> Self:
        """From plain values."""
        return cls(**{**content, "condition": Condition(content["condition"])})
