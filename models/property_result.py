"""What the analysis of a polarisation, a voltage sweep or a scan of heat says."""

import builtins
from enum import StrEnum

from pydantic import Field

from chemistry.value import Value


class PropertyVerdict(StrEnum):
    """What a measurement is good for."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    """Too few points, or too short."""
    NOT_SMALL = "not_small"
    """The voltage is too large for a linear answer."""
    NOT_STEADY = "not_steady"
    """The current had not settled, nor can it be foretold where it would."""
    NOT_OHMIC = "not_ohmic"
    """Current and impedance of one cell contradict each other."""
    IMPOSSIBLE = "impossible"
    """The value lies where none can, beyond its error."""
    UNCERTAIN = "uncertain"
    """The value is known too badly to be of use."""
    NOT_REACHED = "not_reached"
    """The film was not oxidised in the window: only a lower bound is known."""
    BAD_BASELINE = "bad_baseline"
    """What lies under the signal is as large as the signal."""
    NO_STEP = "no_step"
    """No step stands out of the noise."""


class PropertyResult(Value):
    """One property of one film, or why there is none.

    A number stands here only where it can be used: an accepted result has value and standard deviation.
    """

    property: str
    verdict: PropertyVerdict
    reason: str
    """One sentence with the value, the limit, and what to do."""
    value: float | None = None
    sd: float | None = Field(default=None, ge=0)
    above: float | None = None
    """A lower bound, where that is all there is."""
    temperature_C: float | None = None
    details: dict[str, float] = Field(default={})
    """Figures on the way, with their unit in the name."""

    @builtins.property
    def accepted(self) -> bool:
        """Whether the value may be used."""
        return self.verdict is PropertyVerdict.ACCEPTED
