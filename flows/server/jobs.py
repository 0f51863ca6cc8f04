"""What is served beside campaigns, as flows: their parameters are the forms of the Prefect UI."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic import Field

from chemistry.errors import IonloopError
from flows.server.prefect_server import server_in_use

MOST_ROWS = 50
"""Of a ranking that is shown in the Prefect UI; the file has all."""


def _named(what: str, *parameters: str) -> Any:
    """Names runs `retrain peo_salts gaussian_process 2026-11-22 20:00` in place of two random words."""

    def name() -> str:
        given = flow_run.parameters
        of = (Path(str(given[key])).stem if "/" in str(given[key]) else str(given[key]) for key in parameters)
        return " ".join((what, *of, f"{datetime.now():%Y-%m-%d %H:%M}"))

    return name


@flow(name="screen", flow_run_name=_named("screen", "pool"), persist_result=False)
def screen(
    pool: str,
    salts: str,
    loadings: str,
    temperatures: str,
    out: str,
    table: str | None = None,
    fitted: str | None = None,
    model: str = "average",
    top: Annotated[int, Field(ge=1, le=100_000)] = 100,
) -> State:
    """Rank every polymer of a pool with every salt, loading and temperature.

    Args:
        pool: A CSV file of repeat units.
        salts: Names or SMILES with commas between.
        loadings: Numbers or LOW:HIGH:COUNT, in Li/O, mol/kg or w/w.
        temperatures: Numbers or LOW:HIGH:COUNT, in degC or K.
        out: The ranking is written to this CSV file.
        table: Learn from this table, a CSV file.
        fitted: A model that was saved, in place of a table.
        model: Name of the model.
        top: Places of the ranking.
    """

    def work() -> str:
        import csv

        from flows.screening.asked import scheduled
        from flows.screening.screen import screen_pool

        screen_pool(scheduled(pool, salts, loadings, temperatures, out, table, fitted, model, top))
        with Path(out).open(encoding="utf-8", newline="") as file:
            rows = [row for _, row in zip(range(MOST_ROWS), csv.DictReader(file), strict=False)]
        _show(f"screen-{Path(pool).stem}", rows, f"The first {len(rows)} of {out}")
        return f"the ranking is {out}"

    return _done(work)


@flow(name="retrain", flow_run_name=_named("retrain", "campaign_file", "model"), persist_result=False)
def retrain(campaign_file: str, folder: str, ledger_url: str | None = None, model: str = "gaussian_process") -> State:
    """Fit a model on what a campaign knows, as a version; one that can serve the planner challenges the champion.

    Args:
        campaign_file: The campaign file.
        folder: The folder of its ledger.
        ledger_url: A database for the ledger, in place of SQLite in the folder.
        model: Name of the model; `ionloop models fit` lists them.
    """

    def work() -> str:
        from flows.model_fit import shelf_of_campaign
        from flows.retrain import retrain as fit

        with shelf_of_campaign(Path(campaign_file), Path(folder), ledger_url) as shelf:
            url = shelf.ledger.database.engine.url.render_as_string(hide_password=False)
            order = {"ledger": url, "campaign_id": shelf.row.id, "model": model, "event": shelf.ledger.last_event()}
            number = fit(order)
            made = next(row for row in shelf.ledger.model_versions(shelf.row.id) if row.number == number)
        _show(f"models-{shelf.row.name}", [{"version": number, "readings": made.n, "state": made.state}], model)
        return f"{model}: version {number}, {made.state}"

    return _done(work)


@flow(name="validate", flow_run_name=_named("validate", "campaign_file", "recipe"), persist_result=False)
def validate(
    campaign_file: str,
    folder: str,
    ledger_url: str | None = None,
    recipe: Literal["redox_window", "chains", "twin", "twin_window"] = "redox_window",
    best: Annotated[int, Field(ge=1, le=100)] = 3,
) -> State:
    """Ask theory about the best films of a campaign's latest run; what was answered before is not calculated again.

    Args:
        campaign_file: The campaign file.
        folder: The folder of its ledger.
        ledger_url: A database for the ledger, in place of SQLite in the folder.
        recipe: What is calculated; the twins make up what theory would say, for simulated labs.
        best: How many films, from the best on.
    """

    def work() -> str:
        from flows.server.best_checked import best_checked

        rows, failed = best_checked(Path(campaign_file), Path(folder), ledger_url, recipe, best)
        _show(f"{recipe}-{Path(campaign_file).stem}", rows, f"{recipe} of the best films")
        if failed:
            raise IonloopError(f"{len(failed)} of {len(failed) + len(rows)} films gave nothing: {'; '.join(failed)}")
        return f"{len(rows)} films, each with {recipe}"

    return _done(work)


@flow(name="health check", flow_run_name=_named("health check"), persist_result=False)
def health_check(configuration: str) -> State:
    """Look at every instrument, every ledger, the disk and the back-ups; nothing moves.

    Args:
        configuration: The configuration file of `ionloop serve`.
    """

    def work() -> str:
        from flows.server.configuration import read_configuration
        from flows.server.health import health

        found = health(read_configuration(Path(configuration)))
        _show("health", [{"what": one.what, "state": one.state, "words": one.words} for one in found], "Health")
        problems = [f"{one.what}: {one.words}" for one in found if one.is_problem]
        if problems:
            raise IonloopError(f"{len(problems)} problems: {'; '.join(problems)}")
        return f"{len(found)} looked at, no problem"

    return _done(work)


@flow(name="back-up", flow_run_name=_named("back-up"), persist_result=False)
def back_up(configuration: str) -> State:
    """Copy every ledger and Prefect's records while both are in use, look at the copies, and remove old ones.

    Args:
        configuration: The configuration file of `ionloop serve`.
    """

    def work() -> str:
        from flows.server.back_up import back_up as make
        from flows.server.configuration import read_configuration

        made = make(read_configuration(Path(configuration)), Path(configuration))
        _show("back-up", [dict(row) for row in made.rows], str(made.folder))
        return f"{len(made.rows)} files in {made.folder}"

    return _done(work)


@flow(name="alert", flow_run_name=_named("alert", "subject"), persist_result=False, retries=5, retry_delay_seconds=60)
def alert(configuration: str, subject: str, text: str) -> State:
    """Send an alert to everybody whom the configuration names; tried again where it cannot be sent.

    Args:
        configuration: The configuration file of `ionloop serve`.
        subject: In a few words.
        text: All of it.
    """

    def work() -> str:
        from flows.server.alerts import send
        from flows.server.configuration import read_configuration

        return send(read_configuration(Path(configuration)).spec.alerts, subject, text)

    return _done(work)


def _done(work: Any) -> State:
    """What a job says of its end; a failure is one paragraph, where Prefect would print a traceback."""
    with server_in_use():
        try:
            return Completed(message=work())
        except IonloopError as error:
            return Failed(message=str(error), data=error)


def _show(key: str, rows: list[dict[str, Any]], description: str) -> None:
    """A table in the Prefect UI."""
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in key.lower()).strip("-")
    create_table_artifact(rows, key=plain, description=description)
