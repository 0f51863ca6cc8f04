"""After a crash: ask the instruments what really happened, before anything moves."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from devices.clock import sleep
from devices.errors import NeverSent
from devices.evidence import evidence
from devices.finding import Evidence, Finding
from devices.instrument import Instrument
from devices.protocols import RAN_EMPTY, Clock, Hold
from devices.station import Station
from flows.control import in_words
from flows.session import LEDGER_PATIENCE_S, Session
from flows.step_evidence import device_of, instrument_facts
from flows.stopping import Stopped
from ledger.approvals import Approvals
from ledger.errors import LeaseHeld
from ledger.journal import Journal
from ledger.kinds import ApprovalState, CalculationState, CampaignState, ExperimentState, StepState
from ledger.tables import CalculationRow, ExperimentRow, PhysicalStepRow

VERDICTS = {
    Finding.DONE: StepState.DONE_BY_EVIDENCE,
    Finding.NEVER_STARTED: StepState.NEVER_STARTED,
}
"""What is neither, nor reported as failed by the instrument itself, is unknown: nothing is repeated on a guess."""
LOOK_AGAIN_S = 30.0
"""Lab time between two looks at an instrument that is still busy."""

Sleep = Callable[[float], None]
"""Lets seconds of lab time pass for whoever waits; may raise what ends the wait."""


@dataclass(frozen=True)
class Waiting:
    """How whoever asks the instruments waits for them."""

    rest: Sleep
    """Lets lab time pass."""
    hold: Hold
    """On the clock."""
    reached: Callable[[Station], int] = Station.largest_token
    """The largest token that a station has seen; may wait while it cannot be reached."""


def reconcile(session: Session, waiting: Waiting | None = None) -> list[ExperimentRow]:
    """Settle every step that was intended and never confirmed; the experiments that go on, in their order.

    An instrument that is still busy is waited for in lab time. A film whose step failed is called off: it says nothing
    about its formulation, so its experiment ends as cancelled, neither failed nor discarded, and counts as tried in the
    campaign's budget. So is one whose step nobody can tell, unless the campaign says `unknown_steps: ask`: then it
    waits for a person. A step that was once found unknown is not asked for again; one that failed for want of an answer
    is, since the instrument may have ended it after its deadline.

    Args:
        session: The campaign, its ledger and its lab.
        waiting: How a caller waits who has a hold on the clock already.
    """
    journal = session.journal
    with _waiting(session.lab.clock, waiting) as wait:
        for open_step in journal.open_steps(campaign_id=session.campaign_id):
            if open_step.state == StepState.INTENDED:
                _settle(session, journal, open_step, wait)
        for failed in journal.unanswered_steps(session.campaign_id):
            with contextlib.suppress(NeverSent, LeaseHeld):
                _settle_late(journal, failed, _ask(session, failed, wait))
    # By what the journal says, not by what was just found: so a crash in here loses nothing either.
    ask = session.spec.unknown_steps == "ask"
    for experiment in _unfinished(session):
        why = _why_lost(session, journal, experiment, but=StepState.UNKNOWN if ask else None)
        if why:
            session.ledger.move(experiment.id, ExperimentState.CANCELLED, why)
    call_off_waiting(session)
    for_a_person = {step.experiment_id for step in waiting_steps(session)}
    return [experiment for experiment in _unfinished(session) if experiment.id not in for_a_person]


@contextlib.contextmanager
def _waiting(clock: Clock, callers: Waiting | None) -> Iterator[Waiting]:
    """The caller's own way to wait, or one with a hold of its own."""
    if callers is not None:
        yield callers
        return
    hold = clock.hold()
    try:
        yield Waiting(lambda seconds: sleep(clock, seconds, hold), hold)
    finally:
        hold.release()


def call_off_waiting(session: Session) -> None:
    """End the experiments that wait for a person, where they, or the whole campaign, were told to end."""
    orders, waiting = session.control.now(), {step.experiment_id for step in waiting_steps(session)}
    for experiment in _unfinished(session):
        command = orders.calling_off(experiment.number) or orders.stopping
        if experiment.id in waiting and command is not None:
            session.ledger.move(experiment.id, ExperimentState.CANCELLED, in_words(command))


def waiting_steps(session: Session) -> list[PhysicalStepRow]:
    """The steps of unfinished experiments that only a person can settle."""
    unfinished = {experiment.id for experiment in _unfinished(session)}
    steps = session.journal.open_steps(campaign_id=session.campaign_id)
    return [s for s in steps if s.state == StepState.UNKNOWN and s.experiment_id in unfinished]


def unfinished_calculations(session: Session) -> list[CalculationRow]:
    """Calculations that a crash or a stop left under way."""
    rows = session.ledger.calculations(session.campaign_id)
    return [row for row in rows if not CalculationState(row.state).final]


def _unfinished(session: Session) -> list[ExperimentRow]:
    return [e for e in session.ledger.experiments(session.campaign_id) if not ExperimentState(e.state).final]


def _settle(session: Session, journal: Journal, open_step: PhysicalStepRow, waiting: Waiting) -> None:
    found = _ask(session, open_step, waiting)
    if found.finding is Finding.FAILED:
        journal.fail(open_step.order_id, found.words, ran_empty=RAN_EMPTY in found.words)
        return
    verdict = VERDICTS.get(found.finding, StepState.UNKNOWN)
    told: dict[str, Any] = {"words": found.words, "as_made": found.as_made}
    if verdict is StepState.UNKNOWN:  # kept for the person who is to tell: by then the instrument may have gone on
        told["facts"] = [fact.model_dump() for fact in instrument_facts(session, open_step)]
    journal.resolve(open_step.order_id, verdict, told)


def settle_unanswered(session: Session, station: Station, rest: Sleep) -> None:
    """Ask the instruments of a station, whose lease is ours, for the orders that had no answer in time.

    Before they are given another order: by then they remember only that one. One that is still busy is waited for; one
    that cannot be reached is left as it is.
    """
    for failed in session.journal.unanswered_steps(session.campaign_id):
        device = next((d for d in station.instruments.values() if d.name == failed.device), None)
        if failed.station == station.name and device is not None:
            with contextlib.suppress(NeverSent):
                _settle_late(session.journal, failed, _once_ended(device, failed, session.lab.clock, rest))


def _settle_late(journal: Journal, failed: PhysicalStepRow, found: Evidence) -> None:
    """Put into the journal what an instrument says later than it should have; what it cannot tell stays failed."""
    if found.finding in VERDICTS:
        told = {"words": f"{found.words}, later than it should", "as_made": found.as_made}
        journal.resolve(failed.order_id, VERDICTS[found.finding], told)
    elif found.finding is Finding.FAILED:
        journal.fail(failed.order_id, found.words, ran_empty=RAN_EMPTY in found.words)


def _why_lost(session: Session, journal: Journal, experiment: ExperimentRow, but: StepState | None) -> str:
    """Why the experiment's film cannot be gone on with, in words; empty where it can. A step in state `but` is none."""
    for sample in session.ledger.samples(experiment.id):
        for step in journal.steps(sample.id):
            if step.state == but:
                continue
            if step.state == StepState.UNKNOWN:
                words = (step.evidence or {}).get("words", "")
                return f"nobody can tell whether `{step.step}` was done before the controller ended: {words}"
            if step.state == StepState.FAILED:
                return f"`{step.step}` did not end well before the controller ended: {step.words}"
    return ""


def _ask(session: Session, open_step: PhysicalStepRow, waiting: Waiting) -> Evidence:
    lab = session.lab
    station, device = lab.stations.get(open_step.station), device_of(session, open_step)
    if station is None or device is None:
        return Evidence(
            finding=Finding.UNKNOWN, words=f"the lab file has no {open_step.device} at {open_step.station} any more"
        )
    with session.leasing.lease(station.name, above=waiting.reached(station), hold=waiting.hold) as token:
        # The fence first: an order that a former controller, asleep till now, still had to send must not come after.
        device.fence(token)
        try:
            return _once_ended(device, open_step, lab.clock, waiting.rest)
        finally:
            device.leave()


def _once_ended(device: Instrument, open_step: PhysicalStepRow, clock: Clock, rest: Sleep) -> Evidence:
    """The evidence, once the instrument is no longer busy with the order, or it has had all the time it may take."""
    before = open_step.parameters.get("before")
    latest = clock.now() + _time_limit_s(device, open_step)
    previous = None
    while True:
        found = evidence(device, open_step.order_id, before=before, asked=open_step.parameters)
        # One that began it and says no end may be about to say it: busy goes out before the echo comes.
        ending = (
            found.finding is Finding.UNKNOWN and device.state().accepted == open_step.order_id and found != previous
        )
        if found.finding is not Finding.RUNNING and not ending:
            return found
        previous = found
        left_s = latest - clock.now()
        if left_s <= 0:
            return Evidence(finding=Finding.UNKNOWN, words=f"{found.words}, longer than it may take")
        rest(min(LOOK_AGAIN_S, left_s))


def _time_limit_s(device: Instrument, open_step: PhysicalStepRow) -> float:
    """Lab time that the step may take at most, s."""
    told = {name: value for name, value in open_step.parameters.items() if name not in ("command", "before")}
    for kind in device.understands:
        if kind.__name__ == open_step.parameters.get("command"):
            return device.time_limit_s(kind.model_validate({**told, "step": open_step.step}))
    return device.deadline_s


def settle_stop(session: Session, stop: Stopped) -> None:
    """Write down how a stopped campaign stands; one that was aborted has ended for good, with its experiments.

    A ledger that is away is waited for where the campaign was aborted: the lab is safe by now, and an abort that is not
    written down would be forgotten. One that is only left goes on whatever its state says.
    """
    if stop.campaign_state == CampaignState.ABORTED:
        session.ledger.be_patient(LEDGER_PATIENCE_S)
    session.ledger.set_campaign_state(session.campaign_id, stop.campaign_state, str(stop))
    if stop.campaign_state == CampaignState.ABORTED:
        # Cancelled first: a film that was cut off says nothing against its formulation. Then the steps are settled,
        # which waits for instruments that nobody can stop.
        for request in Approvals(session.ledger).of(session.campaign_id, ApprovalState.WAITING):
            Approvals(session.ledger).withdraw(request.id, str(stop))
        for experiment in _unfinished(session):
            session.ledger.move(experiment.id, ExperimentState.CANCELLED, str(stop))
        for calculation in unfinished_calculations(session):
            session.ledger.end_calculation(calculation.id, CalculationState.CANCELLED, str(stop))
        reconcile(session)
        session.control.obeyed()
