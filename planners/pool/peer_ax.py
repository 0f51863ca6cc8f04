"""Ax as a chooser, for comparisons: its modular BoTorch generator on principal components of the same fingerprints.

Ax proposes points of a continuous space and a pool has none between its candidates, so its own acquisition function is
asked about every candidate, and again after each choice with those before it pending. Tried with Ax 1.3.
https://ax.dev
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.film_process import one_thread
from planners.pool.candidates import Pool
from planners.pool.components import components
from planners.pool.protocols import Choice, Told

_ANSWER = "answer"
_AT_ONCE = 512


@dataclass(frozen=True)
class Ax:
    """Range parameters, one for each component, and the generator, model and acquisition that Ax chooses for them."""

    name: str = "ax"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """The candidates of the largest acquisition value, one after the other."""
        import torch

        places = components(pool)
        chosen: list[Choice] = []
        with one_thread():
            torch.manual_seed(told.seed + len(told.rows))
            adapter = _fitted(places, told)
            left = [row for row in range(len(pool)) if row not in {*told.rows, *told.taken}]
            while left and len(chosen) < n:
                pending = [*told.taken, *(choice.row for choice in chosen)]
                worth = _worth(adapter, places, left, pending)
                row = left.pop(int(np.argmax(worth)))
                chosen.append(Choice(row, worth=float(worth.max())))
        return chosen


def _parameters(place: np.ndarray) -> dict[str, float]:
    return {f"component_{number}": float(value) for number, value in enumerate(place)}


def _fitted(places: np.ndarray, told: Told) -> Any:
    """Ax's model of the results."""
    from ax.adapter.registry import Generators  # pyright: ignore[reportMissingImports]
    from ax.api.client import Client  # pyright: ignore[reportMissingImports]
    from ax.api.configs import RangeParameterConfig  # pyright: ignore[reportMissingImports]

    logging.getLogger("ax.api.client").setLevel(logging.WARNING)  # it reports each result that it is told
    client = Client(random_seed=told.seed)
    low, high = places.min(axis=0) - 1e-9, places.max(axis=0) + 1e-9
    client.configure_experiment(
        [
            RangeParameterConfig(name=name, parameter_type="float", bounds=(low[i], high[i]))
            for i, name in enumerate(_parameters(places[0]))
        ]
    )
    client.configure_optimization(_ANSWER)
    for row, value in zip(told.rows, told.values, strict=True):
        trial = client.attach_trial(_parameters(places[row]))
        client.complete_trial(trial, {_ANSWER: value})
    experiment = client._experiment  # the client has no public way to hand its experiment to a generator
    return Generators.BOTORCH_MODULAR(experiment=experiment, data=experiment.lookup_data())


def _worth(adapter: Any, places: np.ndarray, rows: Sequence[int], pending: Sequence[int]) -> np.ndarray:
    """Ax's acquisition value of each row."""
    from ax.core.observation import ObservationFeatures  # pyright: ignore[reportMissingImports]

    waiting = {_ANSWER: [ObservationFeatures(_parameters(places[row])) for row in pending]} if pending else None
    asked = [ObservationFeatures(_parameters(places[row])) for row in rows]
    return np.concatenate(
        [
            adapter.evaluate_acquisition_function(asked[i : i + _AT_ONCE], pending_observations=waiting)
            for i in range(0, len(asked), _AT_ONCE)
        ]
    )
