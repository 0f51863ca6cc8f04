"""Samples, what was measured on them, and the raw documents of the runs that measured."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import col, func, select

from chemistry.formulation import Formulation
from ledger.database import Writing
from ledger.errors import LedgerError
from ledger.experiments import check_move, place_in
from ledger.kinds import EventKind, ExperimentState
from ledger.measurement import Measurement
from ledger.plain import to_json_with_nan
from ledger.records import Records, require, sample_and_experiment
from ledger.tables import BlueskyDocumentRow, ExperimentRow, MeasurementRow, SampleRow


class SampleRecords(Records):
    """What the ledger knows of samples, measurements and documents."""

    def add_sample(self, experiment_id: int, position: str, parent_id: str | None = None) -> SampleRow:
        """Give the experiment a (further) sample, named after campaign and experiment: `c1-e012a`."""
        with self.database.writing() as transaction:
            experiment = require(transaction.session, ExperimentRow, experiment_id)
            return new_sample(transaction, experiment, position, parent_id)

    def as_made(
        self, sample_id: str, formulation: Formulation, thickness_um: float | None, area_cm2: float | None
    ) -> SampleRow:
        """Record what a sample really became; later steps use this and not what was suggested."""
        with self.database.writing() as transaction:
            row, experiment = sample_and_experiment(transaction.session, sample_id)
            row.made_event = transaction.event(
                EventKind.SAMPLE_MADE,
                f"sample {sample_id}",
                campaign_id=experiment.campaign_id,
                payload={"formulation": formulation.label, "thickness_um": thickness_um, "area_cm2": area_cm2},
            )
            row.formulation, row.thickness_um, row.area_cm2 = formulation, thickness_um, area_cm2
        return row

    def sample(self, sample_id: str) -> SampleRow:
        """One sample.

        Raises:
            LedgerError: if there is none.
        """
        with self.database.reading() as session:
            return require(session, SampleRow, sample_id)

    def sample_of(self, film_id: str) -> SampleRow | None:
        """The sample that a film is; None for one that was published or calculated."""
        with self.database.reading() as session:
            return session.get(SampleRow, film_id)

    def samples(self, experiment_id: int) -> list[SampleRow]:
        """Samples of an experiment, oldest first."""
        with self.database.reading() as session:
            query = select(SampleRow).where(SampleRow.experiment_id == experiment_id)
            return list(session.exec(query.order_by(col(SampleRow.event))))

    def sample_ids(self, campaign_id: int) -> dict[int, tuple[str, ...]]:
        """Names of the samples of each experiment of a campaign, oldest first, in one reading."""
        query = select(col(SampleRow.experiment_id), col(SampleRow.id))
        query = query.join(ExperimentRow, col(ExperimentRow.id) == col(SampleRow.experiment_id))
        held: dict[int, tuple[str, ...]] = {}
        with self.database.reading() as session:
            for experiment, sample in session.exec(
                query.where(ExperimentRow.campaign_id == campaign_id).order_by(col(SampleRow.event))
            ):
                held[experiment] = (*held.get(experiment, ()), sample)
        return held

    def add_measurement(self, sample_id: str, measurement: Measurement, run_uid: str | None = None) -> MeasurementRow:
        """Record a typed measurement of a sample, with the Bluesky run that its raw data lie in."""
        with self.database.writing() as transaction:
            _, experiment = sample_and_experiment(transaction.session, sample_id)
            number = transaction.event(
                EventKind.MEASURED,
                f"sample {sample_id}",
                campaign_id=experiment.campaign_id,
                payload={"kind": measurement.kind, "temperature_C": measurement.temperature_C, "run_uid": run_uid},
            )
            row = MeasurementRow(
                sample_id=sample_id, kind=measurement.kind, measurement=measurement, run_uid=run_uid, event=number
            )
            transaction.session.add(row)
        return row

    def measured(
        self, experiment_id: int, sample_id: str, measurements: Sequence[Measurement], run_uid: str | None = None
    ) -> list[MeasurementRow]:
        """Record everything measured in one run and move the experiment to measured, in one transaction.

        Raises:
            IllegalMove: if the experiment is not being measured.
            LedgerError: if the sample is none of the experiment.
        """
        with self.database.writing() as transaction:
            sample, experiment = sample_and_experiment(transaction.session, sample_id)
            if sample.experiment_id != experiment_id:
                raise LedgerError(f"Sample {sample_id} is none of experiment {experiment_id}")
            check_move(experiment, ExperimentState.MEASURED)
            number = transaction.event(
                EventKind.MEASURED,
                f"sample {sample_id}",
                campaign_id=experiment.campaign_id,
                payload={"kinds": [measurement.kind for measurement in measurements], "run_uid": run_uid},
            )
            rows = [
                MeasurementRow(sample_id=sample_id, kind=m.kind, measurement=m, run_uid=run_uid, event=number)
                for m in measurements
            ]
            transaction.session.add_all(rows)
            place_in(transaction, experiment, ExperimentState.MEASURED, number, "", None)
        return rows

    def measurements(self, sample_id: str, kind: str | None = None) -> list[MeasurementRow]:
        """Measurements of a sample in the order in which they were made, all or of one kind."""
        query = select(MeasurementRow).where(MeasurementRow.sample_id == sample_id)
        if kind is not None:
            query = query.where(MeasurementRow.kind == kind)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(MeasurementRow.id))))

    def add_documents(
        self,
        run_uid: str,
        documents: Iterable[tuple[str, Mapping[str, Any]]],
        experiment_id: int | None = None,
    ) -> int:
        """Append documents of a Bluesky run, as (name, document), in one transaction; returns how many.

        Numpy becomes plain numbers; NaN is kept as NaN.
        """
        written = [(name, to_json_with_nan(document)) for name, document in documents]
        with self.database.writing() as transaction:
            session = transaction.session
            experiment = require(session, ExperimentRow, experiment_id) if experiment_id is not None else None
            first = session.exec(select(func.count()).where(BlueskyDocumentRow.run_uid == run_uid)).one()
            number = transaction.event(
                EventKind.DOCUMENTS_STORED,
                f"run {run_uid}",
                campaign_id=experiment.campaign_id if experiment else None,
                payload={
                    "names": [name for name, _ in written],
                    "experiment": experiment.number if experiment else None,
                },
            )
            rows = [
                {
                    "run_uid": run_uid,
                    "place": first + place,
                    "experiment_id": experiment_id,
                    "name": name,
                    "content": content,
                    "event": number,
                }
                for place, (name, content) in enumerate(written)
            ]
            transaction.insert(BlueskyDocumentRow, rows)
        return len(rows)

    def stations_used(self, campaign_id: int) -> dict[int, set[str]]:
        """At which stations plans were begun for each experiment of a campaign, by its id, as their documents say."""
        query = (
            select(col(BlueskyDocumentRow.experiment_id), col(BlueskyDocumentRow.content))
            .join(ExperimentRow, col(ExperimentRow.id) == col(BlueskyDocumentRow.experiment_id))
            .where(ExperimentRow.campaign_id == campaign_id, BlueskyDocumentRow.name == "start")
        )
        used: dict[int, set[str]] = {}
        with self.database.reading() as session:
            for experiment_id, content in session.exec(query):
                used.setdefault(experiment_id or 0, set()).add(json.loads(content).get("station", ""))
        return used

    def documents(self, run_uid: str) -> list[tuple[str, dict[str, Any]]]:
        """The documents of a Bluesky run, as (name, document), in the order in which they came."""
        query = select(BlueskyDocumentRow).where(BlueskyDocumentRow.run_uid == run_uid)
        with self.database.reading() as session:
            rows = session.exec(query.order_by(col(BlueskyDocumentRow.place)))
            return [(row.name, json.loads(row.content)) for row in rows]


def new_sample(transaction: Writing, experiment: ExperimentRow, position: str, parent_id: str | None) -> SampleRow:
    """The experiment's next sample, within a transaction."""
    session = transaction.session
    before = session.exec(select(func.count()).where(SampleRow.experiment_id == experiment.id)).one()
    sample_id = f"c{experiment.campaign_id}-e{experiment.number:03d}{_letters(before)}{transaction.sample_mark}"
    while session.get(SampleRow, sample_id) is not None:  # one of that name came out of an archive
        sample_id += "x"
    number = transaction.event(
        EventKind.SAMPLE_ADDED,
        f"sample {sample_id}",
        campaign_id=experiment.campaign_id,
        payload={"experiment": experiment.number, "position": position, "parent": parent_id},
    )
    row = SampleRow(id=sample_id, experiment_id=experiment.id, parent_id=parent_id, position=position, event=number)
    session.add(row)
    return row


def _letters(count: int) -> str:
    """The suffix of the sample that follows `count` others of one experiment.

    >>> _letters(0), _letters(25), _letters(26)
    ('a', 'z', 'aa')
    """
    letters = ""
    count += 1
    while count:
        count, last = divmod(count - 1, 26)
        letters = chr(ord("a") + last) + letters
    return letters
