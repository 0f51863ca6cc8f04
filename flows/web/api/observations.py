"""Observations: browsed by a filter, page by page, and all that a filter finds as a file."""

import tempfile
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from flows.web.access import Reader, TheDesk
from flows.web.api.asked import KNOWN, NOT_THERE, Number
from ledger.browsing import ObservationsPage, ObservationTold, Question
from ledger.store import Ledger

router = APIRouter(prefix="/observations", tags=["observations"], responses=KNOWN)

Asked = Annotated[Question, Query()]


class Format(StrEnum):
    """How observations are written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON_LD = "jsonld"


_MEDIA = {
    Format.CSV: "text/csv",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.JSON_LD: "application/ld+json",
}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {media: {} for media in _MEDIA.values()}}}


@router.get("")
def observations(asked: Asked, _: Reader, desk: TheDesk) -> ObservationsPage:
    """One page of what a filter finds, and how many there are in all."""
    return desk.browsing.observations(asked)


@router.get("/files/{format}", response_class=FileResponse, responses=_FILES)
def exported(format: Format, asked: Asked, signed: Reader) -> FileResponse:
    """All that a filter finds, whatever page it names: the table of `ionloop data export`, or the same as JSON-LD."""
    folder = tempfile.TemporaryDirectory(prefix="ionloop-export-")
    path = FilePath(folder.name) / f"observations.{format.value}"
    try:
        _write(signed.ledger, asked, format, path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(path, media_type=_MEDIA[format], filename=path.name, background=BackgroundTask(folder.cleanup))


@router.get("/{number}", responses=NOT_THERE)
def observation(number: Number, _: Reader, desk: TheDesk) -> ObservationTold:
    """One observation, whether it holds or not."""
    found = desk.browsing.observation(number)
    if found is None:
        raise HTTPException(404, f"There is no observation {number}.")
    return found


def _write(ledger: Ledger, asked: Question, form: Format, path: FilePath) -> None:
    """The whole file first: what fails half-way is told as what it is, and no reader keeps the ledger waiting."""
    from ledger.export import COLUMNS, observation_rows, write_csv

    rows = observation_rows(ledger, asked)
    if form is Format.CSV:
        write_csv(path, COLUMNS, rows)
    elif form is Format.PARQUET:
        from ledger.export_columns import write_parquet

        write_parquet(path, rows)
    else:
        from ledger.export_linked import linked_lines

        with path.open("w", encoding="utf-8") as file:
            file.writelines(linked_lines(rows))
