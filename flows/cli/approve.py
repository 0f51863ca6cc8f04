"""`ionloop approvals|approve|refuse`: experiments that wait for a person's yes."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

_HELP = {
    "approve": "Let an experiment that policy kept back be begun.",
    "refuse": "Call off an experiment that policy kept back.",
}
ANSWERS = tuple(_HELP)

_Campaign = Annotated[Path, typer.Argument(help="the campaign file")]
_Folder = Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")]
_Ledger = Annotated[str | None, typer.Option(help="database URL of the ledger")]
_Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def approvals(campaign: _Campaign, folder: _Folder = None, ledger: _Ledger = None, json: _Json = False) -> None:
    """List what was asked for, why, and how it was answered; what waits comes with its one-time code."""
    from flows.approving.answer import list_approvals

    list_approvals(campaign, folder=folder, ledger_url=ledger, as_json=json)


def answer(name: str) -> Callable[..., None]:
    """The function behind one of the two answers."""

    def give(
        campaign: _Campaign,
        experiment: Annotated[int, typer.Argument(help="number of the experiment")],
        by: Annotated[str | None, typer.Option(help="who answers [default: who is logged in]")] = None,
        note: Annotated[str, typer.Option(help="why, for whoever reads the ledger")] = "",
        folder: _Folder = None,
        ledger: _Ledger = None,
        json: _Json = False,
    ) -> None:
        from flows.approving.answer import give_answer

        approved = name == "approve"
        give_answer(
            campaign, experiment, approved=approved, by=by, note=note, folder=folder, ledger_url=ledger, as_json=json
        )

    give.__doc__ = _HELP[name]
    return give
