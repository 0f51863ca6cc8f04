"""The journal: what was intended before a command was sent, and how it turned out."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from ledger.containers import correct, emptied, take, taken_by
from ledger.database import Writing
from ledger.errors import LedgerError
from ledger.kinds import DONE, OPEN, EventKind, StepState
from ledger.records import Records
from ledger.step_queries import allowed, step_of
from ledger.tables import ExperimentRow, PhysicalStepRow, metadata

_STEPS = metadata.tables["physical_step"]


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
            experiment_id, campaign_id = allowed(
                transaction.connection, station=station, token=token, sample=sample, step=step, consuming=consuming
            )
            told = {"order": order_id, "device": device, "station": station, "step": step, "consuming": consuming}
            number = transaction.event(
                EventKind.STEP_INTENDED, f"sample {sample}", campaign_id=campaign_id, payload=told
            )
            written = {
                **told,
                "parameters": dict(parameters),
                "sample_id": sample,
                "experiment_id": experiment_id,
                "token": token,
                "state": StepState.INTENDED.value,
                "words": "",
                "intended_at": transaction.now,
                "event": number,
            }
            written["order_id"] = written.pop("order")
            transaction.insert(PhysicalStepRow, [written])
            if takes is not None:
                take(transaction, self._lab, *takes, order_id, sample, number)

    def confirm(self, order_id: str, as_made: Mapping[str, Any]) -> None:
        """Write down that a step was done, with what the instrument reported.

        Saying so twice changes nothing. An owner whose lease has run out may still confirm: it is the truth.

        Raises:
            LedgerError: if the step was settled otherwise.
        """
        with self._database.writing() as transaction:
            step = step_of(transaction.connection, order_id)
            if step.state == StepState.CONFIRMED:
                return
            told = {"as_made": dict(as_made)}
            _settle(transaction, step, StepState.CONFIRMED, EventKind.STEP_CONFIRMED, told, taken_by(as_made), told)

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
            step = step_of(transaction.connection, order_id)
            told = {"words": words, "begun": begun, "answered": answered}
            written = {"words": words, "evidence": None if answered else {"answered": False}}
            taken = None if begun else 0.0
            _settle(transaction, step, StepState.FAILED, EventKind.STEP_FAILED, told, taken, written)
            if ran_empty:
                emptied(transaction, order_id, step.device, words)

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
            step = step_of(transaction.connection, order_id)
            written: dict[str, Any] = {"evidence": dict(evidence)}
            taken = 0.0 if verdict is StepState.NEVER_STARTED else None
            if verdict is StepState.DONE_BY_EVIDENCE:
                written["as_made"] = dict(evidence.get("as_made", {}))
                taken = taken_by(written["as_made"])
            told = {"verdict": verdict.value, "evidence": written["evidence"]}
            _settle(transaction, step, verdict, EventKind.STEP_RESOLVED, told, taken, written)

    def confirmed(self, sample: str) -> dict[str, dict[str, Any]]:
        """Steps that were done on this sample, with their as-made values; of one that was done again, the last."""
        step = PhysicalStepRow
        query = select(step.step, step.as_made).where(step.sample_id == sample, col(step.state).in_(DONE))
        with self._database.reading() as session:
            return {name: dict(as_made or {}) for name, as_made in session.exec(query.order_by(col(step.event)))}

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


def _unanswered(step: Any) -> bool:
    """Whether a step, or its row, failed without a word of the instrument."""
    return step.state == StepState.FAILED and (step.evidence or {}).get("answered") is False


def _settle(
    transaction: Writing,
    step: Any,
    state: StepState,
    kind: EventKind,
    told: Mapping[str, Any],
    taken_mg: float | None,
    written: Mapping[str, Any],
) -> None:
    """Settle a step.

    Args:
        transaction: In which it is settled.
        step: The step as it was (`ledger.step_queries.step_of`).
        state: What it becomes.
        kind: Of the event that tells of it.
        told: What the event tells beside the step.
        taken_mg: What the step really took from its container; None where nobody knows better.
        written: Columns of the step beside its state.
    """
    later = kind is EventKind.STEP_RESOLVED or (kind is EventKind.STEP_FAILED and _unanswered(step))
    if step.state not in (OPEN | {StepState.FAILED} if later else OPEN):
        raise LedgerError(f"Step {step.step!r} of sample {step.sample_id} is {step.state} and cannot become {state}")
    payload = {"order": step.order_id, "step": step.step, **told}
    number = transaction.event(kind, f"sample {step.sample_id}", campaign_id=step.campaign_id, payload=payload)
    values = {"state": state.value, "settled_event": number, **written}
    transaction.connection.execute(_STEPS.update().where(_STEPS.c.order_id == step.order_id), values)
    if taken_mg is not None:
        correct(transaction, step.order_id, taken_mg, number)
