"""How well a surrogate foretells films that it has not seen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.distributions import Normal

from chemistry.formulation import Formulation
from ledger.film import Film, Reading
from models.film_content import film_key
from models.film_process import reduced_temperature, temperature_C
from models.formulation_model import LearntProperty
from models.out_of_sample import ForetoldReading

if TYPE_CHECKING:
    import numpy as np

Features = Callable[[Sequence[Formulation]], "np.ndarray"]
"""`n x d` columns of formulations, as the films that were learnt from have them."""


def left_out_scores(learnt: LearntProperty, rows: Tensor | None = None) -> dict[str, float]:
    """How well each film's readings of one property are foretold by all the others; `rows` marks those that count."""
    counted = torch.ones_like(learnt.data.film, dtype=torch.bool) if rows is None else rows
    mean, sd = (told[counted] for told in learnt.leave_one_film_out())
    error = learnt.centre + learnt.scale * learnt.data.value[counted] - mean
    density = Normal(mean, sd).log_prob(mean + error)
    return {
        "films": float(len(learnt.data.film[counted].unique())),
        "readings": float(len(error)),
        "rmse": float((error**2).mean().sqrt()),
        "film_sd": learnt.film_sd,
        "log_score": float(density.mean()),
        "coverage_90": float((error.abs() <= 1.6449 * sd).double().mean()),
    }


def foretold(learnt: dict[str, LearntProperty], films: Sequence[Film], features: Features) -> list[ForetoldReading]:
    """The readings of films as foretold, film effect and noise in the bargain.

    A film that was learnt from is left out first, so that two surrogates can be compared on one that only the later
    has seen. Readings of a property that was never learnt are passed over.
    """
    told: list[ForetoldReading] = []
    for name, known in learnt.items():
        place = {key: row for row, key in enumerate(known.films)}
        left_out = known.leave_one_film_out()
        new: dict[float, list[tuple[Film, Reading]]] = {}
        for film in films:
            key = film_key(film)
            if key in place:
                told += _left_out(known, name, key, place[key], *left_out)
                continue
            for reading in film.readings:
                if reading.property == name and not reading.derived:
                    new.setdefault(reduced_temperature(reading.temperature_C), []).append((film, reading))
        told += [one for tau, readings in new.items() for one in _new(known, tau, readings, features)]
    return told


def _left_out(
    known: LearntProperty, name: str, key: str, place: int, mean: Tensor, sd: Tensor
) -> list[ForetoldReading]:
    rows = torch.nonzero(known.data.film == place).flatten().tolist()
    return [
        ForetoldReading(
            film=key,
            property=name,
            temperature_C=temperature_C(float(known.data.tau[row])),
            value=known.centre + known.scale * float(known.data.value[row]),
            mean=float(mean[row]),
            sd=float(sd[row]),
        )
        for row in rows
    ]


def _new(
    known: LearntProperty, tau: float, readings: Sequence[tuple[Film, Reading]], features: Features
) -> list[ForetoldReading]:
    """Readings at one temperature of films that were not learnt from."""
    rows = torch.from_numpy(features([film.formulation for film, _ in readings]))
    told = []
    for (film, reading), mean, sd in zip(readings, *known.at(tau).marginal(rows), strict=True):
        spread = (float(sd) ** 2 + known.film_sd**2 + known.extra_sd**2 + reading.sd**2 / reading.trust) ** 0.5
        at_C = temperature_C(tau)
        told.append(ForetoldReading(film_key(film), reading.property, at_C, reading.value, float(mean), spread))
    return told
