"""Where a campaign stands: the objectives of each film, the front of those that hold the limits, and how it grew."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chemistry.formulation import Formulation
from chemistry.quantities import with_uncertainty
from flows.spec import CampaignSpec
from ledger.film import Film, Reading
from ledger.kinds import CalculationState, ExperimentState
from ledger.store import Ledger
from planners.limits import holds
from planners.objectives import Limit, Objective
from planners.pareto import Read, front, hypervolume, objective_readings, reading_of, reference_point


@dataclass(frozen=True)
class Result:
    """One observed experiment, with the value and standard deviation of each objective."""

    number: int
    film_id: str
    formulation: Formulation
    """As made."""
    values: tuple[float, ...]
    sds: tuple[float, ...]
    limited: tuple[Reading | None, ...]
    """The reading of each limited property, None where there is none."""
    holds: bool
    """Whether no reading oversteps a limit; what does is in no front."""
    in_front: bool


@dataclass(frozen=True)
class Standing:
    """What a campaign has reached, in the order in which results came."""

    objectives: tuple[Objective, ...]
    limits: tuple[Limit, ...]
    results: tuple[Result, ...]
    reference: tuple[float, ...]
    """The reference point of the hypervolume, in the objectives' units."""
    tried: int
    budget: int
    calculated: int
    """Calculations that theory has answered."""
    without_result: tuple[tuple[int, str], ...]
    """Number and reason of each experiment that ended without a result."""

    @cached_property
    def hypervolume(self) -> tuple[float, ...]:
        """Hypervolume (one objective: height of the best) after each result; worked out when first asked for."""
        points = np.array([result.values for result in self.results])
        holding = np.array([result.holds for result in self.results], dtype=bool)
        reference = np.array([o.sign * value for o, value in zip(self.objectives, self.reference, strict=True)])
        return tuple(
            hypervolume(points[: n + 1][holding[: n + 1]], self.objectives, reference) for n in range(len(points))
        )

    def shown(self, heights: Sequence[float]) -> list[float | None]:
        """Hypervolumes as people want to see them: of one objective the value itself, None where there is none yet."""
        (only, *others) = self.objectives
        if others:
            return list(heights)
        return [self.reference[0] + only.sign * height if height > 0 else None for height in heights]

    @property
    def best(self) -> tuple[Result, ...]:
        """The front of what oversteps no limit, the best of the first objective first."""
        sign = self.objectives[0].sign
        return tuple(sorted((r for r in self.results if r.in_front), key=lambda r: -sign * r.values[0]))


def standing(ledger: Ledger, campaign_id: int, spec: CampaignSpec, event: int | None = None) -> Standing:
    """The standing of a campaign, from the ledger alone: now, or what its results were at an event."""
    experiments = {e.id: e for e in ledger.experiments(campaign_id)}
    ordered = sorted(
        (e for e in experiments.values() if e.state == ExperimentState.OBSERVED and _by(e.closed_event, event)),
        key=lambda e: e.closed_event or 0,
    )
    films = {film.film_id: film for film in ledger.films(campaign_id, up_to_event=event)}
    samples = ledger.sample_ids(campaign_id)
    read: list[tuple[int, Film, tuple[Read, ...]]] = []
    for experiment in ordered:
        for sample in samples.get(experiment.id, ()):
            film = films.get(sample)
            if film is None:
                continue
            found = objective_readings(film, spec.objectives)
            if found is not None:
                read.append((experiment.number, film, found))
    points = np.array([[reading.value for reading in found] for *_, found in read])
    points = points.reshape(len(read), len(spec.objectives))
    holding = [place for place, (_, film, _) in enumerate(read) if holds(film, spec.limits)]
    reference = reference_point(points[holding] if holding else points, spec.objectives)
    best = {holding[place] for place in front(points[holding], spec.objectives)}
    return Standing(
        objectives=spec.objectives,
        limits=spec.limits,
        results=tuple(
            Result(
                number=number,
                film_id=film.film_id,
                formulation=film.formulation,
                values=tuple(reading.value for reading in found),
                sds=tuple(reading.sd for reading in found),
                limited=tuple(reading_of(film, limit) for limit in spec.limits),
                holds=place in holding,
                in_front=place in best,
            )
            for place, (number, film, found) in enumerate(read)
        ),
        reference=tuple((reference * [o.sign for o in spec.objectives]).tolist()),
        tried=len(experiments),
        budget=spec.budget.experiments,
        calculated=sum(row.state == CalculationState.OBSERVED for row in ledger.calculations(campaign_id)),
        without_result=tuple((e.number, e.why) for e in experiments.values() if e.state in _WITHOUT_RESULT),
    )


def _by(closed_event: int | None, event: int | None) -> bool:
    return event is None or (closed_event is not None and closed_event <= event)


def lab_hours(ledger: Ledger, campaign_id: int) -> float:
    """Hours of lab time between the first and the last event of a campaign."""
    times = [event.lab_time_s for event in ledger.events(campaign_id) if event.lab_time_s is not None]
    return (max(times) - min(times)) / 3600 if times else 0.0


def best_table(now: Standing) -> list[dict[str, Any]]:
    """The rows of the table of the best."""
    return [
        {"experiment": result.number, "formulation": result.formulation.label}
        | {
            o.label: f"{with_uncertainty(value, sd)} {o.unit if o.unit != '1' else ''}".rstrip()
            for o, value, sd in zip(now.objectives, result.values, result.sds, strict=True)
        }
        | {
            f"{limit.label} (limited)": "not read"
            if reading is None
            else f"{with_uncertainty(reading.value, reading.sd)} {limit.unit if limit.unit != '1' else ''}".rstrip()
            for limit, reading in zip(now.limits, result.limited, strict=True)
        }
        for result in now.best
    ]


_WITHOUT_RESULT = {ExperimentState.FAILED, ExperimentState.DISCARDED, ExperimentState.CANCELLED}
