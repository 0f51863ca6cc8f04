"""After a crash: ask the instruments what really happened, before anything moves."""

from devices.evidence import Evidence, Finding, evidence
from devices.instrument import Instrument
from devices.lab import Lab
from flows.session import Session
from flows.stopping import Stopped
from ledger.journal import Journal
from ledger.kinds import CampaignState, ExperimentState, StepState
from ledger.tables import ExperimentRow, PhysicalStepRow

VERDICTS = {
    Finding.DONE: StepState.DONE_BY_EVIDENCE,
    Finding.NEVER_STARTED: StepState.NEVER_STARTED,
}
"""Everything else is unknown: the sample is discarded, and nothing is ever repeated on a guess."""


def reconcile(session: Session) -> list[ExperimentRow]:
    """Settle every step that was intended and never confirmed; the experiments that go on, in their order."""
    journal = Journal(session.ledger)
    for open_step in journal.open_steps(campaign_id=session.campaign_id):
        _settle(session, journal, open_step)
    return _unfinished(session)


def _unfinished(session: Session) -> list[ExperimentRow]:
    return [e for e in session.ledger.experiments(session.campaign_id) if not ExperimentState(e.state).final]


def _settle(session: Session, journal: Journal, open_step: PhysicalStepRow) -> None:
    found = _ask(session.lab, journal, open_step)
    verdict = VERDICTS.get(found.finding, StepState.UNKNOWN)
    journal.resolve(open_step.order_id, verdict, {"words": found.words, "as_made": found.as_made})
    if verdict is StepState.UNKNOWN:
        experiment = session.ledger.experiment(open_step.experiment_id)
        if not ExperimentState(experiment.state).final:
            why = f"nobody can tell whether `{open_step.step}` was done before the crash: {found.words}"
            session.ledger.move(experiment.id, ExperimentState.DISCARDED, why)


def _ask(lab: Lab, journal: Journal, open_step: PhysicalStepRow) -> Evidence:
    station = lab.stations.get(open_step.station)
    device = next((d for d in station.instruments.values() if d.name == open_step.device), None) if station else None
    if device is None:
        return Evidence(
            finding=Finding.UNKNOWN, words=f"the lab file has no {open_step.device} at {open_step.station} any more"
        )
    return evidence(device, open_step.order_id, count_before=_count_before(journal, device, open_step))


def _count_before(journal: Journal, device: Instrument, open_step: PhysicalStepRow) -> float | None:
    """The instrument's own count after the last step that was confirmed there; None where nothing was."""
    last = journal.last_confirmed(open_step.station, device.name)
    if last is not None and last.as_made and "count" in last.as_made:
        return float(last.as_made["count"])
    return 0.0 if not device.accepted.get() else None  # an instrument that never took an order never began this one


def settle_stop(session: Session, stop: Stopped) -> None:
    """Write down how a stopped campaign stands; one that was aborted has ended for good, with its experiments."""
    if stop.campaign_state == CampaignState.ABORTED:
        # Cancelled first: a film that was cut off says nothing against its formulation, as a discarded one would.
        for experiment in _unfinished(session):
            session.ledger.move(experiment.id, ExperimentState.CANCELLED, str(stop))
        reconcile(session)
    session.ledger.set_campaign_state(session.campaign_id, stop.campaign_state, str(stop))
