"""`ionloop run` behind its options: checks first, then the server, then the flow, then what came of it."""

import contextlib
import importlib
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from devices.interrupt import nothing_begun
from flows.catalogue.address import refuse_unfit_catalogue
from flows.home import CampaignFolder, campaign_folder, home
from flows.lab_files import read_faults_for, read_files
from flows.terminal import bar, console, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefect.client.schemas.objects import State
    from rich.progress import Progress, TaskID

    from flows.pools import Told
    from flows.spec import CampaignSpec


def run_campaign(
    campaign_file: Path,
    *,
    folder: Path | None,
    ledger_url: str | None,
    hardware: bool,
    as_json: bool,
    faults: Path | None = None,
) -> None:
    """Run or resume a campaign in this process, against the one Prefect server.

    Raises:
        BadInput: something the user gave cannot be used; nothing was written.
        Stopped: it was stopped from outside, and its stations are safe.
        CampaignStopped: too much failed.
        LeaseHeld: another process is running it.
        Interrupted: Ctrl-C came before anything was begun.
    """
    with contextlib.ExitStack() as server:
        with nothing_begun():
            spec, lab_file = read_files(campaign_file, hardware=hardware)
            read_faults_for(faults, lab_file)
            from flows.session import shown_ledger  # a mistake in a file need not wait for the ledger

            place = campaign_folder(spec.name, folder)
            _refuse_unfit(spec, campaign_file, place, ledger_url)
            refuse_unfit_catalogue(lab_file.tiled_uri)
            from flows.server.prefect_server import dashboard, prefect_server

            size = f"{spec.budget.experiments} experiments, {spec.budget.batch} at a time"
            _say(f"Campaign {spec.name}: {size}. Finding or starting the Prefect server …", as_json)
            threading.Thread(target=_import_ahead, name="imports", daemon=True).start()
            page = dashboard(server.enter_context(prefect_server()))
            _say(f"Prefect UI: {page}", as_json)
            parameters = {
                "campaign_file": str(campaign_file),
                "folder": str(place.path),
                "ledger_url": ledger_url,
                "hardware": hardware,
                "show": "none" if as_json else "terminal",
                "faults": str(faults) if faults else None,
            }
            run = _flow_to_run(spec.name, shown_ledger(place, ledger_url), parameters)
        state = run()
        outcome = cast(dict[str, Any], state.result())  # raises what the flow failed with
    if as_json:
        typer.echo(json.dumps(outcome))
    else:
        _show(outcome)


def _refuse_unfit(spec: "CampaignSpec", campaign_file: Path, place: CampaignFolder, ledger_url: str | None) -> None:
    """Refuse what cannot be run before a server is started for it."""
    from flows.session import ledger_to_run_in
    from planners.sampling import refuse_empty

    if spec.space.pool is None:
        refuse_empty(spec.space)
    home()
    with (
        bar(console(stderr=True)) as drawn,
        ledger_to_run_in(spec, campaign_file, place, ledger_url, _telling(drawn)),
    ):
        pass


def _flow_to_run(name: str, ledger_place: str, parameters: dict[str, Any]) -> "Callable[[], State]":
    """The campaign's flow, to be run in this process as a run that has the buttons of the Prefect UI."""
    from prefect.client.orchestration import get_client
    from prefect.flow_engine import run_flow

    from flows.campaign import campaign
    from flows.step_in import form_of, run_beside_form

    with get_client(sync_client=True) as client:
        form = form_of(client, name, ledger_place)
        run = run_beside_form(client, form, client.create_flow(campaign), parameters)
    return lambda: cast("State", run_flow(campaign, flow_run=run, parameters=parameters, return_type="state"))


def _telling(drawn: "Progress") -> "Told":
    """Draws how far a pool is read."""
    tasks: dict[str, TaskID] = {}

    def told(doing: str, done: int, of: int) -> None:
        if doing not in tasks:
            tasks[doing] = drawn.add_task(doing, total=of)
        drawn.update(tasks[doing], completed=done)

    return told


def _import_ahead() -> None:
    """Import what every campaign needs while the server starts; Prefect itself has to wait for the server's address."""
    # Where an interrupt ends the process meanwhile, imports fail as they please: whoever needs one imports it again.
    with contextlib.suppress(RuntimeError, ImportError):
        for name in ("planners.bayesian", "models.gaussian_process", "models.film_judgement", "matplotlib.figure"):
            importlib.import_module(name)


def _say(words: str, as_json: bool) -> None:
    if not as_json:
        typer.echo(words)


def _show(outcome: dict[str, Any]) -> None:
    """The table of the best, and where the rest is."""
    out = console()
    best = outcome["best"]
    if best:
        heads = (name.replace("_", " ") for name in best[0])
        view = table(*heads, title="The front" if len(best) > 1 else "The best")
        for row in best:
            view.add_row(*(str(value) for value in row.values()))
        out.print(view)
    counts = f"{outcome['observed']} of {outcome['experiments']} experiments gave a result"
    out.print(f"{counts} in {outcome['lab_hours']:.0f} h of lab time.")
    for name in ("report", "ledger"):
        out.print(f"{name.capitalize()}: {outcome[name]}", soft_wrap=True)
