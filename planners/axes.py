"""The axes of a design space: what a planner decides of a film, as choices among so many and as amounts in a range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from chemistry.value import Value


class Range(Value):
    """A closed interval in a stated unit."""

    low: float = Field(ge=0)
    high: float = Field(gt=0)
    unit: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low is {self.low:g} and high is {self.high:g}; write the smaller one as low")
        return self

    @property
    def span(self) -> float:
        """High minus low."""
        return self.high - self.low


@dataclass(frozen=True)
class Choice:
    """One of so many components or settings, told by its place among them."""

    name: str
    size: int
    nothing: int | None = None
    """The place that stands for nothing: no plasticiser, a step that is left out."""
    needs: int | None = None
    """Place of the choice without which, where it is nothing, this one does not exist."""
    ordered: bool = False
    """Whether neighbours in the list are nearer to each other than others are: numbers, and not components."""


@dataclass(frozen=True)
class Amount:
    """A number within a range; without one it is zero."""

    name: str
    limits: Range | None
    needs: int | None = None
    """As that of a choice."""

    @property
    def low(self) -> float:
        """The smallest amount."""
        return self.limits.low if self.limits else 0.0

    @property
    def span(self) -> float:
        """Largest minus smallest amount."""
        return self.limits.span if self.limits else 0.0


@dataclass(frozen=True)
class Axes:
    """Choices, then amounts: the genes of a formulation."""

    choices: tuple[Choice, ...]
    amounts: tuple[Amount, ...]

    def __len__(self) -> int:
        return len(self.choices) + len(self.amounts)

    def exists(self, axis: Choice | Amount, choices: Sequence[int]) -> bool:
        """Whether an axis means anything where these choices were made."""
        return axis.needs is None or choices[axis.needs] != self.choices[axis.needs].nothing
