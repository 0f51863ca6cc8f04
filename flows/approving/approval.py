"""Experiments that wait for a person's yes, as the loop sees them."""

from collections.abc import Iterator

from flows.approving.policy import ApprovalPolicy
from flows.control import Orders, in_words
from flows.session import Session
from ledger.approvals import Approvals
from ledger.kinds import ApprovalState, ExperimentState
from ledger.tables import ApprovalRow, CampaignCommandRow, ExperimentRow
from planners.breeding import grown

FIRST_USE = "It is the first experiment on the real instruments of this lab."


class Desk:
    """Keeps back what policy says a person must approve, and hands out what was approved."""

    def __init__(self, session: Session) -> None:
        self._session, self._policy = session, session.spec.approval
        self._approvals = Approvals(session.ledger)
        self._real = not session.lab.simulated  # whatever its file says: only the lab itself knows
        self._quiet = not self._real and self._policy == ApprovalPolicy(within=self._policy.within)
        """Whether there is nothing that it could ask for."""
        self._let_go: set[int] = set()
        """Experiments that were handed out; their threads may not have said so in the ledger yet."""

    def keeps_back(self, experiment: ExperimentRow) -> bool:
        """Whether it must not be begun now; asks for its approval where policy says so and nobody has yet."""
        if self._quiet or experiment.state != ExperimentState.SUGGESTED:
            return False
        row = self._request(experiment)
        if row is None:
            reasons = self._reasons(experiment)
            row = self._approvals.ask(experiment.id, reasons, 3600 * self._policy.within) if reasons else None
        if row is not None and row.state != ApprovalState.APPROVED:
            return True
        self._let_go.add(experiment.id)
        return False

    def open_for_suggestions(self) -> bool:
        """Whether more may be suggested: not while the first use of the instruments, or a whole batch, is asked for."""
        waiting = self.waiting()
        first = any(FIRST_USE in row.reasons for row in waiting)
        return not first and len(waiting) < self._session.spec.budget.batch

    def waiting(self) -> list[ApprovalRow]:
        """Requests that nobody has answered, and that may still be."""
        if self._quiet:
            return []
        self._approvals.expire(self._session.campaign_id)
        return self._approvals.of(self._session.campaign_id, ApprovalState.WAITING)

    def released(self) -> ExperimentRow | None:
        """An approved experiment that nobody has begun."""
        approved = () if self._quiet else self._approvals.of(self._session.campaign_id, ApprovalState.APPROVED)
        for row in approved:
            if row.experiment_id not in self._let_go:
                experiment = self._session.ledger.experiment(row.experiment_id)
                if experiment.state == ExperimentState.SUGGESTED:
                    return experiment
        return None

    def call_off(self, orders: Orders) -> None:
        """Withdraw the requests of what was called off, one by one or with the campaign; and what was just approved."""
        ledger = self._session.ledger
        for row in self.waiting():
            command = self._called_off(orders, ledger.experiment(row.experiment_id).number)
            if command is not None:
                self._approvals.withdraw(row.id, in_words(command))
        approved = self.released()
        command = self._called_off(orders, approved.number) if approved is not None else None
        if approved is not None and command is not None:
            ledger.move(approved.id, ExperimentState.CANCELLED, in_words(command))

    def something_to_come(self) -> bool:
        """Whether somebody may still answer, or has and nothing was begun of it yet."""
        return bool(self.waiting()) or self.released() is not None

    @staticmethod
    def _called_off(orders: Orders, number: int) -> CampaignCommandRow | None:
        return orders.calling_off(number) or orders.stopping or orders.aborting

    def _request(self, experiment: ExperimentRow) -> ApprovalRow | None:
        rows = self._approvals.of(self._session.campaign_id)
        return next((row for row in rows if row.experiment_id == experiment.id), None)

    def _reasons(self, experiment: ExperimentRow) -> tuple[str, ...]:
        suggestion = next(
            row
            for row in self._session.ledger.suggestions(self._session.campaign_id)
            if row.id == experiment.suggestion_id
        )
        sd = suggestion.reason.get("sd", {})
        reasons = self._policy.reasons(experiment.formulation, self._session.spec.space, suggestion.cost_h, sd)
        first = self._real and self._policy.first_hardware and not self._was_used() and not self._first_use_approved()
        return (*((FIRST_USE,) if first else ()), *self._bred(experiment), *reasons)

    def _bred(self, experiment: ExperimentRow) -> Iterator[str]:
        """A polymer that a planner made up stands in no real container."""
        space, polymer = self._session.spec.space, experiment.formulation.polymer
        if self._real and grown(space, [experiment.formulation]) is not space:
            whence = "is of the pool" if space.pool is not None else "was bred by the planner"
            yield f"The polymer {polymer.label} {whence}: somebody must make it and fill it in first."

    def _first_use_approved(self) -> bool:
        rows = self._approvals.of(self._session.campaign_id, ApprovalState.APPROVED)
        return any(FIRST_USE in row.reasons for row in rows)

    def _was_used(self) -> bool:
        """Whether anything was made in this lab before, by whatever campaign of this ledger."""
        ledger = self._session.ledger
        lab = ledger.lab_of(self._session.campaign_id)
        return any(
            self._session.journal.steps(sample.id)
            for campaign in ledger.campaigns()
            if (campaign.lab or {}).get("name") == lab
            for experiment in ledger.experiments(campaign.id)
            for sample in ledger.samples(experiment.id)
        )
