"""How well a surrogate foretells films that it has not seen."""

import torch
from torch.distributions import Normal

from ledger.film import Film
from models.features import feature_matrix
from models.film_process import reduced_temperature
from models.formulation_model import LearntProperty


def left_out_scores(learnt: LearntProperty) -> dict[str, float]:
    """How well each film's readings of one property are foretold by all the others."""
    mean, sd = learnt.leave_one_film_out()
    error = learnt.centre + learnt.scale * learnt.data.value - mean
    density = Normal(mean, sd).log_prob(mean + error)
    return {
        "films": float(len(learnt.data.features)),
        "readings": float(len(error)),
        "rmse": float((error**2).mean().sqrt()),
        "film_sd": learnt.film_sd,
        "log_score": float(density.mean()),
        "coverage_90": float((error.abs() <= 1.6449 * sd).double().mean()),
    }


def foretold(learnt: dict[str, LearntProperty], film: Film, key: str) -> float:
    """Mean log density of a film's readings, nats per reading, film effect and noise in the bargain.

    A film that was learnt from is left out first, so that two surrogates can be compared on one that only the later
    has seen. Readings of a property that was never learnt count for nothing.
    """
    densities = [
        density
        for name, known in learnt.items()
        for density in (_left_out(known, key) if key in known.films else _new(known, name, film))
    ]
    return sum(densities) / len(densities) if densities else 0.0


def _left_out(known: LearntProperty, key: str) -> list[float]:
    mean, sd = known.leave_one_film_out()
    rows = known.data.film == known.films.index(key)
    value = known.centre + known.scale * known.data.value[rows]
    return Normal(mean[rows], sd[rows]).log_prob(value).tolist()


def _new(known: LearntProperty, name: str, film: Film) -> list[float]:
    features = torch.from_numpy(feature_matrix([film.formulation]))
    densities = []
    for reading in film.readings:
        if reading.property == name and not reading.derived:
            mean, sd = known.at(reduced_temperature(reading.temperature_C)).marginal(features)
            spread = (sd**2 + known.film_sd**2 + known.extra_sd**2 + reading.sd**2 / reading.trust).sqrt()
            densities.append(float(Normal(mean, spread).log_prob(torch.tensor(reading.value, dtype=torch.double))))
    return densities
