"""Suggestions and the experiments that they become, with the states they may go through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, func, select

from chemistry.formulation import Formulation
from ledger.amendments import mark_late
from ledger.database import Writing
from ledger.errors import IllegalMove
from ledger.kinds import NEXT_STATES, EventKind, ExperimentState
from ledger.predictions import Prediction, write_predictions
from ledger.records import Records, require
from ledger.tables import ExperimentRow, FilmRow, SuggestionRow


@dataclass(frozen=True)
class Decision:
    """A suggestion, and what had become of it by an event."""

    index: int
    planner: str
    formulation: Formulation
    """As it was asked for; its film's is as made."""
    state: ExperimentState | None
    """The final state of its experiment; None while that is under way."""
    film_id: str | None
    """The film that was observed."""


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
        with self.database.writing() as transaction:
            session = transaction.session
            of_campaign = select(func.max(ExperimentRow.number)).where(ExperimentRow.campaign_id == campaign_id)
            experiment_number = (session.exec(of_campaign).one() or 0) + 1
            number = transaction.event(
                EventKind.SUGGESTED,
                f"experiment {experiment_number}",
                campaign_id=campaign_id,
                payload={"index": index, "formulation": formulation.label, "knowledge_event": knowledge_event},
            )
            suggestion = SuggestionRow(
                campaign_id=campaign_id,
                index=index,
                formulation=formulation,
                formulation_key=formulation.key,
                source=str(action.get("source", "experiment")),
                cost_h=float(action.get("cost_h", 0.0)),
                action=action,
                reason=reason,
                planner=planner,
                knowledge_event=knowledge_event,
                model_version=model_version,
                event=number,
            )
            session.add(suggestion)
            session.flush()
            if model_version is not None:
                mark_late(transaction, campaign_id, knowledge_event, suggestion_id=suggestion.id)
            experiment = ExperimentRow(
                campaign_id=campaign_id,
                number=experiment_number,
                suggestion_id=suggestion.id,
                formulation=formulation,
                event=number,
            )
            session.add(experiment)
            if foretold is not None:
                session.flush()
                write_predictions(transaction, campaign_id, experiment.id, *foretold, event=number)
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
        query = (
            select(SuggestionRow, ExperimentRow, FilmRow.film_id)
            .join(ExperimentRow, col(ExperimentRow.suggestion_id) == col(SuggestionRow.id))
            .join(FilmRow, film, isouter=True)
            .where(SuggestionRow.campaign_id == campaign_id, SuggestionRow.event <= up_to_event)
            .order_by(col(SuggestionRow.index))
        )
        with self.database.reading() as session:
            return [
                Decision(
                    index=said.index,
                    planner=said.planner,
                    formulation=said.formulation,
                    state=ExperimentState(row.state) if _closed_by(row, up_to_event) else None,
                    film_id=film_id,
                )
                for said, row, film_id in session.exec(query)
            ]

    def count_suggestions(self, campaign_id: int) -> int:
        """How many suggestions a campaign has, which is how many experiments: without reading what they hold."""
        query = select(func.count()).where(SuggestionRow.campaign_id == campaign_id)
        with self.database.reading() as session:
            return session.exec(query).one()

    def experiment(self, experiment_id: int) -> ExperimentRow:
        """One experiment.

        Raises:
            LedgerError: if there is none.
        """
        with self.database.reading() as session:
            return require(session, ExperimentRow, experiment_id)

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


def _closed_by(row: ExperimentRow, event: int) -> bool:
    return row.closed_event is not None and row.closed_event <= event


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
