"""Where a campaign stands: the objectives of each film, the front, and how it grew."""

from dataclasses import dataclass

from chemistry.formulation import Formulation
from flows.spec import CampaignSpec
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from models.objective_reading import read_objective
from planners.objectives import Objective
from planners.pareto import front_of, hypervolume, reference_point


@dataclass(frozen=True)
class Result:
    """One observed experiment, with the value and standard deviation of each objective."""

    number: int
    film_id: str
    formulation: Formulation
    """As made."""
    values: tuple[float, ...]
    sds: tuple[float, ...]
    in_front: bool


@dataclass(frozen=True)
class Standing:
    """What a campaign has reached, in the order in which results came."""

    objectives: tuple[Objective, ...]
    results: tuple[Result, ...]
    hypervolume: tuple[float, ...]
    """Hypervolume (one objective: best value) after each result."""
    reference: tuple[float, ...]
    """The reference point of the hypervolume, in the objectives' units."""
    tried: int
    budget: int
    without_result: tuple[tuple[int, str], ...]
    """Number and reason of each experiment that ended without a result."""

    @property
    def best(self) -> tuple[Result, ...]:
        """The front, the best of the first objective first."""
        sign = self.objectives[0].sign
        return tuple(sorted((r for r in self.results if r.in_front), key=lambda r: -sign * r.values[0]))


def standing(ledger: Ledger, campaign_id: int, spec: CampaignSpec) -> Standing:
    """The standing of a campaign, from the ledger alone."""
    experiments = {e.id: e for e in ledger.experiments(campaign_id)}
    ordered = sorted((e for e in experiments.values() if e.state == ExperimentState.OBSERVED), key=lambda e: e.closed_event or 0)
    films = {film.film_id: film for film in ledger.films(campaign_id)}
    read: list[tuple[int, str, Formulation, tuple[float, ...], tuple[float, ...]]] = []
    for experiment in ordered:
        for sample in ledger.samples(experiment.id):
            film = films.get(sample.id)
            if film is None:
                continue
            values = [read_objective(film, o.property, o.temperature_C) for o in spec.objectives]
            if all(value is not None for value in values):
                pairs = [value for value in values if value is not None]
                read.append((experiment.number, film.film_id, film.formulation, tuple(v for v, _ in pairs), tuple(s for _, s in pairs)))
    points = [values for *_, values, _ in read]
    reference = reference_point(points, spec.objectives)
    front = front_of(points, spec.objectives)
    return Standing(
        objectives=spec.objectives,
        results=tuple(Result(*row, in_front=place in front) for place, row in enumerate(read)),
        hypervolume=tuple(hypervolume(points[: n + 1], spec.objectives, reference) for n in range(len(points))),
        reference=tuple(reference),
        tried=len(experiments),
        budget=spec.budget.experiments,
        without_result=tuple((e.number, e.why) for e in experiments.values() if e.state in _WITHOUT_RESULT),
    )


_WITHOUT_RESULT = {ExperimentState.FAILED, ExperimentState.DISCARDED, ExperimentState.CANCELLED}
