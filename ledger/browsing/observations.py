"""Observations that a question asks for: their number, the page that is shown, and what belongs to each.

The page is found by its ids alone, and only then read in full: of 100,000 observations no more than a page is read.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Select, SQLColumnExpression
from sqlmodel import Session, col, func, or_, select

from ledger.browsing.asked import Holds, Question, Sort
from ledger.browsing.told import ObservationTold
from ledger.film import Source
from ledger.kinds import GateDecision
from ledger.tables import (
    CampaignRow,
    EventRow,
    ExperimentRow,
    FilmDecisionRow,
    FilmRow,
    FormulationWordsRow,
    ObservationRow,
)

_CLOSED, _ORIGIN, _BY = (
    col(ObservationRow.closed_event),
    col(ObservationRow.origin_id),
    col(ObservationRow.superseded_by),
)
_STANDING: dict[Holds, list[ColumnElement[bool]]] = {
    Holds.NOW: [_CLOSED.is_(None)],
    Holds.REPLACED: [_CLOSED.is_not(None), _BY.is_not(None)],
    Holds.TAKEN_BACK: [_CLOSED.is_not(None), _BY.is_(None)],
    Holds.ANY: [],
}
_ORDER: dict[Sort, SQLColumnExpression[Any]] = {
    Sort.WRITTEN: col(ObservationRow.id),
    Sort.VALUE: col(ObservationRow.value),
    Sort.TEMPERATURE: col(ObservationRow.temperature_C),
    Sort.PROPERTY: col(ObservationRow.property),
    Sort.FILM: col(FilmRow.film_id),
}


def count(session: Session, asked: Question) -> int:
    """How many observations a question asks for."""
    query = sqlalchemy.select(func.count()).select_from(ObservationRow)
    return int(session.execute(filtered(query, asked)).scalar_one())


def page(session: Session, asked: Question) -> tuple[ObservationTold, ...]:
    """The observations of one page, in its order."""
    joined = filtered(sqlalchemy.select(col(ObservationRow.id)), asked, with_films=asked.sort is Sort.FILM)
    key, number = _ORDER[asked.sort], col(ObservationRow.id)
    order = [key.desc(), number.desc()] if asked.descending else [key, number]
    if asked.sort is Sort.TEMPERATURE:  # the two databases put what has none at different ends
        order.insert(0, key.is_(None))
    query = joined.order_by(*order).limit(asked.limit).offset(asked.offset)
    return read(session, session.execute(query).scalars().all())


def read(session: Session, ids: Sequence[int]) -> tuple[ObservationTold, ...]:
    """Observations by their ids, in that order."""
    if not ids:
        return ()
    query = (
        sqlalchemy.select(ObservationRow, FilmRow, col(EventRow.wall_time), col(CampaignRow.name), col(CampaignRow.run))
        .add_columns(col(ExperimentRow.number))
        .join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
        .join(EventRow, col(EventRow.number) == col(ObservationRow.event))
        .outerjoin(CampaignRow, col(CampaignRow.id) == col(FilmRow.campaign_id))
        .outerjoin(ExperimentRow, col(ExperimentRow.id) == col(FilmRow.experiment_id))
        .where(col(ObservationRow.id).in_(ids))
    )
    rows = session.execute(query).all()
    verdicts = _verdicts(session, {film.sample_id for _, film, *_ in rows if film.sample_id is not None})
    told = {row[0].id: _told(*row, verdict=verdicts.get(row[1].sample_id or "")) for row in rows}
    return tuple(told[number] for number in ids if number in told)


def of_film(session: Session, film: int) -> tuple[ObservationTold, ...]:
    """Everything ever observed on a film, by the number of its row, history included."""
    query = select(col(ObservationRow.id)).where(ObservationRow.film == film).order_by(col(ObservationRow.id))
    return read(session, session.exec(query).all())


def _told(
    row: ObservationRow,
    film: FilmRow,
    at: Any,
    campaign: str | None,
    run: int | None,
    experiment: int | None,
    verdict: GateDecision | None,
) -> ObservationTold:
    closed = Holds.TAKEN_BACK if row.superseded_by is None else Holds.REPLACED
    return ObservationTold(
        **row.model_dump(
            exclude={"film", "source", "model_version"},
        ),
        film_id=film.film_id,
        campaign_id=film.campaign_id,
        campaign=campaign or "",
        run=run,
        experiment=experiment,
        formulation=film.formulation,
        label=film.formulation.label,
        source=Source(row.source),
        reference=film.reference,
        verdict=verdict,
        holds=Holds.NOW if row.closed_event is None else closed,
        amended=row.origin_id is not None or row.closed_event is not None,
        at=at,
    )


def _verdicts(session: Session, samples: set[str]) -> dict[str, GateDecision]:
    if not samples:
        return {}
    query = select(col(FilmDecisionRow.sample_id), col(FilmDecisionRow.decision)).where(
        col(FilmDecisionRow.sample_id).in_(samples)
    )
    rows = session.exec(query.order_by(col(FilmDecisionRow.id)))
    return {sample: GateDecision(decision) for sample, decision in rows}


def filtered(query: "Select[Any]", asked: Question, *, with_films: bool = False) -> "Select[Any]":
    """A query of observations, with the films joined where the question speaks of them, or the query does."""
    of_films = [*_of_films(asked), *films_with(asked.text, asked.polymer, asked.salt)]
    if of_films or with_films:
        query = query.join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
    return query.where(*_STANDING[asked.holds], *_of_observations(asked), *of_films)


def _of_observations(asked: Question) -> list[ColumnElement[bool]]:
    row, found = ObservationRow, list[ColumnElement[bool]]()
    if asked.property is not None:
        found.append(col(row.property) == asked.property)
    if asked.source is not None:
        found.append(col(row.source) == asked.source.value)
    for column, low, high in (
        (col(row.temperature_C), asked.coldest_C, asked.hottest_C),
        (col(row.value), asked.least, asked.most),
    ):
        if low is not None:
            found.append(column >= low)
        if high is not None:
            found.append(column <= high)
    if asked.amended is not None:
        touched = or_(_ORIGIN.is_not(None), _CLOSED.is_not(None))
        found.append(touched if asked.amended else ~touched)
    return found


def _of_films(asked: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.campaign_id is not None:
        found.append(col(FilmRow.campaign_id) == asked.campaign_id)
    if asked.published is not None:
        own = col(FilmRow.campaign_id)
        found.append(own.is_(None) if asked.published else own.is_not(None))
    if asked.film_id is not None:
        found.append(col(FilmRow.film_id) == asked.film_id)
    if asked.verdict is not None:
        last = select(func.max(FilmDecisionRow.id)).group_by(col(FilmDecisionRow.sample_id))
        judged = select(col(FilmDecisionRow.sample_id)).where(
            FilmDecisionRow.decision == asked.verdict.value, col(FilmDecisionRow.id).in_(last)
        )
        found.append(col(FilmRow.sample_id).in_(judged))
    return found


def films_with(text: str, polymer: str = "", salt: str = "") -> list[ColumnElement[bool]]:
    """What texts ask of films: each word of them is looked for among the few formulations, names and references.

    Each look is a question of its own, which one index answers alone: with all of them in one condition a database
    reads every observation's film whole.
    """
    said = FormulationWordsRow
    found = [_one_of(_formulations(col(said.polymer), word)) for word in polymer.lower().split()]
    found += [_one_of(_formulations(col(said.salt), word)) for word in salt.lower().split()]
    found += [
        _one_of(
            _formulations(col(said.words), word),
            _contains(func.lower(col(FilmRow.film_id)), word),
            _contains(func.lower(col(FilmRow.reference)), word),
        )
        for word in text.lower().split()
    ]
    return found


def _one_of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    looks = [sqlalchemy.select(col(FilmRow.id)).where(condition) for condition in conditions]
    return col(FilmRow.id).in_(sqlalchemy.union(*looks) if len(looks) > 1 else looks[0])


def _formulations(column: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    keys = sqlalchemy.select(col(FormulationWordsRow.formulation_key)).where(_contains(column, word))
    return col(FilmRow.formulation_key).in_(keys)


def _contains(column: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    return column.contains(word, autoescape=True)
