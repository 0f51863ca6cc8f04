"""What a fault is, of the bench or of the ledger: where it strikes and when, whatever it does then."""

from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from chemistry.errors import BadInput
from chemistry.value import Value

USUAL_PROBABILITY = 0.05
"""Chance that an order is struck by a fault that does not say when it comes."""
USUAL_PROBABILITY_PER_HOUR = 0.02
"""Chance that an hour of lab time is struck by a fault of the ledger that does not say when it comes."""


def _seconds(given: object) -> object:
    """Seconds, from a number or from text with a unit; pydantic adds the place to what is wrong with it."""
    from chemistry.units import quantity

    if not isinstance(given, str):
        return given
    try:
        return quantity(given, "s")
    except BadInput as error:
        raise ValueError(str(error)) from error


Seconds = Annotated[float, BeforeValidator(_seconds, json_schema_input_type=float | str)]


class Fault(Value):
    """One line of a fault file: what goes wrong, where, and when.

    An order is struck when its instrument and the lab time are those that the fault names, and it is the n-th order
    of its instrument (`order`) or chance has it so (`probability`). A fault that gives a time and neither of them
    strikes every order within it, and one that says nothing of when strikes one order in twenty.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    station: str | None = None
    """Only at this station."""
    instrument: str | None = None
    """Only the instrument of this role, such as `thermal_stage`."""
    probability: float | None = Field(default=None, gt=0, le=1)
    """Chance that an order is struck."""
    order: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(default=None, min_length=1)
    """Which orders of an instrument are struck, counted from 1 over the life of the lab."""
    since: Seconds = Field(default=0.0, ge=0, alias="from")
    """Lab time from which on it may strike, s."""
    until: Seconds | None = Field(default=None, gt=0)
    """Lab time from which on it strikes no more, s."""

    commands: ClassVar[tuple[str, ...]] = ()
    """The commands that it can strike; all of them where there are none."""
    is_spell: ClassVar[bool] = False
    """Whether it needs no order to strike: it then comes by itself at the lab time that the file gives it."""

    @model_validator(mode="before")
    @classmethod
    def _one_order(cls, given: object) -> object:
        """`order: 3` for `order: [3]`."""
        if isinstance(given, dict) and isinstance(given.get("order"), int):
            return {**given, "order": (given["order"],)}
        return given

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"it ends at {self.until:g} s, before it begins at {self.since:g} s")
        return self

    @property
    def name(self) -> str:
        """Its kind, as the file says it."""
        return type(self).model_fields["kind"].default

    @property
    def by_time(self) -> bool:
        """Whether the file says when it comes by lab time alone."""
        return self.probability is None and self.order is None and (self.since > 0 or self.until is not None)

    @property
    def comes_by_itself(self) -> bool:
        """Whether it strikes at a time rather than with an order."""
        return self.is_spell and self.by_time

    @property
    def ends(self) -> float:
        """When one that comes by itself ends, lab time, s: as `until` says, else after as long as it lasts."""
        return self.until if self.until is not None else self.since + getattr(self, "lasts", 0.0)

    @property
    def chance(self) -> float:
        """The probability with which an order is struck that the other conditions let through."""
        if self.probability is not None:
            return self.probability
        return 1.0 if self.by_time or self.order is not None else USUAL_PROBABILITY

    def concerns(self, station: str, role: str) -> bool:
        """Whether it is for this instrument."""
        return self.station in (None, station) and self.instrument in (None, role)

    def may_strike(self, station: str, role: str, command: str, number: int, now: float) -> bool:
        """Whether everything but chance lets it strike the order."""
        return (
            self.concerns(station, role)
            and not self.comes_by_itself
            and (not self.commands or command in self.commands)
            and (self.order is None or number in self.order)
            and self.since <= now
            and (self.until is None or now < self.until)
        )


class LedgerFault(Fault):
    """A fault of the controller's ledger, not of the bench: it comes by lab time and lasts in wall time."""

    lasts: Seconds = Field(default=60.0, gt=0)
    """Wall time, s: lab time stands while the controller waits for its ledger."""

    words: ClassVar[str]
    """What the database says meanwhile."""

    @property
    def chance(self) -> float:
        """The probability with which an hour of lab time is struck."""
        return USUAL_PROBABILITY_PER_HOUR if self.probability is None else self.probability

    @model_validator(mode="after")
    def _has_no_orders(self) -> Self:
        if self.order is not None or self.station is not None or self.instrument is not None:
            raise ValueError("the ledger has no orders and no station: give `from` in lab time, or a probability")
        return self
