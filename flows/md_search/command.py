"""`ionloop md search` behind its options."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

import typer

from devices.interrupt import Interrupted, is_interrupt
from flows.home import campaign_folder, home
from flows.md import refuse_picture
from flows.md_search.asking import Outcome, Run, ask
from flows.md_search.file import SearchFile
from flows.md_search.loop import best_of, confirm, search
from flows.md_search.told import as_json, best_table, effects_of, effects_table, in_words, summary
from flows.terminal import bar, console


@dataclass(frozen=True)
class Asked:
    """What the command was given."""

    file: Path
    folder: Path | None
    ledger_url: str | None
    plot: Path | None
    as_json: bool


def search_parameters(asked: Asked) -> None:
    """Search, print what was found, and draw it.

    Raises:
        BadInput: the file or an option cannot be used, or LAMMPS is not installed.
        Interrupted: Ctrl-C; what was answered by then is in the ledger.
        EngineFailed: LAMMPS was ended from outside.
    """
    from chemistry.value_file import read_yaml_value
    from flows.session import open_ledger
    from flows.theory.asking import Theory
    from flows.theory.computing import Computing
    from flows.theory.workers import Workers
    from sim.md.program import find_program

    refuse_picture(asked.plot)
    file = read_yaml_value(SearchFile, asked.file)
    find_program()
    home()
    place = campaign_folder(file.name, asked.folder)
    with contextlib.closing(open_ledger(place, asked.ledger_url)) as ledger:
        theory = Theory(ledger, Workers(Computing(at_once=file.budget.at_once)))
        ended: list[tuple[Run, Outcome]] = []
        with bar(console(stderr=True)) as drawn:
            task = drawn.add_task(file.name, total=file.budget.runs + file.budget.confirm)

            def hear(run: Run, outcome: Outcome | None) -> None:
                if outcome is None:
                    drawn.update(task, description=f"{file.name}, run {run.index + 1}")
                    return
                drawn.update(task, advance=1)
                confirms = run.index >= file.budget.runs
                if not confirms:
                    ended.append((run, outcome))
                if not asked.as_json:
                    typer.echo(in_words(file, run, outcome, None if confirms else best_of(ended)))

            try:
                found = search(file, lambda run: ask(theory, file, run), hear)
                again = confirm(file, found, lambda run: ask(theory, file, run), hear)
            except (Exception, KeyboardInterrupt) as error:
                if not is_interrupt(error):
                    raise
                raise Interrupted(
                    f"interrupted after {len(ended)} of {file.budget.runs} runs, which are in the ledger. The same "
                    "command goes on with the run that was under way, at the last segment that it had ended."
                ) from None
    effects = effects_of(file, found)
    if asked.plot is not None:
        from flows.md_search.picture import draw_search

        draw_search(file, found, again, effects, asked.plot)
    if asked.as_json:
        told = as_json(file, found, again, effects)
        typer.echo(json.dumps({**told, "ledger": asked.ledger_url or str(place.ledger)}, ensure_ascii=False))
        return
    out = console()
    out.print(best_table(file, found))
    if effects:
        out.print(effects_table(file, effects))
    for line in summary(file, found, again):
        out.print(line, soft_wrap=True)
    if asked.plot is not None:
        out.print(f"Picture: {asked.plot}", soft_wrap=True)
