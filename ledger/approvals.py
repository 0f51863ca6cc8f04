"""Approvals: experiments that policy keeps back until a person has said yes."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from ledger.database import Writing
from ledger.errors import LedgerError, WrongCode
from ledger.experiments import check_move, place_in
from ledger.kinds import ApprovalState, EventKind, ExperimentState
from ledger.records import Records, require
from ledger.tables import ApprovalRow, EventRow, ExperimentRow

MOST_WRONG_CODES = 5
"""So many wrong codes refuse a request: whoever guesses on gets nothing begun, and people hear of it."""
_WRONG = "wrong code"


class Approvals:
    """Asks, takes the answer, and takes silence for a refusal. Every word of it is an event."""

    def __init__(self, ledger: Records) -> None:
        self._database = ledger.database

    def ask(self, experiment_id: int, reasons: Sequence[str], within_s: float) -> ApprovalRow:
        """Ask for an experiment, once; asked again, the request that there is comes back.

        Args:
            experiment_id: A suggested experiment, which is not begun before it is approved.
            reasons: Why policy asks, one sentence each.
            within_s: Wall time after which no answer means refused.
        """
        with self._database.writing() as transaction:
            session = transaction.session
            there = session.exec(select(ApprovalRow).where(ApprovalRow.experiment_id == experiment_id)).first()
            if there is not None:
                return there
            experiment = require(session, ExperimentRow, experiment_id)
            expires_at = transaction.now + timedelta(seconds=within_s)
            number = transaction.event(
                EventKind.APPROVAL_ASKED,
                f"experiment {experiment.number}",
                campaign_id=experiment.campaign_id,
                payload={"reasons": list(reasons), "expires_at": expires_at.isoformat()},
            )
            row = ApprovalRow(
                campaign_id=experiment.campaign_id,
                experiment_id=experiment_id,
                reasons=list(reasons),
                code=secrets.token_hex(3),
                expires_at=expires_at,
                event=number,
            )
            session.add(row)
        return row

    def answer(
        self,
        campaign_id: int,
        experiment: int,
        *,
        approved: bool,
        by: str,
        note: str = "",
        via: str = "command line",
        code: str | None = None,
    ) -> ApprovalRow:
        """Take an answer; a refusal calls the experiment off.

        Args:
            campaign_id: The campaign.
            experiment: Number of the experiment.
            approved: The answer.
            by: Who gives it.
            note: Why.
            via: Where it was given.
            code: The one-time code, where whoever answers has not signed in; None where they have.

        Raises:
            LedgerError: nothing waits for an answer there, or nobody says who answers.
            WrongCode: the code is not that of the request. It was audited, and there is a new code; after
                `MOST_WRONG_CODES` of them the request is refused.
        """
        if not by.strip():
            raise LedgerError("An approval needs the name of whoever gives or refuses it")
        with self._database.writing() as transaction:
            row, of = _waiting(transaction, campaign_id, experiment)
            if ExperimentState(of.state).final:
                raise LedgerError(f"Experiment {experiment} is {of.state}: there is nothing to approve")
            if row.expires_at <= transaction.now:
                raise LedgerError(f"The time to answer for experiment {experiment} was over at {row.expires_at:%H:%M}")
            right = code is None or secrets.compare_digest(code.strip().lower().encode(), row.code.encode())
            if right:
                answer = ApprovalState.APPROVED if approved else ApprovalState.REFUSED
                _decide(transaction, row, of, answer, by, note, via)
            else:
                _count_wrong_code(transaction, row, of, by, via)
        if not right:  # after the transaction, or it would be rolled back with what it wrote down
            raise WrongCode(f"The code is not that of the request for experiment {experiment}")
        return row

    def expire(self, campaign_id: int) -> None:
        """Refuse what nobody answered in time."""
        for row in self.of(campaign_id, ApprovalState.WAITING):
            if row.expires_at <= self._database.wall_now():
                self._end(row.id, ApprovalState.EXPIRED, "nobody approved it in time")

    def withdraw(self, approval_id: int, why: str) -> None:
        """Call off what waits for an answer."""
        self._end(approval_id, ApprovalState.WITHDRAWN, why)

    def _end(self, approval_id: int, state: ApprovalState, why: str) -> None:
        with self._database.writing() as transaction:
            row = require(transaction.session, ApprovalRow, approval_id)
            of = require(transaction.session, ExperimentRow, row.experiment_id)
            if row.state == ApprovalState.WAITING:
                _decide(transaction, row, of, state, "", why, "nobody")

    def not_taken(self, approval_id: int, why: str) -> ApprovalRow:
        """An answer could not be taken where nobody signs in: that is audited, and a code that was seen is void."""
        with self._database.writing() as transaction:
            row = require(transaction.session, ApprovalRow, approval_id)
            of = require(transaction.session, ExperimentRow, row.experiment_id)
            told = {"answer": "not taken", "why": why}
            subject = f"experiment {of.number}"
            transaction.event(EventKind.APPROVAL_ANSWERED, subject, campaign_id=row.campaign_id, payload=told)
            row.code = secrets.token_hex(3)
        return row

    def waits_in(self, approval_id: int, flow_run_id: str | None) -> None:
        """Note which Prefect run waits for the answer. No event: it is where people look, not what happened."""
        with self._database.writing() as transaction:
            require(transaction.session, ApprovalRow, approval_id).flow_run_id = flow_run_id

    def request(self, approval_id: int) -> ApprovalRow:
        """One request, as it stands now."""
        with self._database.reading() as session:
            return require(session, ApprovalRow, approval_id)

    def of(self, campaign_id: int, state: ApprovalState | None = None) -> list[ApprovalRow]:
        """Every request of a campaign, oldest first, or those in one state."""
        query = select(ApprovalRow).where(ApprovalRow.campaign_id == campaign_id)
        if state is not None:
            query = query.where(ApprovalRow.state == state.value)
        with self._database.reading() as session:
            return list(session.exec(query.order_by(col(ApprovalRow.id))))


def _waiting(transaction: Writing, campaign_id: int, number: int) -> tuple[ApprovalRow, ExperimentRow]:
    query = (
        select(ApprovalRow, ExperimentRow)
        .join(ExperimentRow, col(ExperimentRow.id) == col(ApprovalRow.experiment_id))
        .where(ApprovalRow.campaign_id == campaign_id, ExperimentRow.number == number)
    )
    found = transaction.session.exec(query).first()
    if found is None:
        raise LedgerError(f"Nobody asked for an approval of experiment {number}")
    if found[0].state != ApprovalState.WAITING:
        raise LedgerError(
            f"Experiment {number} is {found[0].state} already" + (f" by {found[0].by}" * bool(found[0].by))
        )
    return found


def _count_wrong_code(transaction: Writing, row: ApprovalRow, experiment: ExperimentRow, by: str, via: str) -> None:
    """Audit a wrong code and make a new one; the last that is borne refuses the request."""
    subject = f"experiment {experiment.number}"
    told = {"answer": _WRONG, "by": by, "via": via}
    transaction.event(EventKind.APPROVAL_ANSWERED, subject, campaign_id=row.campaign_id, payload=told)
    row.code = secrets.token_hex(3)
    answers = select(EventRow).where(
        EventRow.campaign_id == row.campaign_id,
        EventRow.kind == EventKind.APPROVAL_ANSWERED.value,
        EventRow.subject == subject,
    )
    wrong = sum(event.payload.get("answer") == _WRONG for event in transaction.session.exec(answers))
    if wrong >= MOST_WRONG_CODES:
        note = f"{wrong} wrong codes were given for it"
        _decide(transaction, row, experiment, ApprovalState.REFUSED, "", note, via)


def _decide(
    transaction: Writing,
    row: ApprovalRow,
    experiment: ExperimentRow,
    state: ApprovalState,
    by: str,
    note: str,
    via: str,
) -> None:
    row.decided_event = transaction.event(
        EventKind.APPROVAL_ANSWERED,
        f"experiment {experiment.number}",
        campaign_id=row.campaign_id,
        payload={"answer": state.value, "by": by, "note": note, "via": via, "reasons": row.reasons},
    )
    row.state, row.by, row.note, row.via = state.value, by, note, via
    if state is ApprovalState.APPROVED or ExperimentState(experiment.state).final:
        return
    why = note
    if state is ApprovalState.REFUSED and by:
        why = f"refused by {by}" + (f": {note}" if note else "")
    check_move(experiment, ExperimentState.CANCELLED)
    told = {"from": experiment.state, "to": ExperimentState.CANCELLED.value, "why": why}
    number = transaction.event(
        EventKind.EXPERIMENT_MOVED, f"experiment {experiment.number}", campaign_id=row.campaign_id, payload=told
    )
    place_in(transaction, experiment, ExperimentState.CANCELLED, number, why, None)
