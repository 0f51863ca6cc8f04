"""Tables sent as files (CSV, or a spreadsheet): first a preview of what is taken and refused, then the import."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from chemistry.value import Value
from flows.sent_table import FORMATS, MOST_BYTES, Preview, Reading, bring_sent, preview
from flows.web.access import Operator
from flows.web.api.asked import CHANGE, KNOWN, Line

router = APIRouter(prefix="/imports", tags=["imports"], responses={**KNOWN, **CHANGE})

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "the file itself",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_TOO_LARGE: dict[int | str, dict[str, Any]] = {413: {"description": f"more than {MOST_BYTES // 2**20} MiB"}}


class ImportTold(Value):
    """What an import did."""

    films_added: int
    readings_added: int
    films_known: int
    films_taken_back: int
    films_back: int
    films_of_an_earlier_import: int
    refused: int
    event: int | None


def how(
    format: Annotated[str, Query(description=f"one of {', '.join(FORMATS)}")],
    name: Annotated[str, Query(pattern=r"^[^\x00-\x1f/\\]{1,200}$", description="of the file, without a path")],
    column: Annotated[list[Line], Query(max_length=20, description="for columns: FIELD=HEADER")] = [],  # noqa: B006
    unit: Annotated[list[Line], Query(max_length=20, description="for columns: FIELD=UNIT")] = [],  # noqa: B006
    trust: Annotated[float | None, Query(gt=0, le=1)] = None,
    keep: Annotated[list[Line], Query(max_length=5, description="duplicates, conflicts")] = [],  # noqa: B006
    replace: Annotated[bool, Query(description="take back what an earlier table of this name brought")] = False,
) -> Reading:
    """How the table is to be read: the options of `ionloop data import`."""
    from flows.cli.data import pairs

    return Reading(
        format=format,
        name=name,
        columns=pairs(column, "column"),
        units=pairs(unit, "unit"),
        trust=trust,
        keep=tuple(keep),
        replace=replace,
    )


How = Annotated[Reading, Depends(how)]


@router.post("/preview", openapi_extra=_BODY, responses=_TOO_LARGE)
async def look(request: Request, reading: How, signed: Operator) -> Preview:
    """What would become of a table: which rows are refused and why, what is new. Nothing is written."""
    content = await request.body()
    return await run_in_threadpool(preview, signed.ledger, content, reading)


@router.post("", status_code=201, openapi_extra=_BODY, responses=_TOO_LARGE)
async def bring(
    request: Request,
    reading: How,
    signed: Operator,
    previewed: Annotated[str, Query(max_length=64, description="the fingerprint that the preview gave")],
) -> ImportTold:
    """Bring a table in just as it was looked at, in one transaction; twice adds nothing."""
    content = await request.body()
    table, brought = await run_in_threadpool(bring_sent, signed.ledger, content, reading, previewed)
    added = brought.added
    return ImportTold(
        films_added=added.films,
        readings_added=added.readings,
        films_known=added.known,
        films_taken_back=added.taken_back,
        films_back=added.back,
        films_of_an_earlier_import=brought.beside,
        refused=len(table.refusals),
        event=added.event,
    )
