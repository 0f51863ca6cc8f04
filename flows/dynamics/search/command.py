"""`ionloop md search` behind its options."""

import json
from dataclasses import dataclass
from pathlib import Path

import typer

from flows.dynamics.run import refuse_picture
from flows.dynamics.search.asking import Outcome, Run
from flows.dynamics.search.file import SearchFile
from flows.dynamics.search.kept import searched
from flows.dynamics.search.told import as_json, best_table, effects_of, effects_table, summary
from flows.home import campaign_folder, home
from flows.terminal import console


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
    from sim.md.program import find_program

    refuse_picture(asked.plot)
    file = read_yaml_value(SearchFile, asked.file)
    if file.theory is None or file.theory.scheduler is None:
        find_program()  # where runs stay on this machine
    home()
    found, again = _found(file, asked)
    effects = effects_of(file, found)
    if asked.plot is not None:
        from flows.dynamics.search.picture import draw_search

        draw_search(file, found, again, effects, asked.plot)
    if asked.as_json:
        place = asked.ledger_url or str(campaign_folder(file.name, asked.folder).ledger)
        typer.echo(json.dumps({**as_json(file, found, again, effects), "ledger": place}, ensure_ascii=False))
        return
    out = console()
    out.print(best_table(file, found))
    if effects:
        out.print(effects_table(file, effects))
    for line in summary(file, found, again):
        out.print(line, soft_wrap=True)
    if asked.plot is not None:
        out.print(f"Picture: {asked.plot}", soft_wrap=True)


def _found(file: SearchFile, asked: Asked) -> tuple[list[tuple[Run, Outcome]], list[Outcome]]:
    """With an engine beside this process for each run; as a Prefect flow where the file says where runs are sent."""
    shown = not asked.as_json
    if file.theory is None:
        from flows.computing.spec import Computing
        from flows.theory.workers import Workers

        return searched(file, asked.folder, asked.ledger_url, Workers(Computing()), shown=shown)
    from flows.server.prefect_server import prefect_server

    with prefect_server():
        from flows.dynamics.search.flow import md_search

        folder = str(asked.folder.resolve()) if asked.folder else None
        return md_search(str(asked.file.resolve()), folder, asked.ledger_url, shown)
