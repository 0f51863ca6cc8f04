"""Observations: bringing them in, and reading what was known at an event."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import Select
from sqlmodel import Session, col, func, or_, select

from chemistry.errors import BadInput
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.experiments import check_move, place_in
from ledger.film import PROPERTY_UNITS, Film, Reading, Source
from ledger.kinds import EventKind, ExperimentState
from ledger.plain import to_json
from ledger.records import Records, require
from ledger.tables import EventCounterRow, ExperimentRow, FilmRow, ObservationRow, SampleRow


class _Answers:
    """The last few answers of `films`, which a result asks for again and again, and which never change."""

    ANSWERS = 4

    def __init__(self) -> None:
        self._held: OrderedDict[Question, tuple[Film, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: "Question", ask: Callable[[], tuple[Film, ...]]) -> tuple[Film, ...]:
        """The answer to a question, asked where it is not held."""
        with self._lock:
            held = self._held.get(question)
        answer = ask() if held is None else held
        with self._lock:
            self._held[question] = answer
            self._held.move_to_end(question)
            if len(self._held) > self.ANSWERS:
                self._held.popitem(last=False)
        return answer


Question = tuple[int | None, int, tuple[str, ...] | None]
"""Campaign, last event that counts, sources."""


class ObservationRecords(Records):
    """What the ledger knows of films."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._answers = _Answers()

    def observe(
        self,
        experiment_id: int,
        film: Film,
        payload: dict[str, Any] | None = None,
        *,
        measurement_ids: Sequence[int | None] | None = None,
        model_version: int | None = None,
    ) -> int:
        """Record what was observed on a sample of an experiment and close it as observed, in one transaction.

        Args:
            experiment_id: An experiment that has been measured.
            film: Its `film_id` is the sample's; its formulation the as-made one.
            payload: Verdicts and figures that belong to the result; kept with the experiment.
            measurement_ids: For each reading, the measurement that it was read from, where there is one.
            model_version: The version that predicted, where these are predictions.

        Returns:
            The number of the event; knowledge up to it holds the film.

        Raises:
            IllegalMove: if the experiment is not in state measured.
            LedgerError: if the film is not a sample of the experiment.
            BadInput: for a property that the ledger does not know.
        """
        ids = measurement_ids if measurement_ids is not None else [None] * len(film.readings)
        if len(ids) != len(film.readings):
            raise LedgerError(f"{len(film.readings)} readings need as many measurement ids, got {len(ids)}")
        with self.database.writing() as transaction:
            session = transaction.session
            experiment = require(session, ExperimentRow, experiment_id)
            check_move(experiment, ExperimentState.OBSERVED)
            sample = require(session, SampleRow, film.film_id)
            if sample.experiment_id != experiment_id:
                raise LedgerError(f"Sample {film.film_id} is none of experiment {experiment.number}")
            number = transaction.event(
                EventKind.OBSERVED,
                f"experiment {experiment.number}",
                campaign_id=experiment.campaign_id,
                payload={"film": film.film_id, "readings": len(film.readings), **(payload or {})},
            )
            row = FilmRow(
                film_id=film.film_id,
                campaign_id=experiment.campaign_id,
                experiment_id=experiment_id,
                sample_id=film.film_id,
                formulation=film.formulation,
                formulation_key=film.formulation.key,
                content_hash=film_hash(film),
                event=number,
            )
            session.add(row)
            session.flush()
            rows = [
                {**reading_row(row.id, reading, number), "measurement_id": held, "model_version": model_version}
                for reading, held in zip(film.readings, ids, strict=True)
            ]
            transaction.insert(ObservationRow, rows)
            place_in(transaction, experiment, ExperimentState.OBSERVED, number, "", payload)
        return number

    def films(
        self,
        campaign_id: int | None = None,
        up_to_event: int | None = None,
        sources: Iterable[Source | str] | None = None,
    ) -> list[Film]:
        """What was known at an event, film by film, in the order in which the films became known.

        Args:
            campaign_id: Only films of this campaign; None for all of them and the literature.
            up_to_event: Number of the last event that counts; None for the last one there is. The answer for a given
                number never changes.
            sources: Only readings from these sources; None for all.
        """
        kept = None if sources is None else tuple(sorted(Source(source).value for source in sources))
        with self.database.reading() as session:
            last = session.exec(select(EventCounterRow.last)).one()
            event = last if up_to_event is None else min(up_to_event, last)
            return list(
                self._answers.get((campaign_id, event, kept), lambda: _films(session, campaign_id, event, kept))
            )

    def observations(self, film_id: str) -> list[ObservationRow]:
        """Everything ever observed on a film, history included, oldest first."""
        query = select(ObservationRow).join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
        with self.database.reading() as session:
            return list(session.exec(query.where(FilmRow.film_id == film_id).order_by(col(ObservationRow.id))))


def film_hash(film: Film) -> str:
    """Hash (sha256, 16 hex digits) of what was observed on a film; what we make of a reading does not count."""
    ours = {"trust", "derived", "shifts_since"}
    numbers = [reading.model_dump(mode="json", exclude=ours) for reading in film.readings]
    content = [film.formulation.key, numbers]
    return hashlib.sha256(to_json(content).encode()).hexdigest()[:16]


def reading_row(film: int, reading: Reading, event: int) -> Mapping[str, Any]:
    """A reading as a row of the observation table.

    Raises:
        BadInput: for a property that has no unit in the ledger.
    """
    unit = PROPERTY_UNITS.get(reading.property)
    if unit is None:
        raise BadInput(
            f"the ledger knows no property {reading.property!r}",
            remedy=f"Known are {', '.join(sorted(PROPERTY_UNITS))}",
        )
    return {
        "film": film,
        "property": reading.property,
        "value": reading.value,
        "sd": reading.sd,
        "unit": unit,
        "temperature_C": reading.temperature_C,
        "source": reading.source.value,
        "trust": reading.trust,
        "derived": reading.derived,
        "event": event,
    }


def _films(session: Session, campaign_id: int | None, event: int, sources: Sequence[str] | None) -> tuple[Film, ...]:
    readings: dict[int, list[Reading]] = {}
    for film, *content in session.execute(_known_readings(campaign_id, event, sources)):
        readings.setdefault(film, []).append(_reading(*content))
    held = select(col(FilmRow.id), col(FilmRow.film_id), col(FilmRow.formulation)).where(FilmRow.event <= event)
    if campaign_id is not None:
        held = held.where(FilmRow.campaign_id == campaign_id)
    films = session.exec(held.order_by(col(FilmRow.id))).all()
    return tuple(
        Film(film_id=film_id, formulation=formulation, readings=tuple(readings[number]))
        for number, film_id, formulation in films
        if number in readings
    )


def _known_readings(campaign_id: int | None, event: int, sources: Sequence[str] | None) -> "Select[Any]":
    closed = col(ObservationRow.closed_event)
    query = sqlalchemy.select(  # SQLModel's own takes four columns at most
        col(ObservationRow.film),
        col(ObservationRow.property),
        col(ObservationRow.value),
        col(ObservationRow.sd),
        col(ObservationRow.temperature_C),
        col(ObservationRow.source),
        col(ObservationRow.trust),
        col(ObservationRow.derived),
    ).where(col(ObservationRow.event) <= event, or_(closed.is_(None), closed > event))
    if campaign_id is not None:
        query = query.join(FilmRow, col(FilmRow.id) == col(ObservationRow.film))
        query = query.where(col(FilmRow.campaign_id) == campaign_id)
    if sources is not None:
        query = query.where(col(ObservationRow.source).in_(sources))
    # An amended reading keeps the place of the one it replaced.
    return query.order_by(func.coalesce(col(ObservationRow.origin_id), col(ObservationRow.id)))


def _reading(
    name: str, value: float, sd: float, temperature_C: float | None, source: str, trust: float, derived: bool
) -> Reading:
    return Reading(
        property=name,
        value=value,
        sd=sd,
        temperature_C=temperature_C,
        source=Source(source),
        trust=trust,
        derived=derived,
    )
