"""The campaign as a Prefect flow."""

import contextlib
from pathlib import Path
from typing import Any, Literal

from prefect import flow, runtime

from chemistry.errors import IonloopError
from flows.artifacts import ShopWindow
from flows.crew import Crew
from flows.home import campaign_folder
from flows.learn import learn_from
from flows.loop import run_loop, too_many_failures
from flows.outcome import outcome
from flows.prefect_server import dashboard
from flows.report.page import write_report
from flows.session import Session, open_session
from flows.step import step
from flows.stopping import Stopped, watch_for_cancel
from ledger.kinds import CampaignState


class CampaignStopped(IonloopError):
    """The campaign ended before its budget was spent; the ledger holds the reason."""


@flow(name="campaign", persist_result=False, validate_parameters=False)
def campaign(
    campaign_file: str,
    folder: str | None = None,
    ledger_url: str | None = None,
    hardware: bool = False,
    show: Literal["terminal", "none"] = "none",
) -> dict[str, Any]:
    """Run the campaign of a file, or go on where it was stopped, killed or cut off.

    Args:
        campaign_file: The campaign file (YAML).
        folder: Where ledger, lab record and report go; `runs/NAME` by default.
        ledger_url: A database for the ledger, in place of SQLite in the folder.
        hardware: Whether a lab file that drives real instruments is allowed.
        show: Whether progress is shown in a terminal.

    Returns:
        What the ledger holds of the campaign at its end.
    """
    with open_session(Path(campaign_file), Path(folder) if folder else None, ledger_url, hardware=hardware) as session:
        return run_session(session, show=show == "terminal")


def run_session(session: Session, *, show: bool) -> dict[str, Any]:
    """Run one open session to its end; the stations are safe and the report is written whatever happens."""
    ledger, campaign_id = session.ledger, session.campaign_id
    ledger.set_campaign_state(campaign_id, CampaignState.RUNNING, f"flow run {runtime.flow_run.name}")
    page = dashboard(str(_api_url()))
    window = ShopWindow(session, page)

    def learn(experiment: Any) -> None:
        step("learn", f"learn from experiment {experiment.number}", lambda: learn_from(session, experiment))
        window.renew()

    try:
        with _display(session, page, show), Crew(session) as crew, watch_for_cancel(crew):
            run_loop(session, crew, learn)
    except Stopped as stop:
        ledger.set_campaign_state(campaign_id, stop.campaign_state, str(stop))
        raise
    why = too_many_failures(session)
    ledger.set_campaign_state(campaign_id, CampaignState.STOPPED if why else CampaignState.FINISHED, why)
    step("report", f"report {session.spec.name}", lambda: write_report(ledger, campaign_id, session.folder.report))
    window.link_report(session.folder.report)
    if why:
        raise CampaignStopped(
            f"Campaign {session.spec.name} was stopped: {why}. The report is {session.folder.report}."
        )
    return outcome(session)


def _display(session: Session, page: str, show: bool) -> contextlib.AbstractContextManager[None]:
    if not show:
        return contextlib.nullcontext()
    from rich.console import Console

    from flows.progress import show_progress

    return show_progress(session, Console(), page)


def _api_url() -> str | None:
    from prefect.settings import PREFECT_API_URL

    return PREFECT_API_URL.value()
