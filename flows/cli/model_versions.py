"""`ionloop models fit, list, promote, rollback, save`: the life of model versions."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.figures import print_figures
from flows.cli.models import app

if TYPE_CHECKING:
    from flows.model_fit import Shelf

_Campaign = Annotated[Path | None, typer.Argument(help="the campaign file")]
_Table = Annotated[Path | None, typer.Option("--table", help="in place of a campaign: the table that was learnt from")]
_Folder = Annotated[Path | None, typer.Option("--folder", help="folder of the ledger [default: runs/NAME]")]
_Ledger = Annotated[str | None, typer.Option("--ledger", help="database URL of the ledger")]
_Number = Annotated[int, typer.Argument(help="number of the version")]
_By = Annotated[str | None, typer.Option("--by", help="who says so [default: who is logged in]")]
_Why = Annotated[str, typer.Option("--why", help="why, for whoever reads the ledger")]
_Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]


@app.command("fit")
def models_fit(
    campaign: _Campaign = None,
    table: Annotated[Path | None, typer.Option("--table", help="learn from a table, a CSV file")] = None,
    format: Annotated[str, typer.Option("--format", help="of the table: bradford, htpmd, pe_i or tg")] = "bradford",
    tg: Annotated[Path | None, typer.Option("--tg", help="a table of glass transitions, learnt from beside")] = None,
    model: Annotated[str, typer.Option("--model", help="name of the model; a wrong one lists them")] = "average",
    keep: Annotated[
        str, typer.Option("--keep", help="rows of a table left out by judgement, taken back: duplicates,conflicts")
    ] = "",
    folder: _Folder = None,
    ledger: _Ledger = None,
    json: _Json = False,
) -> None:
    """Fit a model on what a campaign knows, or on a table, as a numbered version: a candidate until it is promoted.

    It is put to the test under every split that the films allow. Killed half-way, it leaves nothing behind.
    """
    from flows.model_fit import Training, add_version, training_of_campaign
    from flows.tables import refuse_without_table
    from flows.terminal import console
    from ledger.literature.cleaning import in_words
    from models.campaign_models import any_surrogate

    any_surrogate(model)  # a wrong name is told before anything is opened
    out = console(stderr=True)
    out.quiet = json and not out.is_terminal
    _refuse_unclear(campaign, table)
    if table is None:
        refuse_without_table({"--tg": tg, "--keep": keep})
    training, source = (None, None) if table is None else _of_table(table, format, tg, keep)
    with _shelf(campaign, table, folder, ledger, create=True) as shelf:
        event = shelf.ledger.last_event()
        if training is None and shelf.spec is not None:
            training = training_of_campaign(shelf.ledger, shelf.row.id, shelf.spec, event)
        told = add_version(
            *(shelf.ledger, shelf.row.id, model, training or Training(()), event),
            source=source,
            told=out.print,
        )
    cleaned = [] if source is None else source["cleaning"]
    figures = {
        "version": told.number,
        "model": model,
        "readings": told.n,
        "training_hash": told.training_hash,
        "environment": told.environment,
        **told.metrics,
        "cleaning": cleaned if json else [line for found in cleaned for line in in_words(found)],
    }
    print_figures(figures, json, title=f"{model}: version {told.number}")


@app.command("list")
def models_list(
    campaign: _Campaign = None,
    table: _Table = None,
    folder: _Folder = None,
    ledger: _Ledger = None,
    json: _Json = False,
) -> None:
    """Show the model versions of a campaign's latest run, or of a table."""
    from flows.model_life import listed

    with _shelf(campaign, table, folder, ledger) as shelf:
        told = listed(shelf)
    if json:
        print_figures(told, json, title="")
        return
    said = told["champion"]
    by = f" (by {said['by']})" if said and said["by"] else ""
    holds = ", which holds until a person promotes another" if said and said["holds"] else ""
    champion = f"champion: version {said['version']}{by}: {said['why']}{holds}" if said else "no champion yet"
    typer.echo(f"{told['campaign']}, run {told['run']}: {champion}")
    for label, drift in told["drift"].items():
        typer.echo(f"  {label} drifts since experiment {drift['since_experiment']}")
    for row in told["versions"]:
        weights = "with weights" if row["weights"] else "without weights"
        typer.echo(f"  {row['version']}: {row['model']}, {row['state']}, {row['readings']} readings, {weights}")


@app.command("promote")
def models_promote(
    number: _Number,
    campaign: _Campaign = None,
    table: _Table = None,
    whatever_its_score: Annotated[
        bool, typer.Option("--whatever-its-score", help="also where the promotion rule is against it")
    ] = False,
    by: _By = None,
    why: _Why = "",
    folder: _Folder = None,
    ledger: _Ledger = None,
    json: _Json = False,
) -> None:
    """Make a version the champion, where it foretells recent results no worse than the present one."""
    from flows.model_life import promote
    from flows.person import person

    who = person(by)
    with _shelf(campaign, table, folder, ledger) as shelf:
        told = promote(shelf, number, by=who, why=why, whatever_its_score=whatever_its_score)
    print_figures(told, json, title=f"version {number} is the champion")


@app.command("rollback")
def models_rollback(
    number: _Number,
    campaign: _Campaign = None,
    table: _Table = None,
    by: _By = None,
    why: _Why = "",
    folder: _Folder = None,
    ledger: _Ledger = None,
    json: _Json = False,
) -> None:
    """Go back to a version that was the champion; it holds until a person promotes another."""
    from flows.model_life import roll_back
    from flows.person import person

    who = person(by)
    with _shelf(campaign, table, folder, ledger) as shelf:
        told = roll_back(shelf, number, by=who, why=why)
    print_figures(told, json, title=f"version {number} is the champion again")


@app.command("save")
def models_save(
    number: _Number,
    to: Annotated[Path, typer.Option("--to", help="a new folder for weights and configuration")],
    campaign: _Campaign = None,
    table: _Table = None,
    folder: _Folder = None,
    ledger: _Ledger = None,
    json: _Json = False,
) -> None:
    """Take the weights of a version out of the ledger."""
    from flows.model_life import save

    with _shelf(campaign, table, folder, ledger) as shelf:
        told = save(shelf, number, to)
    print_figures(told, json, title=f"version {number}")


def _shelf(
    campaign: Path | None, table: Path | None, folder: Path | None, ledger: str | None, *, create: bool = False
) -> "contextlib.AbstractContextManager[Shelf]":
    from flows.model_fit import shelf_of_campaign, shelf_of_table

    _refuse_unclear(campaign, table)
    if campaign is not None:
        return shelf_of_campaign(campaign, folder, ledger)
    return shelf_of_table(table or Path(), folder, ledger, create=create)


def _refuse_unclear(campaign: Path | None, table: Path | None) -> None:
    from chemistry.errors import BadInput

    if (campaign is None) == (table is None):
        problem = "neither a campaign nor a table is given" if campaign is None else "a campaign and a table are given"
        raise BadInput(problem, remedy="Name the campaign file, or the table with --table")


def _of_table(path: Path, form: str, tg: Path | None, keep: str) -> Any:
    from flows.model_fit import Training, table_source
    from flows.tables import declared, judgements, read_films, read_glasses

    table, glasses = read_films(path, form, judgements(keep)), read_glasses(tg, judgements(keep))
    others = [] if glasses is None else [item.film for item in glasses.films]
    # A table that names no papers has one reference for all its films, which is no paper.
    references = [item.reference for item in table.films] if form == "pe_i" else []
    films = [item.film for item in table.films]
    return Training(films, others, references), table_source(path, form, declared(table, glasses))
