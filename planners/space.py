"""The design space of a campaign: components, continuous loadings, constraints."""

from typing import Literal

from pydantic import Field

from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.salt import Additive, Salt
from chemistry.value import Value


class Range(Value):
    """A closed interval in a stated unit."""

    low: float
    high: float
    unit: str


class SumConstraint(Value):
    """An upper bound on a sum of weight fractions of the film."""

    sum: tuple[Literal["salt_fraction", "plasticiser_fraction"], ...]
    at_most: float = Field(gt=0, le=1)


class RatioConstraint(Value):
    """Bounds on the ratio of two weight fractions of the film."""

    ratio: tuple[Literal["salt_fraction", "plasticiser_fraction"], Literal["salt_fraction", "plasticiser_fraction"]]
    at_most: float


class DesignSpace(Value):
    """Which formulations a campaign may propose."""

    polymers: tuple[Polymer, ...] = Field(min_length=1)
    salts: tuple[Salt, ...] = Field(min_length=1)
    salt_loading: Range
    plasticisers: tuple[Additive | None, ...] = (None,)
    plasticiser_fraction: Range | None = None
    constraints: tuple[SumConstraint | RatioConstraint, ...] = ()
    process: Process = Process()
