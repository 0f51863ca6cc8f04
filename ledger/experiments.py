"""Suggestions and the experiments that they become, with the states they may go through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from chemistry.formulation import Formulation
from ledger.amendments import mark_late
from ledger.database import Writing
from ledger.errors import IllegalMove
from ledger.kinds import NEXT_STATES, CalculationState, EventKind, ExperimentState
from ledger.predictions import Prediction, write_predictions
from ledger.records import Records, require
from ledger.tables import CalculationRow, ExperimentRow, FilmRow, SuggestionRow


@dataclass(frozen=True)
class Decision:
    """A suggestion, and what had become of it by an event."""

    index: int
    planner: str
    formulation: Formulation
    """As it was asked for; its film's is as made."""
    source: str
    """What was asked: an experiment, or what theory."""
    state: ExperimentState | CalculationState | None
    """The final state of its experiment or calculation; None while that is under way."""
    film_id: str | None
    """The film that was observed, or what a calculation's readings are grouped under."""


class ExperimentRecords(Records):
    """What the ledger knows of suggestions and experiments."""

    def add_suggestion(
        self,
        campaign_id: int,
        *,
        index: int,
        formulation: Formulation,
        action: dict[str, Any],
        reason: dict[str, Any],
        planner: str,
        knowledge_event: int,
        model_version: int | None = None,
        foretold: tuple[int, Sequence[Prediction]] | None = None,
    ) -> ExperimentRow:
        """Record a suggestion and the experiment that it becomes, in one transaction.

        `action` is `planners.protocols.Action` dumped (source, plan, cost_h), `reason` a dumped `Reason`. `foretold` is
        what a model version says of the film, whether or not it was asked for the suggestion. A second suggestion with
        the same index is refused by the database.
        """
        said = suggestion_row(
            campaign_id=campaign_id,
            index=index,
            formulation=formulation,
            action=action,
            reason=reason,
            planner=planner,
            knowledge_event=knowledge_event,
            model_version=model_version,
        )
        with self.database.writing() as transaction:
            session, number = transaction.session, next_number(transaction.session, ExperimentRow, campaign_id)
            write_suggestion(transaction, said, f"experiment {number}")
            experiment = ExperimentRow(
                campaign_id=campaign_id,
                number=number,
                suggestion_id=said.id,
                formulation=formulation,
                event=said.event,
            )
            session.add(experiment)
            if foretold is not None:
                session.flush()
                write_predictions(transaction, campaign_id, experiment.id, *foretold, event=said.event)
        return experiment

    def suggestions(self, campaign_id: int, up_to_event: int | None = None) -> list[SuggestionRow]:
        """Suggestions of a campaign in their order, all or those made up to an event."""
        query = select(SuggestionRow).where(SuggestionRow.campaign_id == campaign_id)
        if up_to_event is not None:
            query = query.where(SuggestionRow.event <= up_to_event)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(SuggestionRow.index))))

    def decisions(self, campaign_id: int, up_to_event: int) -> list[Decision]:
        """Who suggested what up to an event, in its order, and what had become of each by then."""
        film = (col(FilmRow.experiment_id) == col(ExperimentRow.id)) & (col(FilmRow.event) <= up_to_event)
        made = (
            select(SuggestionRow, ExperimentRow, FilmRow.film_id)
            .join(ExperimentRow, col(ExperimentRow.suggestion_id) == col(SuggestionRow.id))
            .join(FilmRow, film, isouter=True)
        )
        calculated = select(SuggestionRow, CalculationRow, CalculationRow.film_id).join(
            CalculationRow, col(CalculationRow.suggestion_id) == col(SuggestionRow.id)
        )
        up_to = (SuggestionRow.campaign_id == campaign_id, SuggestionRow.event <= up_to_event)
        with self.database.reading() as session:
            found = [
                *(_decision(*row, ExperimentState, up_to_event) for row in session.exec(made.where(*up_to))),
                *(_decision(*row, CalculationState, up_to_event) for row in session.exec(calculated.where(*up_to))),
            ]
        return sorted(found, key=lambda decision: decision.index)

    def count_suggestions(self, campaign_id: int) -> int:
        """How many suggestions a campaign has, experiments and calculations: without reading what they hold."""
        return self._count(SuggestionRow, campaign_id)

    def count_experiments(self, campaign_id: int) -> int:
        """How many experiments a campaign has begun."""
        return self._count(ExperimentRow, campaign_id)

    def _count(self, table: type[SuggestionRow | ExperimentRow], campaign_id: int) -> int:
        query = select(func.count()).where(col(table.campaign_id) == campaign_id)
        with self.database.reading() as session:
            return session.exec(query).one()

    def experiment(self, experiment_id: int) -> ExperimentRow:
        """One experiment.

        Raises:
            LedgerError: if there is none.
        """
        with self.database.reading() as session:
            return require(session, ExperimentRow, experiment_id)

    def suggestion_of(self, row: ExperimentRow | CalculationRow) -> SuggestionRow:
        """What an experiment, or a calculation, was suggested as.

        Raises:
            LedgerError: if there is none.
        """
        with self.database.reading() as session:
            return require(session, SuggestionRow, row.suggestion_id)

    def source_of(self, experiment_id: int) -> str:
        """What was suggested of an experiment: the experiment in full, or a quick scan."""
        query = select(SuggestionRow.source).join(
            ExperimentRow, col(ExperimentRow.suggestion_id) == col(SuggestionRow.id)
        )
        with self.database.reading() as session:
            return session.exec(query.where(ExperimentRow.id == experiment_id)).one()

    def experiments(
        self, campaign_id: int, states: Iterable[ExperimentState | str] | None = None
    ) -> list[ExperimentRow]:
        """Experiments of a campaign in their order, all or those in the given states."""
        query = select(ExperimentRow).where(ExperimentRow.campaign_id == campaign_id)
        if states is not None:
            query = query.where(col(ExperimentRow.state).in_([ExperimentState(state).value for state in states]))
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(ExperimentRow.number))))

    def move(
        self,
        experiment_id: int,
        state: ExperimentState | str,
        why: str = "",
        payload: dict[str, Any] | None = None,
    ) -> ExperimentRow:
        """Move an experiment to another state.

        A final state keeps `payload` as the experiment's result. An experiment becomes observed only by `observe`,
        which brings its observations with it.

        Raises:
            IllegalMove: if the state may not follow the present one (`ledger.kinds.NEXT_STATES`).
        """
        if ExperimentState(state) is ExperimentState.OBSERVED:
            raise IllegalMove(f"Experiment {experiment_id} becomes observed by its observations: use `observe`")
        with self.database.writing() as transaction:
            row = require(transaction.session, ExperimentRow, experiment_id)
            check_move(row, ExperimentState(state))
            told = {"from": row.state, "to": ExperimentState(state).value, "why": why, **(payload or {})}
            number = transaction.event(
                EventKind.EXPERIMENT_MOVED, f"experiment {row.number}", campaign_id=row.campaign_id, payload=told
            )
            place_in(transaction, row, ExperimentState(state), number, why, payload)
        return row

    def pending(self, campaign_id: int, up_to_event: int | None = None) -> list[Formulation]:
        """Formulations that were suggested and had neither result nor failure at an event, in their order."""
        query = select(ExperimentRow).where(ExperimentRow.campaign_id == campaign_id)
        closed = col(ExperimentRow.closed_event)
        if up_to_event is None:
            query = query.where(closed.is_(None))
        else:
            query = query.where(ExperimentRow.event <= up_to_event, closed.is_(None) | (closed > up_to_event))
        with self.database.reading() as session:
            return [row.formulation for row in session.exec(query.order_by(col(ExperimentRow.number)))]

    def failures(self, campaign_id: int, up_to_event: int | None = None) -> list[tuple[Formulation, str]]:
        """Formulations that had failed or been discarded by an event, and why, in the order in which they did.

        What was cancelled says nothing about the formulation and is left out.
        """
        fallen = (ExperimentState.FAILED.value, ExperimentState.DISCARDED.value)
        closed = col(ExperimentRow.closed_event)
        query = select(ExperimentRow).where(
            ExperimentRow.campaign_id == campaign_id, col(ExperimentRow.state).in_(fallen)
        )
        if up_to_event is not None:
            query = query.where(closed <= up_to_event)
        with self.database.reading() as session:
            return [(row.formulation, row.why) for row in session.exec(query.order_by(closed))]


def next_number(session: Session, table: type[ExperimentRow | CalculationRow], campaign_id: int) -> int:
    """The number of the next experiment, or calculation, of a campaign."""
    return (session.exec(select(func.max(table.number)).where(table.campaign_id == campaign_id)).one() or 0) + 1


def suggestion_row(*, formulation: Formulation, action: dict[str, Any], **told: Any) -> SuggestionRow:
    """A suggestion before it is written: what columns repeat of its formulation and action is taken from these."""
    return SuggestionRow(
        formulation=formulation,
        formulation_key=formulation.key,
        source=str(action.get("source", "experiment")),
        cost_h=float(action.get("cost_h", 0.0)),
        action=action,
        event=0,
        **told,
    )


def write_suggestion(transaction: Writing, said: SuggestionRow, subject: str) -> None:
    """Write a suggestion with the event that tells of it, `subject` being what becomes of it."""
    told = {"index": said.index, "formulation": said.formulation.label, "knowledge_event": said.knowledge_event}
    said.event = transaction.event(EventKind.SUGGESTED, subject, campaign_id=said.campaign_id, payload=told)
    transaction.session.add(said)
    transaction.session.flush()
    if said.model_version is not None:
        mark_late(transaction, said.campaign_id, said.knowledge_event, suggestion_id=said.id)


def _decision(
    said: SuggestionRow,
    row: ExperimentRow | CalculationRow,
    film_id: str | None,
    states: type[ExperimentState | CalculationState],
    event: int,
) -> Decision:
    ended = row.closed_event is not None and row.closed_event <= event
    state = states(row.state) if ended else None
    return Decision(said.index, said.planner, said.formulation, said.source, state, film_id if ended else None)


def check_move(row: ExperimentRow, state: ExperimentState) -> None:
    """Refuse a state that may not follow the present one.

    Raises:
        IllegalMove: naming both, and what may follow.
    """
    allowed = NEXT_STATES[ExperimentState(row.state)]
    if state not in allowed:
        options = ", ".join(sorted(allowed)) or "nothing: it is over"
        raise IllegalMove(f"Experiment {row.number} is {row.state} and cannot become {state} (may follow: {options})")


def place_in(
    transaction: Writing,
    row: ExperimentRow,
    state: ExperimentState,
    number: int,
    why: str,
    payload: dict[str, Any] | None,
) -> None:
    """Put an experiment into a state that was checked, with the number of the event that tells of it."""
    row.state, row.why = state.value, why
    if state.final:
        row.closed_event, row.result = number, payload
    transaction.session.add(row)
