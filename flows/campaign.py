"""The campaign as a Prefect flow."""

import contextlib
import logging
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelled, Failed

from chemistry.errors import IonloopError
from flows.artifacts import ShopWindow
from flows.catalogue.keeper import Keeper
from flows.crew import Crew, Work
from flows.learn import catch_up, learn_from
from flows.left_runs import close_left_runs, note_flow_run
from flows.loop import how_it_ended, ran_dry, run_loop
from flows.outcome import outcome
from flows.report.page import write_report
from flows.resume import call_off_waiting, reconcile, settle_stop, waiting_steps
from flows.retraining import Retraining
from flows.run_through import run_through
from flows.server.prefect_server import dashboard, server_in_use
from flows.session import Session, open_session
from flows.shown_pause import stay_when_paused
from flows.step import step
from flows.stopping import Stopped, watch_for_stop
from ledger.errors import LeaseHeld
from ledger.kinds import CampaignState
from ledger.tables import CalculationRow

logger = logging.getLogger(__name__)


class CampaignStopped(IonloopError):
    """The campaign ended before its budget was spent; the ledger holds the reason."""


def _run_name() -> str:
    """`peo_salts 2026-11-22 20:00` in place of Prefect's two random words."""
    return f"{Path(flow_run.parameters['campaign_file']).stem} {datetime.now():%Y-%m-%d %H:%M}"


@flow(name="campaign", flow_run_name=_run_name, persist_result=False, validate_parameters=False)
def campaign(
    campaign_file: str,
    folder: str | None = None,
    ledger_url: str | None = None,
    hardware: bool = False,
    show: Literal["terminal", "none"] = "none",
    faults: str | None = None,
) -> dict[str, Any] | State:
    """Run the campaign of a file, or go on where it was stopped, killed or cut off.

    Args:
        campaign_file: The campaign file (YAML).
        folder: Where ledger, lab record and report go; `runs/NAME` by default.
        ledger_url: A database for the ledger, in place of SQLite in the folder.
        hardware: Whether a lab file that drives real instruments is allowed.
        show: Whether progress is shown in a terminal.
        faults: A fault file: what goes wrong in the simulated lab and in the ledger.

    Returns:
        What the ledger holds of the campaign at its end.
    """
    stay_when_paused()

    def new_session() -> contextlib.AbstractContextManager[Session]:
        place, injected = Path(folder) if folder else None, Path(faults) if faults else None
        return open_session(Path(campaign_file), place, ledger_url, hardware=hardware, faults_file=injected)

    try:
        with server_in_use():  # a run that `ionloop serve` started is a process of its own, and may outlive it
            return run_through(new_session, lambda session: run_session(session, show=show == "terminal"))
    except Stopped as stop:
        return Cancelled(message=str(stop), data=stop)
    except LeaseHeld as held:  # begun a second time, by a schedule or a button, while it goes on
        return Cancelled(name="Skipped", message=str(held), data=held)
    except IonloopError as error:
        # A state instead of an exception: Prefect would print a traceback where one paragraph says it all.
        return Failed(message=str(error), data=error)


def run_session(session: Session, *, show: bool) -> dict[str, Any]:
    """Run one open session to its end; the stations are safe and the ledger knows why, whatever happens."""
    ledger, campaign_id = session.ledger, session.campaign_id
    close_left_runs(session, present=str(flow_run.id))
    ledger.set_campaign_state(campaign_id, CampaignState.RUNNING, note_flow_run(str(flow_run.name), str(flow_run.id)))
    page = dashboard(str(PREFECT_API_URL.value()))
    window, retraining = ShopWindow(session, page), Retraining(session)
    catalogue = Keeper(ledger, campaign_id, session.tiled_uri, session.folder)

    def learn(work: Work) -> None:
        what = f"calculation {work.number}" if isinstance(work, CalculationRow) else f"experiment {work.number}"
        step("learn", f"learn from {what}", lambda: learn_from(session, work))
        retraining.look()
        window.renew()

    try:
        with (
            window,
            retraining,
            catalogue,
            _display(session, page, show),
            Crew(session) as crew,
            watch_for_stop(session, crew),
        ):
            catch_up(session)
            run_loop(session, crew, learn)
        _leave_to_people(session)
    except Stopped as stop:
        try:
            settle_stop(session, stop)
        except (IonloopError, KeyboardInterrupt) as cut_short:
            # A ledger or an instrument is away. Prefect's run says that it was stopped all the same, and the next start
            # asks there (`close_left_runs`).
            logger.warning("not all could be settled after the stop: %s", cut_short)
            raise stop from cut_short
        raise
    state, why = how_it_ended(session)
    report = session.folder.report
    # The report first: a kill in between leaves a campaign that is resumed and finds nothing left to do but this.
    step("report", f"report {session.spec.name}", lambda: write_report(ledger, campaign_id, report, (state, why)))
    window.link_report(report)
    ledger.set_campaign_state(campaign_id, state, why)
    stopped_by_hand = session.control.now().stopping is not None
    session.control.obeyed()
    if state is CampaignState.STOPPED and not stopped_by_hand:
        raise CampaignStopped(f"Campaign {session.spec.name} was stopped: {why}. The report is {report}.")
    return outcome(session)


def _leave_to_people(session: Session) -> None:
    """Pause a campaign in which nothing is left to do but what a person must say first.

    What broke off at `go` is settled by evidence before: its film was given up, the step may have been done.
    """
    reconcile(session)
    call_off_waiting(session)
    waiting = waiting_steps(session)
    if waiting:
        what = ", ".join(f"`{step.step}` of {step.sample_id}" for step in waiting)
        ask = "`ionloop reconcile` with the same file shows what is known, and takes your word"
        raise Stopped(f"nobody can tell whether {what} was done before a crash; {ask}", CampaignState.PAUSED)
    empty = ran_dry(session)
    if empty:
        ask = "`ionloop stock fill` with the same file says what you filled"
        raise Stopped(f"the next film would run dry: {empty}; {ask}", CampaignState.PAUSED)


def _display(session: Session, page: str, show: bool) -> contextlib.AbstractContextManager[None]:
    if not show:
        return contextlib.nullcontext()
    from flows.progress import show_progress
    from flows.terminal import console

    return show_progress(session, console(), page)
