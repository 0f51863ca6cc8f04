"""Films that people enter by hand: from a paper, a notebook, another laboratory. The ledger takes them as published."""

import hashlib
import json
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from chemistry.described import Described
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.value import Value
from ledger.film import PROPERTY_UNITS, WITHOUT_TEMPERATURE, Film, Reading, Source
from ledger.literature.named_columns import TRUST
from ledger.literature.scales import COLDEST_C, HOTTEST_C
from ledger.literature.substances import UNSTATED, carries_lithium
from ledger.published import Added, PublishedFilm
from ledger.store import Ledger

BY_HAND = "by hand"
"""Where such films come from, as others come from a table."""
_Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]+$")]
_LIMITS = {"log10_conductivity": (-16.0, 0.0), "transference_number": (0.0, 1.0)}
"""What a property can be, in its unit; conductivity as tables are held to it."""


class EnteredReading(Value):
    """One number that somebody read, in the unit that the ledger has for its property."""

    property: str
    value: float = Field(ge=-1e6, le=1e6)
    sd: float = Field(ge=0, le=1e6)
    """Standard deviation in the same unit; 0.4 decades is what papers differ by in a conductivity."""
    temperature_C: float | None = Field(default=None, ge=COLDEST_C, le=HOTTEST_C)

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if self.property not in PROPERTY_UNITS:
            raise ValueError(f"there is no property `{self.property}`; known are {', '.join(PROPERTY_UNITS)}")
        if (self.property in WITHOUT_TEMPERATURE) != (self.temperature_C is None):
            needed = "has no temperature of its own" if self.temperature_C is not None else "needs a temperature_C"
            raise ValueError(f"`{self.property}` {needed}")
        low, high = _LIMITS.get(self.property, (-1e6, 1e6))
        if not low <= self.value <= high:
            raise ValueError(
                f"`{self.property}` of {self.value:g} {PROPERTY_UNITS[self.property]} is outside {low:g} to {high:g}"
            )
        return self


class Entry(Value):
    """A film that somebody enters: what it is made of, what was read on it, and where that stands."""

    formulation: Described
    """A process that is left out is unstated."""
    readings: tuple[EnteredReading, ...] = Field(min_length=1, max_length=1000)
    reference: _Line
    """DOI of the paper, or the page of the notebook."""
    sample: Annotated[str, Field(max_length=100)] = ""
    """Tells two films of one reference apart that are made of the same and read alike."""
    source: Source = Source.LITERATURE
    """literature, md or dft: what is measured here comes into the ledger through its instruments."""
    trust: float = Field(default=TRUST, gt=0, le=1)
    note: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _can_be_entered(self) -> Self:
        if self.source not in (Source.LITERATURE, Source.MD, Source.DFT):
            raise ValueError("the source of what is entered by hand is literature, md or dft")
        made = self.film_made
        if made.salt is None and not carries_lithium(made.polymer):
            raise ValueError(f"{made.polymer.label} is neutral and no salt is named: nothing in it conducts lithium")
        where = [(reading.property, reading.temperature_C) for reading in self.readings]
        if twice := next((one for one in where if where.count(one) > 1), None):
            raise ValueError(f"`{twice[0]}` is given twice for one temperature: one film has one of it")
        return self

    @property
    def film_made(self) -> Formulation:
        """The formulation; one whose process nobody named has none, as those of tables."""
        if "process" in self.formulation.model_fields_set:
            return self.formulation.formulation
        return self.formulation.formulation.model_copy(update={"process": UNSTATED})

    def published(self, by: str) -> PublishedFilm:
        """The film as the ledger takes it. Its name is made of its content: entered twice it is there once."""
        made = self.film_made
        readings = tuple(
            Reading(**reading.model_dump(), source=self.source, trust=self.trust)
            for reading in sorted(self.readings, key=lambda r: (r.property, r.temperature_C or 0.0))
        )
        numbers = [[r.property, r.value, r.sd, r.temperature_C, r.source.value] for r in readings]
        content = json.dumps([self.reference, self.sample, made.key, numbers])
        name = f"hand-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
        told = {"table": BY_HAND, "by": by, "sample": self.sample, "note": self.note}
        provenance = {key: text for key, text in told.items() if text}
        film = Film(film_id=name, formulation=made, readings=readings)
        return PublishedFilm(film=film, reference=self.reference, provenance=provenance)


def enter(ledger: Ledger, entry: Entry, *, by: str) -> tuple[str, Added]:
    """Take a film that somebody entered; returns its name, and what was new of it."""
    published = entry.published(by)
    return published.film.film_id, ledger.add_literature(BY_HAND, [published])


def enter_instead(ledger: Ledger, film_id: str, entry: Entry, *, by: str, note: str) -> tuple[str, Added]:
    """Enter a film in the place of a published one, which is taken back: what it is made of was wrong.

    The better film comes first: of a process that is killed in between both hold, and asking again ends it.

    Raises:
        BadInput: there is no such film, it was made here, or the two are the same.
    """
    from flows.amend import Correction, corrected

    published = entry.published(by)
    name = published.film.film_id
    if ledger.sample_of(film_id) is not None:
        raise BadInput(
            f"{film_id} was made here, and what it is made of is what was dosed", remedy="Correct its readings instead."
        )
    if not ledger.observations(film_id):
        raise BadInput(f"there is no film {film_id!r}", remedy="Enter it anew.")
    if name == film_id:
        raise BadInput("the film says the same already", remedy="Change something, or leave it.")
    added = ledger.add_literature(BY_HAND, [published])
    if any(row.closed_event is None for row in ledger.observations(film_id)):
        why = f"replaced by {name}" + (f": {note}" if note else "")
        corrected(ledger, film_id, Correction(None, None, None, None, None, retract=True), who=by, note=why)
    return name, added
