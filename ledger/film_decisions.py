"""What the quality gate decided of films: each decision in one transaction with what follows from it."""

from typing import Any

from sqlmodel import col, select

from ledger.errors import LedgerError
from ledger.experiments import check_move, place_in
from ledger.kinds import EventKind, ExperimentState, GateDecision
from ledger.records import Records, require
from ledger.samples import new_sample
from ledger.tables import ExperimentRow, FilmDecisionRow, SampleRow

FOLLOWS: dict[GateDecision, ExperimentState] = {
    GateDecision.MEASURE_AGAIN: ExperimentState.MEASURING,
    GateDecision.PRESS_AGAIN: ExperimentState.MAKING,
    GateDecision.MAKE_AGAIN: ExperimentState.MAKING,
    GateDecision.DISCARD: ExperimentState.DISCARDED,
}
"""The state that an experiment goes into; one that is accepted is closed by its observations."""


class FilmDecisionRecords(Records):
    """What the ledger knows of the quality gate."""

    def decide(
        self,
        experiment_id: int,
        sample_id: str,
        decision: GateDecision | str,
        reason: str,
        evidence: dict[str, Any],
        result: dict[str, Any] | None = None,
    ) -> FilmDecisionRow:
        """Record a decision of a measured film, and move its experiment on; a film to be made again has a new sample.

        Args:
            experiment_id: An experiment that has been measured.
            sample_id: The film.
            decision: What becomes of it.
            reason: Why, for people.
            evidence: What it rests on, and what is to be done: plain values.
            result: What is kept with an experiment that is discarded.

        Raises:
            IllegalMove: the experiment has not been measured.
            LedgerError: the sample is none of the experiment.
        """
        decision = GateDecision(decision)
        with self.database.writing() as transaction:
            session = transaction.session
            experiment = require(session, ExperimentRow, experiment_id)
            sample = require(session, SampleRow, sample_id)
            if sample.experiment_id != experiment_id:
                raise LedgerError(f"Sample {sample_id} is none of experiment {experiment.number}")
            state = FOLLOWS.get(decision)
            check_move(experiment, state or ExperimentState.OBSERVED)
            number = transaction.event(
                EventKind.FILM_JUDGED,
                f"sample {sample_id}",
                campaign_id=experiment.campaign_id,
                payload={"experiment": experiment.number, "decision": decision.value, "reason": reason},
            )
            row = FilmDecisionRow(
                experiment_id=experiment_id,
                sample_id=sample_id,
                decision=decision.value,
                reason=reason,
                evidence=evidence,
                event=number,
            )
            session.add(row)
            if decision is GateDecision.MAKE_AGAIN:
                new_sample(transaction, experiment, sample.position, sample_id)
            if state is not None:
                told = {"from": experiment.state, "to": state.value, "why": reason}
                subject = f"experiment {experiment.number}"
                moved = transaction.event(
                    EventKind.EXPERIMENT_MOVED, subject, campaign_id=experiment.campaign_id, payload=told
                )
                place_in(transaction, experiment, state, moved, reason if state.final else "", result)
        return row

    def film_decisions(self, experiment_id: int) -> list[FilmDecisionRow]:
        """Decisions of an experiment's films, oldest first."""
        query = select(FilmDecisionRow).where(FilmDecisionRow.experiment_id == experiment_id)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(FilmDecisionRow.id))))
