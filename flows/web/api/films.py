"""Films: found by their words, told with their history, entered by hand, corrected and taken back."""

import csv
import io
from typing import Annotated, Any, Self

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import Field, model_validator

from chemistry.value import Value
from flows.entering import Entry, enter, enter_instead
from flows.web.access import Operator, Reader, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, FilmId, Limit, Note, Number, Offset
from ledger.browsing import FilmHistory, FilmsPage
from ledger.browsing.asked import LARGEST_ID
from ledger.browsing.told import MeasurementTold
from ledger.errors import LedgerError
from ledger.film import PROPERTY_UNITS

router = APIRouter(tags=["films"], responses=KNOWN)

_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}


class EnteredTold(Value):
    """What became of a film that somebody entered."""

    film_id: str
    new: bool
    """False where the same was there already."""
    readings: int
    """That are new."""
    event: int | None


class Instead(Value):
    """A film in the place of one whose formulation is wrong."""

    entry: Entry
    note: Note = ""


class CorrectionAsked(Value):
    """What somebody says of the readings of a film: one of `thickness_um`, `value` and `retract`."""

    thickness_um: float | None = Field(default=None, gt=0, le=1e6)
    """Its true thickness: moves its conductivities. Of films that were made here."""
    property: str | None = None
    at_C: float | None = Field(default=None, ge=-300, le=1000)
    """At which temperature; left out: at all."""
    value: float | None = Field(default=None, ge=-1e6, le=1e6)
    """The better number, in the unit of the property."""
    sd: float | None = Field(default=None, ge=0, le=1e6)
    retract: bool = False
    """Take the readings back; without a property all of the film."""
    also_by_hand: bool = False
    """Whether what somebody set by hand before follows too."""
    note: Note = ""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.property is not None and self.property not in PROPERTY_UNITS:
            raise ValueError(f"there is no property `{self.property}`; known are {', '.join(PROPERTY_UNITS)}")
        return self


class MovedTold(Value):
    """One reading, before and after."""

    property: str
    temperature_C: float | None
    before: float
    after: float | None
    """None where it was taken back."""
    set_by: str
    """Who had set it by hand, where that was kept."""


class CorrectedTold(Value):
    """What a correction did."""

    event: int
    changes: tuple[MovedTold, ...]
    kept: tuple[MovedTold, ...]


@router.get("/films")
def films(
    _: Reader,
    desk: TheDesk,
    campaign_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    text: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> FilmsPage:
    """Films, the latest first: of one campaign or of all, with every word of a text in them."""
    return desk.browsing.films(campaign_id, text, offset=offset, limit=limit)


@router.post("/films", status_code=201, responses=CHANGE)
def add(entry: Entry, signed: Operator) -> EnteredTold:
    """Enter a film by hand. Copolymers, grafts, networks, blends and composites are written out as a polymer."""
    film_id, added = enter(signed.ledger, entry, by=signed.name)
    return EnteredTold(film_id=film_id, new=added.films > 0, readings=added.readings, event=added.event)


@router.get("/films/{film_id}", responses=NOT_THERE)
def film(film_id: FilmId, _: Reader, desk: TheDesk) -> FilmHistory:
    """One film with its history: who suggested it and why, its steps, spectra, readings, corrections, predictions."""
    try:
        return desk.browsing.film(film_id)
    except LedgerError as error:
        raise HTTPException(404, f"{error}. GET /api/v1/films finds films.") from error


@router.get("/films/{film_id}/spectra", tags=["spectra"], responses=NOT_THERE)
def spectra(film_id: FilmId, _: Reader, desk: TheDesk) -> tuple[MeasurementTold, ...]:
    """What was measured on a film and on those of its experiment before it, curves included."""
    return film(film_id, _, desk).measurements


@router.get("/spectra/{number}", tags=["spectra"], responses=NOT_THERE)
def spectrum(number: Number, _: Reader, desk: TheDesk) -> MeasurementTold:
    """One measurement with its curves."""
    found = desk.browsing.measurement(number)
    if found is None:
        raise HTTPException(404, f"There is no measurement {number}.")
    return found


@router.get("/spectra/{number}/csv", tags=["spectra"], response_class=Response, responses={**_CSV, **NOT_THERE})
def spectrum_as_csv(number: Number, _: Reader, desk: TheDesk) -> Response:
    """Its curve as a table, one column for each quantity, with units in their names."""
    content = spectrum(number, _, desk).measurement.model_dump(mode="json")
    columns = {name: held for name, held in content.items() if isinstance(held, list)}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return Response(text.getvalue(), media_type="text/csv")


@router.post("/films/{film_id}/corrections", status_code=201, responses=CHANGE)
def correct(film_id: FilmId, asked: CorrectionAsked, signed: Operator) -> CorrectedTold:
    """Correct a number, or take it back: as `ionloop amend` does. What was known before stays in the history."""
    from flows.amend import Correction, corrected

    if not signed.ledger.observations(film_id):
        raise HTTPException(404, f"There is no film {film_id!r} with a result. GET /api/v1/films finds films.")
    said = Correction(
        asked.thickness_um, asked.property, asked.at_C, asked.value, asked.sd, asked.retract, asked.also_by_hand
    )
    done = corrected(signed.ledger, film_id, said, who=signed.name, note=asked.note)
    return CorrectedTold(
        event=done.event,
        changes=tuple(MovedTold(**vars(moved)) for moved in done.changes),
        kept=tuple(MovedTold(**vars(moved)) for moved in done.kept),
    )


@router.post("/films/{film_id}/replacement", status_code=201, responses=CHANGE)
def replace(film_id: FilmId, asked: Instead, signed: Operator) -> EnteredTold:
    """Enter a film in the place of a published or entered one, which is taken back: its formulation was wrong."""
    if not signed.ledger.observations(film_id):
        raise HTTPException(404, f"There is no film {film_id!r} with a result. GET /api/v1/films finds films.")
    name, added = enter_instead(signed.ledger, film_id, asked.entry, by=signed.name, note=asked.note)
    return EnteredTold(film_id=name, new=added.films > 0, readings=added.readings, event=added.event)
