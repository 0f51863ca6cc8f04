"""What people ask of the observations of a ledger: which, in which order, which page of them."""

from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from chemistry.value import Value
from ledger.film import PROPERTY_UNITS, Source
from ledger.kinds import GateDecision

MOST_ON_A_PAGE = 500
FURTHEST = 10_000_000
"""How far a page may begin; no ledger goes on beyond it."""
LARGEST_ID = 2**31 - 1
"""What PostgreSQL takes for an integer."""


class Holds(StrEnum):
    """Whether an observation is what the ledger says now."""

    NOW = "now"
    """It holds: nobody replaced it or took it back."""
    REPLACED = "replaced"
    """A better number took its place."""
    TAKEN_BACK = "taken back"
    """Somebody retracted it."""
    ANY = "any"


class Sort(StrEnum):
    """What a page of observations is ordered by; equal ones by when they were written."""

    WRITTEN = "written"
    VALUE = "value"
    TEMPERATURE = "temperature"
    PROPERTY = "property"
    FILM = "film"


class Question(Value):
    """A filter over observations, an order, and a page. What is left out does not matter."""

    campaign_id: int | None = Field(default=None, ge=0, le=LARGEST_ID)
    published: bool | None = None
    """True: only what belongs to no campaign; False: only what does."""
    film_id: str | None = Field(default=None, max_length=200)
    """Exactly this film."""
    property: str | None = None
    text: str = Field(default="", max_length=200)
    """Every word of it stands in the formulation, the film's id or its reference; case does not matter."""
    polymer: str = Field(default="", max_length=200)
    """Part of a name or a repeat unit of the polymer, or its architecture."""
    salt: str = Field(default="", max_length=200)
    """Part of the name or the SMILES of the salt."""
    source: Source | None = None
    coldest_C: float | None = None
    hottest_C: float | None = None
    least: float | None = None
    """Of the value, in the unit of its property."""
    most: float | None = None
    holds: Holds = Holds.NOW
    amended: bool | None = None
    """True: only numbers that somebody corrected, or that were corrected since."""
    verdict: GateDecision | None = None
    """What the quality gate last decided of the film."""
    sort: Sort = Sort.WRITTEN
    descending: bool = True
    offset: int = Field(default=0, ge=0, le=FURTHEST)
    limit: int = Field(default=50, ge=1, le=MOST_ON_A_PAGE)

    @field_validator("property")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None and name not in PROPERTY_UNITS:
            raise ValueError(f"there is no property `{name}`; known are {', '.join(PROPERTY_UNITS)}")
        return name

    @field_validator("text", "polymer", "salt", "film_id")
    @classmethod
    def _searchable(cls, text: str | None) -> str | None:
        if text is not None and "\x00" in text:
            raise ValueError("a text with a null character is found nowhere")
        return text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high, what in (
            (self.coldest_C, self.hottest_C, "temperature"),
            (self.least, self.most, "value"),
        ):
            if low is not None and high is not None and low > high:
                raise ValueError(f"the least {what}, {low:g}, lies above the most, {high:g}")
        return self
