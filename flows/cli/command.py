"""`ionloop pause|resume|stop|abort`: command a running campaign, one of its experiments, or one of its calculations."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

_HELP = {
    "pause": "Hold a campaign, or one experiment, at its next checkpoint; instruments keep what they have.",
    "resume": "Let a paused campaign, or experiment, go on.",
    "stop": "End a campaign in good order: nothing new is begun, what is under way is finished and measured.",
    "abort": "End a campaign now: instruments go into their safe state, films under way are lost.",
}
COMMANDS = tuple(_HELP)


def command(name: str) -> Callable[..., None]:
    """The function behind one of the four commands."""

    def give(
        campaign: Annotated[Path, typer.Argument(help="the campaign file")],
        experiment: Annotated[int | None, typer.Option(help="number of the one experiment that is meant")] = None,
        calculation: Annotated[
            int | None, typer.Option(help="number of the one calculation that is meant; it can be aborted only")
        ] = None,
        by: Annotated[str | None, typer.Option(help="who commands it [default: who is logged in]")] = None,
        note: Annotated[str, typer.Option(help="why, for whoever reads the ledger")] = "",
        folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
        ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
        json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
    ) -> None:
        from flows.command import abort_calculation, give_command

        if calculation is not None:
            abort_calculation(
                campaign,
                calculation,
                command=name,
                experiment=experiment,
                by=by,
                note=note,
                folder=folder,
                ledger_url=ledger,
                as_json=json,
            )
            return
        give_command(
            campaign, name, experiment=experiment, by=by, note=note, folder=folder, ledger_url=ledger, as_json=json
        )

    give.__doc__ = _HELP[name]
    return give
