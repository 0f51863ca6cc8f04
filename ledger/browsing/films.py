"""Films: a page of them, and one with everything that happened to it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, or_, select

from ledger.browsing import observations
from ledger.browsing.told import (
    AmendmentTold,
    DecisionTold,
    FilmHistory,
    FilmTold,
    HappeningTold,
    MeasurementTold,
    ObservationTold,
    PredictionTold,
    SampleTold,
    StepTold,
    SuggestionTold,
)
from ledger.errors import LedgerError
from ledger.film import THEORY
from ledger.kinds import EventKind, GateDecision
from ledger.tables import (
    CalculationRow,
    CampaignRow,
    DecisionMarkRow,
    EventRow,
    ExperimentRow,
    FilmDecisionRow,
    FilmRow,
    MeasurementRow,
    ObservationRow,
    PhysicalStepRow,
    PredictionRow,
    SampleRow,
    SuggestionRow,
)

_MOST_THEORY = 200
"""Readings of theory that a history shows beside a film."""


def page(
    session: Session, campaign_id: int | None, text: str, offset: int, limit: int
) -> tuple[int, tuple[FilmTold, ...]]:
    """The number of films that are asked for, and those of one page, the latest first."""
    conditions = [] if campaign_id is None else [col(FilmRow.campaign_id) == campaign_id]
    ids, total = sqlalchemy.select(col(FilmRow.id)), sqlalchemy.select(func.count()).select_from(FilmRow)
    conditions += observations.films_with(text)
    number = int(session.execute(total.where(*conditions)).scalar_one())
    shown = session.execute(ids.where(*conditions).order_by(col(FilmRow.id).desc()).limit(limit).offset(offset))
    films = _films(session, shown.scalars().all())
    return number, tuple(films[key] for key in sorted(films, reverse=True))


def history(session: Session, film_id: str) -> FilmHistory:
    """One film with its history: one with observations, or a sample that came to none.

    Raises:
        LedgerError: there is no film and no sample of this name.
    """
    row = session.exec(select(FilmRow).where(FilmRow.film_id == film_id)).first()
    sample = session.get(SampleRow, film_id if row is None else row.sample_id or "")
    if row is None and sample is None:
        raise LedgerError(f"The ledger has no film {film_id!r}")
    experiment = None if sample is None else session.get(ExperimentRow, sample.experiment_id)
    film = _films(session, [row.id])[row.id] if row is not None else _unobserved(session, sample, experiment)
    suggestion = _suggestion_of(session, row, experiment)
    samples = _rows(session, SampleRow, SampleRow.experiment_id, experiment)
    named = [s.id for s in samples]
    seen = () if row is None else observations.of_film(session, row.id)
    return FilmHistory(
        film=film,
        state="" if experiment is None else experiment.state,
        why="" if experiment is None else experiment.why,
        suggestion=suggestion,
        samples=tuple(
            SampleTold(
                **s.model_dump(exclude={"experiment_id", "formulation", "made_event"}),
                formulation=s.formulation,
                label="" if s.formulation is None else s.formulation.label,
            )
            for s in samples
        ),
        steps=_steps(session, named),
        measurements=_measurements(session, named),
        decisions=_decisions(session, named),
        observations=seen,
        amendments=_amendments(session, seen),
        predictions=tuple(
            PredictionTold(**p.model_dump(exclude={"id", "campaign_id", "experiment_id"}))
            for p in _rows(session, PredictionRow, PredictionRow.experiment_id, experiment)
        ),
        theory=_theory(session, film),
        happenings=_happenings(session, experiment, named),
    )


def _films(session: Session, ids: Collection[int]) -> dict[int, FilmTold]:
    query = (
        sqlalchemy.select(FilmRow, col(CampaignRow.name), col(CampaignRow.run), col(ExperimentRow.number))
        .outerjoin(CampaignRow, col(CampaignRow.id) == col(FilmRow.campaign_id))
        .outerjoin(ExperimentRow, col(ExperimentRow.id) == col(FilmRow.experiment_id))
        .where(col(FilmRow.id).in_(ids))
    )
    return {
        film.id: FilmTold(
            film_id=film.film_id,
            campaign_id=film.campaign_id,
            campaign=name or "",
            run=run,
            experiment=number,
            formulation=film.formulation,
            label=film.formulation.label,
            reference=film.reference,
            provenance=film.provenance,
            event=film.event,
        )
        for film, name, run, number in session.execute(query)
    }


def _unobserved(session: Session, sample: SampleRow | None, experiment: ExperimentRow | None) -> FilmTold:
    """A sample on which nothing was observed, told as a film: as made, or as it was to be."""
    if sample is None or experiment is None:
        raise LedgerError("A sample belongs to an experiment")
    campaign = session.get(CampaignRow, experiment.campaign_id)
    formulation = sample.formulation or experiment.formulation
    return FilmTold(
        film_id=sample.id,
        campaign_id=experiment.campaign_id,
        campaign="" if campaign is None else campaign.name,
        run=None if campaign is None else campaign.run,
        experiment=experiment.number,
        formulation=formulation,
        label=formulation.label,
        reference="",
        provenance={},
        event=sample.event,
    )


def _suggestion_of(session: Session, film: FilmRow | None, experiment: ExperimentRow | None) -> SuggestionTold | None:
    number = None if experiment is None else experiment.suggestion_id
    if experiment is None and film is not None and film.campaign_id is not None:  # theory answered it, no experiment
        asked = select(col(CalculationRow.suggestion_id)).where(
            CalculationRow.campaign_id == film.campaign_id, CalculationRow.film_id == film.film_id
        )
        number = session.exec(asked).first()
    row = None if number is None else session.get(SuggestionRow, number)
    if row is None:
        return None
    marked = select(col(DecisionMarkRow.id)).where(DecisionMarkRow.suggestion_id == row.id).limit(1)
    return SuggestionTold(
        **row.model_dump(exclude={"id", "campaign_id", "index", "formulation", "formulation_key"}),
        number=row.index + 1,
        formulation=row.formulation,
        label=row.formulation.label,
        rests_on_amended=session.exec(marked).first() is not None,
        at=_moments(session, [row.event])[row.event],
    )


def _rows(session: Session, table: Any, column: Any, experiment: ExperimentRow | None) -> list[Any]:
    """Rows of an experiment in the order in which they came."""
    if experiment is None:
        return []
    return list(session.exec(select(table).where(column == experiment.id).order_by(table.event, table.id)))


def _steps(session: Session, samples: Collection[str]) -> tuple[StepTold, ...]:
    query = select(PhysicalStepRow).where(col(PhysicalStepRow.sample_id).in_(samples))
    rows = session.exec(query.order_by(col(PhysicalStepRow.event))) if samples else []
    return tuple(StepTold(**row.model_dump(exclude={"experiment_id", "token"})) for row in rows)


def measurement(session: Session, number: int) -> MeasurementTold | None:
    """One measurement with its curves; None where there is none."""
    query = select(MeasurementRow, EventRow.wall_time).join(EventRow, col(EventRow.number) == col(MeasurementRow.event))
    found = session.exec(query.where(MeasurementRow.id == number)).first()
    return None if found is None else _measured(*found)


def _measurements(session: Session, samples: Collection[str]) -> tuple[MeasurementTold, ...]:
    if not samples:
        return ()
    query = select(MeasurementRow, EventRow.wall_time).join(EventRow, col(EventRow.number) == col(MeasurementRow.event))
    rows = session.exec(query.where(col(MeasurementRow.sample_id).in_(samples)).order_by(col(MeasurementRow.id)))
    return tuple(_measured(row, at) for row, at in rows)


def _measured(row: MeasurementRow, at: datetime) -> MeasurementTold:
    return MeasurementTold(**row.model_dump(exclude={"measurement"}), measurement=row.measurement, at=at)


def _decisions(session: Session, samples: Collection[str]) -> tuple[DecisionTold, ...]:
    if not samples:
        return ()
    query = select(FilmDecisionRow).where(col(FilmDecisionRow.sample_id).in_(samples))
    rows = session.exec(query.order_by(col(FilmDecisionRow.id))).all()
    at = _moments(session, [row.event for row in rows])
    return tuple(
        DecisionTold(
            **row.model_dump(exclude={"id", "experiment_id", "decision"}),
            decision=GateDecision(row.decision),
            at=at[row.event],
        )
        for row in rows
    )


def _amendments(session: Session, seen: Collection[ObservationTold]) -> tuple[AmendmentTold, ...]:
    """What people said of the observations: the events that closed them."""
    closed = {row.closed_event: row for row in seen if row.closed_event is not None}
    query = select(EventRow).where(
        col(EventRow.number).in_(closed),
        col(EventRow.kind).in_([EventKind.AMENDED.value, EventKind.RETRACTED.value]),
    )
    return tuple(
        AmendmentTold(
            observation_id=closed[event.number].id,
            property=closed[event.number].property,
            by=str(event.payload.get("by", "")),
            note=str(event.payload.get("note", "")),
            before=closed[event.number].value,
            after=event.payload.get("to"),
            follows=bool(event.payload.get("follows", False)),
            at=event.wall_time,
            event=event.number,
        )
        for event in (session.exec(query.order_by(col(EventRow.number))) if closed else ())
    )


def _theory(session: Session, film: FilmTold) -> tuple[ObservationTold, ...]:
    query = (
        select(col(ObservationRow.id))
        .join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
        .where(
            FilmRow.formulation_key == film.formulation.key,
            FilmRow.film_id != film.film_id,
            col(ObservationRow.closed_event).is_(None),
            col(ObservationRow.source).in_([source.value for source in THEORY]),
        )
        .order_by(col(ObservationRow.id).desc())
        .limit(_MOST_THEORY)
    )
    return observations.read(session, sorted(session.exec(query)))


def _happenings(
    session: Session, experiment: ExperimentRow | None, samples: Collection[str]
) -> tuple[HappeningTold, ...]:
    if experiment is None:
        return ()
    subjects = [f"experiment {experiment.number}", *(f"sample {sample}" for sample in samples)]
    query = select(EventRow).where(
        EventRow.campaign_id == experiment.campaign_id,
        EventRow.number >= experiment.event,
        or_(*(col(EventRow.subject) == subject for subject in subjects)),
    )
    return tuple(
        HappeningTold(
            number=event.number,
            at=event.wall_time,
            **event.model_dump(exclude={"number", "wall_time", "campaign_id"}),
        )
        for event in session.exec(query.order_by(col(EventRow.number)))
    )


def _moments(session: Session, events: Collection[int]) -> dict[int, datetime]:
    query = select(col(EventRow.number), col(EventRow.wall_time)).where(col(EventRow.number).in_(set(events)))
    return dict(iter(session.exec(query)))
