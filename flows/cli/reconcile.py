"""`ionloop reconcile`: ask the instruments what became of steps that a crash left open."""

from pathlib import Path
from typing import Annotated

import typer


def reconcile(
    campaign: Annotated[Path, typer.Argument(help="the campaign file")],
    policy: Annotated[
        str | None,
        typer.Option(help="discard or ask, for films that nobody can tell [default: the file's]"),
    ] = None,
    step: Annotated[str | None, typer.Option(help="id of a step that you can tell what became of")] = None,
    say: Annotated[str | None, typer.Option(help="with --step: done, never-started or failed")] = None,
    as_made: Annotated[
        list[str] | None, typer.Option("--as-made", help="with --say done: NAME=VALUE, such as dispensed_mg=49.8")
    ] = None,
    by: Annotated[str | None, typer.Option(help="who says so [default: who is logged in]")] = None,
    note: Annotated[str, typer.Option(help="how you know")] = "",
    folder: Annotated[Path | None, typer.Option(help="the campaign's folder [default: runs/NAME]")] = None,
    ledger: Annotated[str | None, typer.Option(help="database URL of the ledger")] = None,
    hardware: Annotated[bool, typer.Option("--hardware", help="allow a lab file that drives real instruments")] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON list")] = False,
) -> None:
    """Settle, by what the instruments show, every step that a crash left open; nothing moves.

    Each is found done, never started, failed, or unknown. What nobody can tell is given up (discard) or kept until you
    say (ask); it is never done again on a guess. `ionloop run` does the same by itself before it goes on.
    """
    from chemistry.errors import BadInput
    from flows.reconcile import Word, reconcile_campaign

    if step is None and (say or as_made or by or note):
        raise BadInput(
            "nobody knows which step is meant", remedy="Give its id with --step; `ionloop reconcile` shows it."
        )
    word = None if step is None else Word(step, say or "", tuple(as_made or ()), by, note)
    reconcile_campaign(campaign, policy, word, folder=folder, ledger_url=ledger, hardware=hardware, as_json=json)
