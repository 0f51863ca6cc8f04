"""What is said of a formulation for the person who reads later why it was suggested."""

from collections.abc import Sequence
from dataclasses import dataclass

from chemistry.formulation import Formulation
from chemistry.quantities import with_uncertainty
from ledger.film import Film
from models.features import feature_matrix
from models.protocols import Condition, Fitted
from planners.objectives import Objective
from planners.protocols import Knowledge


@dataclass(frozen=True)
class Forecast:
    """What a surrogate expects of a formulation: mean and standard deviation of each objective, and both in words."""

    expected: dict[str, float]
    sd: dict[str, float]
    words: str


def conditions(knowledge: Knowledge) -> list[Condition]:
    """What a surrogate is asked for: each objective at its temperature."""
    return [Condition(objective.property, objective.temperature_C) for objective in knowledge.objectives]


def forecast(formulation: Formulation, knowledge: Knowledge, fitted: Fitted) -> Forecast:
    """What a surrogate expects of a formulation."""
    posterior = fitted.posterior([formulation], conditions(knowledge))
    names = _names(knowledge.objectives)
    expected = dict(zip(names, posterior.mean[0].tolist(), strict=True))
    sd = dict(zip(names, posterior.sd[0].tolist(), strict=True))
    return Forecast(expected, sd, ", ".join(f"{name} {with_uncertainty(expected[name], sd[name])}" for name in names))


def nearest_film(formulation: Formulation, films: Sequence[Film]) -> str:
    """The film whose features are most like those of a formulation."""
    import numpy as np

    rows = feature_matrix([formulation, *(film.formulation for film in films)])
    return films[int(np.argmin(((rows[1:] - rows[0]) ** 2).sum(axis=1)))].film_id


def _names(objectives: Sequence[Objective]) -> list[str]:
    """Properties, or properties with their temperature where one is asked for at several."""
    names = [objective.property for objective in objectives]
    return names if len(set(names)) == len(names) else [objective.label for objective in objectives]
