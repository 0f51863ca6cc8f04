"""The journal: what was intended before a command was sent, and how it turned out."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from ledger.containers import correct, emptied, take, taken_by
from ledger.database import Writing
from ledger.errors import LeaseLost, LedgerError, StepRepeated
from ledger.kinds import DONE, OPEN, EventKind, StepState
from ledger.records import Records, require
from ledger.tables import ExperimentRow, LeaseRow, PhysicalStepRow, SampleRow


class Journal:
    """Writes and reads physical steps. A consuming step happens at most once per sample and step name."""

    def __init__(self, ledger: Records, lab: str = "") -> None:
        """`lab` is the one whose stock the steps take from (`ledger.stock`)."""
        self._database, self._lab = ledger.database, lab

    def intend(
        self,
        order_id: str,
        device: str,
        station: str,
        step: str,
        sample: str,
        parameters: Mapping[str, Any],
        token: int,
        consuming: bool = True,
        takes: tuple[str, float] | None = None,
    ) -> None:
        """Write a step down before its command is sent. When this returns it is on disk.

        `takes` is what it takes from which container of the lab, mg.

        Raises:
            StepRepeated: if the step is consuming and was, or may have been, done on this sample before; a step that
                failed or is open must first be resolved as never started.
            LeaseLost: if the station has an owner with another token.
            OutOfStock: if the container holds less.
            LedgerError: if the sample is not in the ledger.
        """
        with self._database.writing() as transaction:
            session = transaction.session
            experiment_id, campaign_id = _experiment_of(session, sample)
            _refuse_stale_token(session, station, token)
            if consuming:
                _refuse_second_time(session, sample, step)
            told = {"order": order_id, "device": device, "station": station, "step": step, "consuming": consuming}
            number = transaction.event(
                EventKind.STEP_INTENDED, f"sample {sample}", campaign_id=campaign_id, payload=told
            )
            session.add(
                PhysicalStepRow(
                    order_id=order_id,
                    device=device,
                    station=station,
                    step=step,
                    consuming=consuming,
                    parameters=dict(parameters),
                    sample_id=sample,
                    experiment_id=experiment_id,
                    token=token,
                    intended_at=transaction.now,
                    event=number,
                )
            )
            if takes is not None:
                take(transaction, self._lab, *takes, order_id, sample, number)

    def confirm(self, order_id: str, as_made: Mapping[str, Any]) -> None:
        """Write down that a step was done, with what the instrument reported.

        Saying so twice changes nothing. An owner whose lease has run out may still confirm: it is the truth.

        Raises:
            LedgerError: if the step was settled otherwise.
        """
        with self._database.writing() as transaction:
            row = require(transaction.session, PhysicalStepRow, order_id)
            if row.state == StepState.CONFIRMED:
                return
            row.as_made = dict(as_made)
            _settle(
                transaction,
                row,
                StepState.CONFIRMED,
                EventKind.STEP_CONFIRMED,
                {"as_made": row.as_made},
                taken_by(row.as_made),
            )

    def fail(
        self, order_id: str, words: str, *, begun: bool = True, answered: bool = True, ran_empty: bool = False
    ) -> None:
        """Write down that a step failed.

        Args:
            order_id: The step.
            words: Why: the instrument's own words, or what the controller saw.
            begun: Whether it had begun.
            answered: Whether the instrument itself said that it failed. Where it did not, as when a deadline passed, it
                may say later what became of it (`unanswered_steps`).
            ran_empty: Whether the container that the step takes from ran empty, as the instrument says.

        Raises:
            LedgerError: if the step was settled otherwise.
        """
        with self._database.writing() as transaction:
            row = require(transaction.session, PhysicalStepRow, order_id)
            told = {"words": words, "begun": begun, "answered": answered}
            _settle(transaction, row, StepState.FAILED, EventKind.STEP_FAILED, told, None if begun else 0.0)
            row.words, row.evidence = words, None if answered else {"answered": False}
            if ran_empty:
                emptied(transaction, order_id, row.device, words)

    def resolve(self, order_id: str, verdict: StepState | str, evidence: Mapping[str, Any]) -> None:
        """Settle a step that a crash left open, or a failed one, by evidence: done, never started, or unknown.

        Values under `as_made` in the evidence become the step's as-made values.

        Raises:
            LedgerError: for another verdict, or a step that is settled.
        """
        verdict = StepState(verdict)
        if verdict not in (StepState.DONE_BY_EVIDENCE, StepState.NEVER_STARTED, StepState.UNKNOWN):
            raise LedgerError(f"A step cannot be resolved as {verdict}: say done_by_evidence, never_started or unknown")
        with self._database.writing() as transaction:
            row = require(transaction.session, PhysicalStepRow, order_id)
            row.evidence = dict(evidence)
            taken = 0.0 if verdict is StepState.NEVER_STARTED else None
            if verdict is StepState.DONE_BY_EVIDENCE:
                row.as_made = dict(evidence.get("as_made", {}))
                taken = taken_by(row.as_made)
            told = {"verdict": verdict.value, "evidence": row.evidence}
            _settle(transaction, row, verdict, EventKind.STEP_RESOLVED, told, taken)

    def confirmed(self, sample: str, step: str) -> dict[str, Any] | None:
        """As-made values of a step that was done on this sample; None if it was not, or nobody knows yet."""
        query = select(PhysicalStepRow).where(
            PhysicalStepRow.sample_id == sample,
            PhysicalStepRow.step == step,
            col(PhysicalStepRow.state).in_(DONE),
        )
        with self._database.reading() as session:
            row = session.exec(query.order_by(col(PhysicalStepRow.event).desc()).limit(1)).first()
            return None if row is None else row.as_made or {}

    def step(self, order_id: str) -> PhysicalStepRow | None:
        """The step of an order; None where this ledger knows none."""
        with self._database.reading() as session:
            return session.get(PhysicalStepRow, order_id)

    def steps(self, sample: str) -> list[PhysicalStepRow]:
        """Every step of a sample, in the order in which they were intended."""
        query = select(PhysicalStepRow).where(PhysicalStepRow.sample_id == sample)
        with self._database.reading() as session:
            return list(session.exec(query.order_by(col(PhysicalStepRow.event))))

    def unanswered_steps(self, campaign_id: int) -> list[PhysicalStepRow]:
        """Steps that failed without a word of the instrument, and of which nobody has found out more, oldest first."""
        query = (
            select(PhysicalStepRow)
            .join(ExperimentRow, col(ExperimentRow.id) == col(PhysicalStepRow.experiment_id))
            .where(ExperimentRow.campaign_id == campaign_id, PhysicalStepRow.state == StepState.FAILED.value)
            .order_by(col(PhysicalStepRow.event))
        )
        with self._database.reading() as session:
            return [row for row in session.exec(query) if _unanswered(row)]

    def open_steps(
        self, *, campaign_id: int | None = None, experiment_id: int | None = None, station: str | None = None
    ) -> list[PhysicalStepRow]:
        """Steps that were intended and not settled, or that nobody could tell, oldest first."""
        query = select(PhysicalStepRow).where(col(PhysicalStepRow.state).in_(OPEN))
        if campaign_id is not None:
            query = query.join(ExperimentRow, col(ExperimentRow.id) == col(PhysicalStepRow.experiment_id))
            query = query.where(ExperimentRow.campaign_id == campaign_id)
        if experiment_id is not None:
            query = query.where(PhysicalStepRow.experiment_id == experiment_id)
        if station is not None:
            query = query.where(PhysicalStepRow.station == station)
        with self._database.reading() as session:
            return list(session.exec(query.order_by(col(PhysicalStepRow.event))))


def _experiment_of(session: Session, sample: str) -> tuple[int, int]:
    """Experiment and campaign of a sample, without reading what they hold: the journal writes often."""
    query = select(col(ExperimentRow.id), col(ExperimentRow.campaign_id))
    found = session.exec(
        query.join(SampleRow, col(SampleRow.experiment_id) == col(ExperimentRow.id)).where(SampleRow.id == sample)
    ).first()
    if found is None:
        raise LedgerError(f"The ledger has no sample {sample!r}")
    return found


def _refuse_stale_token(session: Session, station: str, token: int) -> None:
    lease = session.get(LeaseRow, station)
    if lease is not None and lease.token != token:
        raise LeaseLost(f"Token {token} is not that of {station}, which is at {lease.token} (owner: {lease.owner})")


def _refuse_second_time(session: Session, sample: str, step: str) -> None:
    before = session.exec(
        select(PhysicalStepRow).where(
            PhysicalStepRow.sample_id == sample,
            PhysicalStepRow.step == step,
            PhysicalStepRow.consuming,
            PhysicalStepRow.state != StepState.NEVER_STARTED.value,
        )
    ).first()
    if before is not None:
        raise StepRepeated(
            f"Step {step!r} of sample {sample} is {before.state} (order {before.order_id}): not repeated"
        )


def _unanswered(row: PhysicalStepRow) -> bool:
    return row.state == StepState.FAILED and (row.evidence or {}).get("answered") is False


def _settle(
    transaction: Writing,
    row: PhysicalStepRow,
    state: StepState,
    kind: EventKind,
    told: dict[str, Any],
    taken_mg: float | None,
) -> None:
    """Settle a step; `taken_mg` is what it really took from its container, None where nobody knows better."""
    later = kind is EventKind.STEP_RESOLVED or (kind is EventKind.STEP_FAILED and _unanswered(row))
    if row.state not in (OPEN | {StepState.FAILED} if later else OPEN):
        raise LedgerError(f"Step {row.step!r} of sample {row.sample_id} is {row.state} and cannot become {state}")
    _, campaign_id = _experiment_of(transaction.session, row.sample_id)
    payload = {"order": row.order_id, "step": row.step, **told}
    row.settled_event = transaction.event(kind, f"sample {row.sample_id}", campaign_id=campaign_id, payload=payload)
    row.state = state.value
    if taken_mg is not None:
        correct(transaction, row.order_id, taken_mg, row.settled_event)
