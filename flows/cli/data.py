"""`ionloop data`: published tables into a ledger, observations out of one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from flows.table_import import Brought
    from ledger.literature import LiteratureTable

app = typer.Typer(help="Import published tables into a ledger; export observations.", no_args_is_help=True)

_DEFAULT_LEDGER = "ledger.sqlite"
_Ledger = Annotated[str | None, typer.Option(help="path or database URL of the ledger [default: ledger.sqlite here]")]
_Campaign = Annotated[Path | None, typer.Option(help="a campaign file: use that campaign's own ledger")]


@app.command("import")
def data_import(
    file: Annotated[Path, typer.Argument(help="the table, a CSV file")],
    format: Annotated[str, typer.Option("--format", help="bradford, htpmd, pe_i, tg or columns")],
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    column: Annotated[
        list[str] | None, typer.Option(help="for columns: FIELD=HEADER, such as conductivity='sigma (S/cm)'")
    ] = None,
    unit: Annotated[list[str] | None, typer.Option(help="for columns: FIELD=UNIT, such as loading=Li/O")] = None,
    trust: Annotated[float | None, typer.Option(help="trust weight, above 0 to 1 [default: the format's]")] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="the table was mended: take back what an earlier import of it brought"),
    ] = False,
    was: Annotated[
        str | None, typer.Option("--was", help="with --replace: where the table lay when it was imported before")
    ] = None,
    keep: Annotated[
        str, typer.Option("--keep", help="rows that are refused by judgement, taken back: duplicates,conflicts")
    ] = "",
    refused: Annotated[
        Path | None, typer.Option(help="write every refused row with its reason to this CSV file")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object, with every refused row")] = False,
) -> None:
    """Bring a published table into a ledger as literature observations; twice adds nothing.

    Each row ends in a film, with the way back to it, or is refused with a reason. A campaign that uses this ledger, and
    whose file names literature under `warm_start`, starts warm from them.
    """
    from flows.outputs import refuse_unwritable
    from flows.table_import import bring
    from flows.tables import judgements
    from ledger.literature import read_table

    place = ledger_place(ledger, campaign)
    refuse_unwritable({"--refused": refused}, {}, (file,))
    columns, units = pairs(column, "--column"), pairs(unit, "--unit")
    with _waiting(f"Reading {file.name} …", quiet=json):
        table = read_table(file, format, columns=columns, units=units, trust=trust, keep=judgements(keep))
    _refuse_empty(table)
    brought = bring(place, table, replace=replace, was=was)
    if refused is not None:
        _write_refusals(refused, table)
    if json:
        _print_json(table, brought, place)
    else:
        _print_summary(table, brought, place, refused)


@app.command("export")
def data_export(
    file: Annotated[Path, typer.Argument(help="the CSV file to write")],
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    source: Annotated[
        list[str] | None, typer.Option(help="measured, literature, md, dft or predicted [default: all]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="overwrite the file")] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Write the observations of a ledger that hold now as a CSV file, with units, uncertainty and provenance."""
    import json as json_text

    from chemistry.errors import BadInput
    from ledger.export import write_observations
    from ledger.store import Ledger

    place = ledger_place(ledger, campaign)
    if file.exists() and not force:
        raise BadInput("the file is there already", place=str(file), remedy="Choose another name, or say --force")
    with Ledger.open(place, create=False) as opened:
        rows = write_observations(opened, file, source)
    if json:
        typer.echo(json_text.dumps({"file": str(file), "rows": rows, "ledger": place}))
    else:
        typer.echo(f"{rows:,} observations of {place} written to {file}")


def _waiting(words: str, *, quiet: bool) -> "AbstractContextManager[object]":
    """A spinner on the terminal for the seconds that a table takes; none where the output is for a program."""
    from rich.console import Console

    return Console(stderr=True, quiet=quiet).status(words)


def ledger_place(ledger: str | None, campaign: Path | None) -> str:
    """The ledger that is meant: a path or URL, a campaign's own, or the one in the present folder."""
    from chemistry.errors import BadInput

    if ledger is not None and campaign is not None:
        raise BadInput("both --ledger and --campaign name a ledger", remedy="Give one of them")
    if campaign is not None:
        from flows.home import campaign_folder
        from flows.spec import read_campaign

        return str(campaign_folder(read_campaign(campaign).name).ledger)
    return ledger or _DEFAULT_LEDGER


def pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    """`FIELD=VALUE` texts of an option, each field once."""
    from chemistry.errors import BadInput

    pairs: dict[str, str] = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise BadInput(f"{option} {text!r}", remedy=f"Write {option} FIELD=VALUE")
        if name.strip() in pairs:
            raise BadInput(f"{option} gives {name.strip()} twice", remedy="Give it once")
        pairs[name.strip()] = value.strip()
    return pairs


def _refuse_empty(table: "LiteratureTable") -> None:
    from chemistry.errors import BadInput

    if table.films:
        return
    told = tuple(f"{count} × {reason}" for reason, count in table.reasons.items())
    first = table.refusals[0] if table.refusals else None
    remedy = f"First, line {first.row}: {first.detail or first.reason}" if first else "The table has no rows"
    raise BadInput(f"none of {table.rows} rows can be imported", place=table.file, problems=told, remedy=remedy)


def _write_refusals(path: Path, table: "LiteratureTable") -> None:
    from ledger.export import write_csv

    rows = ({"line": r.row, "reason": r.reason, "detail": r.detail} for r in table.refusals)
    write_csv(path, ("line", "reason", "detail"), rows)


def _print_json(table: "LiteratureTable", brought: "Brought", place: str) -> None:
    import json

    from ledger.literature import cleaning

    added = brought.added
    summary = {
        "file": table.file,
        "format": table.format,
        "ledger": place,
        "rows": table.rows,
        "films_added": added.films,
        "readings_added": added.readings,
        "films_known": added.known,
        "films_taken_back": added.taken_back,
        "films_back": added.back,
        "films_of_an_earlier_import": brought.beside,
        "tables_of_the_same_name": brought.namesakes,
        "rest_on_amended": {name: marked.model_dump(mode="json") for name, marked in brought.marked.items()},
        "refused": len(table.refusals),
        "reasons": table.reasons,
        "refusals": [refusal.model_dump() for refusal in table.refusals],
        "altered": cleaning(table)["altered"],
    }
    typer.echo(json.dumps(summary, ensure_ascii=False))


def _print_summary(table: "LiteratureTable", brought: "Brought", place: str, refused: Path | None) -> None:
    from rich.text import Text

    from flows.terminal import console
    from flows.terminal import table as new_table

    out, added = console(), brought.added
    imported = table.rows - len(table.refusals)
    out.print(
        f"{imported:,} of {table.rows:,} rows are {len(table.films):,} films with {table.readings:,} readings; "
        f"{added.films:,} films are new, {added.known:,} were known. Ledger: {place}",
        soft_wrap=True,
    )
    if added.taken_back or added.back:
        out.print(
            f"{added.taken_back:,} films are no longer in {table.file} and were taken back; {added.back:,} are back."
        )
    if brought.beside:
        out.print(
            f"{brought.beside:,} films of an earlier {table.file} hold beside them; import with --replace to take them "
            "back."
        )
    for other in brought.namesakes:
        out.print(f"The films of {other} stay; if this is that table, say --replace --was {other}", soft_wrap=True)
    for campaign, marked in brought.marked.items():
        later = ", ".join(str(index + 1) for index in marked.suggestions) or "none"
        out.print(f"{campaign}: suggestions that were decided by numbers since amended or taken back: {later}.")
    if not table.refusals:
        return
    view = new_table("rows", "reason", "lines of the file, and the first detail", title="Refused")
    view.columns[0].justify = "right"
    for reason, count in table.reasons.items():
        of_kind = [refusal for refusal in table.refusals if refusal.reason == reason]
        lines = _ranges([refusal.row for refusal in of_kind])
        shown = ", ".join(lines[:12]) + (f" and {len(lines) - 12} more ranges" if len(lines) > 12 else "")
        view.add_row(str(count), reason, Text.assemble(f"{shown}\n", (of_kind[0].detail, "dim")))
    out.print(view)
    where = (
        f"Every refused row: {refused}" if refused else "--refused FILE.csv writes every refused row with its reason."
    )
    out.print(where, soft_wrap=True)


def _ranges(lines: list[int]) -> list[str]:
    """Line numbers in ascending order as ranges: 3-7, 9."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
