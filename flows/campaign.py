"""The campaign flow: suggest, make, measure, analyse, learn, and again, until the budget is spent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prefect import flow, runtime

from chemistry.errors import IonloopError
from flows import artifacts
from flows.crew import Crew
from flows.experiment import carry_out
from flows.learn import learn_from
from flows.report.page import write_report
from flows.resume import reconcile
from flows.session import Session, open_session
from flows.step import step
from flows.stopping import Stopped, watch_for_cancel
from flows.suggest import suggest_next
from ledger.tables import ExperimentRow


class CampaignStopped(IonloopError):
    """The campaign ended before its budget was spent; the ledger holds the reason."""


@flow(name="campaign", flow_run_name="{campaign_file}", persist_result=False, validate_parameters=False)
def campaign(campaign_file: str, folder: str | None = None, ledger_url: str | None = None, hardware: bool = False) -> dict[str, Any]:
    """Run the campaign of a file, or go on where it was stopped, killed or cut off.

    Args:
        campaign_file: The campaign file (YAML).
        folder: Where ledger, lab record and report go; `runs/NAME` by default.
        ledger_url: A database for the ledger, in place of SQLite in the folder.
        hardware: Whether a lab file that drives real instruments is allowed.

    Returns:
        What the ledger holds of the campaign at its end: name, run, state, experiments by state, report, ledger.
    """
    place = Path(folder) if folder else None
    with open_session(Path(campaign_file), place, ledger_url, hardware=hardware) as session:
        return run_session(session)


def run_session(session: Session) -> dict[str, Any]:
    """Run one open session to its end, and leave the stations safe whatever happens."""
    session.ledger.set_campaign_state(session.campaign_id, "running", f"flow run {runtime.flow_run.name or 'none'}")
    try:
        with Crew(session) as crew, watch_for_cancel(crew):
            _loop(session, crew)
    except Stopped as stop:
        session.ledger.set_campaign_state(session.campaign_id, stop.campaign_state, str(stop))
        artifacts.publish(session)
        raise
    state, why = _verdict(session)
    session.ledger.set_campaign_state(session.campaign_id, state, why)
    step("report", f"report {session.spec.name}", lambda: write_report(session.ledger, session.campaign_id, session.folder.report))
    artifacts.publish(session)
    if state == "stopped":
        raise CampaignStopped(f"Campaign `{session.spec.name}` was stopped: {why} The report is {session.folder.report}.")
    return artifacts.outcome(session)


def _loop(session: Session, crew: Crew) -> None:
    """Keep `batch` experiments in flight; a result is learnt from as soon as it arrives."""
    waiting: Iterator[ExperimentRow] = iter(step("reconcile", "ask the instruments what happened", lambda: reconcile(session, crew)))
    while True:
        while crew.in_flight < session.spec.budget.batch:
            experiment = next(waiting, None) or _suggest(session)
            if experiment is None:
                break
            crew.begin(experiment, lambda hold, it=experiment: carry_out(session, crew, it, hold))
        if not crew.in_flight:
            return
        experiment = crew.wait_for_one()
        step("learn", f"learn from experiment {experiment.number}", lambda it=experiment: learn_from(session, it))
        artifacts.publish(session)


def _suggest(session: Session) -> ExperimentRow | None:
    """The next experiment, or None where the budget is spent or too much has failed."""
    tried = len(session.ledger.experiments(session.campaign_id))
    if tried >= session.spec.budget.experiments or _too_many_failures(session):
        return None
    return step("suggest", f"suggest experiment {tried + 1}", lambda: suggest_next(session))


def _too_many_failures(session: Session) -> str:
    """Why the campaign must stop, where more than the allowed share of its experiments gave nothing; else empty."""
    ended = session.ledger.experiments(session.campaign_id, states=["observed", "failed", "discarded"])
    bad = [e for e in ended if e.state != "observed"]
    limit = session.spec.budget.failure_limit
    if len(ended) < 10 or len(bad) <= limit * len(ended):
        return ""
    return f"{len(bad)} of {len(ended)} experiments gave no result, more than the limit of {limit:.0%}. Last reason: {bad[-1].why}"


def _verdict(session: Session) -> tuple[str, str]:
    why = _too_many_failures(session)
    return ("stopped", why) if why else ("finished", "the budget is spent")
