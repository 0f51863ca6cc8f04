"""A search with its ledger: what was answered is kept there, and told as it goes on."""

import contextlib
from pathlib import Path

import typer

from devices.interrupt import Interrupted, is_interrupt
from flows.dynamics.search.asking import Outcome, Run, ask
from flows.dynamics.search.file import SearchFile
from flows.dynamics.search.loop import best_of, confirm, search
from flows.dynamics.search.told import in_words
from flows.home import campaign_folder
from flows.terminal import bar, console
from flows.theory.asking import Theory
from flows.theory.workers import Workers


def searched(
    file: SearchFile, folder: Path | None, ledger_url: str | None, workers: Workers, *, shown: bool
) -> tuple[list[tuple[Run, Outcome]], list[Outcome]]:
    """Every run with its outcome, and what confirms the best.

    Raises:
        BadInput: the ledger cannot be used.
        Interrupted: Ctrl-C; what was answered by then is in the ledger.
        EngineFailed: LAMMPS was ended from outside.
    """
    from flows.session import open_ledger

    ended: list[tuple[Run, Outcome]] = []
    with (
        contextlib.closing(open_ledger(campaign_folder(file.name, folder), ledger_url)) as ledger,
        bar(console(stderr=True)) as drawn,
    ):
        theory = Theory(ledger, workers)
        task = drawn.add_task(file.name, total=file.budget.runs + file.budget.confirm)

        def hear(run: Run, outcome: Outcome | None) -> None:
            if outcome is None:
                drawn.update(task, description=f"{file.name}, run {run.index + 1}")
                return
            drawn.update(task, advance=1)
            confirms = run.index >= file.budget.runs
            if not confirms:
                ended.append((run, outcome))
            if shown:
                typer.echo(in_words(file, run, outcome, None if confirms else best_of(ended)))

        def asked(run: Run) -> Outcome:
            return ask(theory, file, run)

        try:
            found = search(file, asked, hear)
            return found, confirm(file, found, asked, hear)
        except (Exception, KeyboardInterrupt) as error:
            if not is_interrupt(error):
                raise
            raise Interrupted(
                f"interrupted after {len(ended)} of {file.budget.runs} runs: those are in the ledger. The same command "
                "goes on with what was under way, each run at the last segment that it had ended."
            ) from None
