"""`ionloop export` and `ionloop import`: a campaign as one archive, and back."""

from pathlib import Path
from typing import Annotated

import typer

_By = Annotated[str | None, typer.Option(help="who does it [default: who is logged in]")]
_Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def export(
    campaign: Annotated[Path, typer.Argument(help="the campaign file")],
    crate: Annotated[Path | None, typer.Option(help="the archive to write [default: NAME-runN.zip here]")] = None,
    run: Annotated[int | None, typer.Option(help="number of the run [default: the latest]")] = None,
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    by: _By = None,
    license: Annotated[
        str | None, typer.Option(help="under which the data may be used: a URL, or words [default: none is stated]")
    ] = None,
    so_far: Annotated[
        bool, typer.Option("--so-far", help="of a campaign that is not over: what there is now, to be read alone")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="overwrite the archive")] = False,
    json: _Json = False,
) -> None:
    """Write a campaign that is over as one archive (an RO-Crate): ledger, raw documents, spectra, models, checksums."""
    from flows.archive import export_campaign

    export_campaign(
        campaign,
        crate=crate,
        run=run,
        folder=folder,
        ledger_url=ledger,
        by=by,
        licence=license,
        so_far=so_far,
        force=force,
        as_json=json,
    )


def import_(
    archive: Annotated[Path, typer.Argument(help="an archive that `ionloop export` wrote")],
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder here [default: runs/NAME]")] = None,
    ledger: Annotated[
        str | None, typer.Option(help="database URL of the ledger [default: SQLite in the folder]")
    ] = None,
    by: _By = None,
    json: _Json = False,
) -> None:
    """Bring a campaign out of an archive into a ledger, whole or not at all; twice changes nothing."""
    from flows.archive import import_campaign

    import_campaign(archive, folder=folder, ledger_url=ledger, by=by, as_json=json)
