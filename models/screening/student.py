"""A small network that imitates a surrogate, for points by the million; it never says the last word.

The student sees what the surrogate sees of a formulation (chemical features, the estimate of Tg, how far the polymer is
from those that were trained on), and the temperature. It learns mean and logarithm of the standard deviation that the
surrogate (teacher) gives at random points of the pool. Its first layer is linear, so that the share of the formulation
is worked out once and that of each temperature added to it. Distillation after Hinton, Vinyals and Dean,
arXiv:1503.02531 (2015).
"""

import warnings
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.composition import TEMPERATURE_NAMES, ZERO_C_K, chemical_matrix
from models.learning_table import Points
from models.regressors import CLIP, filled, medians
from models.scores import scores
from models.screening.judge import Judge

_HIDDEN = (96, 96)
_ROUNDS = 80
_AT_ONCE = 4096
"""Points whose hidden layers are in memory at once: they stay in the processor's cache."""
_TOP = 100
_TEMPERATURES = len(TEMPERATURE_NAMES)


@dataclass(frozen=True)
class Agreement:
    """How well the student says what the teacher says, on points of polymers that it was not trained on.

    Attributes:
        mae, mae_sd: mean absolute difference of the means, and of the standard deviations.
        spearman: rank correlation of the means.
        overlap: share of the teacher's best `top` that are among the student's best `top`.
    """

    points: int
    polymers: int
    mae: float
    mae_sd: float
    spearman: float
    top: int
    overlap: float

    @property
    def rank_correlation(self) -> str:
        """In words: too few points, or points that are all alike, have none."""
        return "not known" if np.isnan(self.spearman) else f"{self.spearman:.3f}"

    def as_dict(self) -> dict[str, object]:
        """For JSON, which knows no NaN: None where there is no number."""
        return {
            key: None if isinstance(value, float) and np.isnan(value) else value for key, value in vars(self).items()
        }


@dataclass(frozen=True)
class Lessons:
    """n points that the teacher has judged.

    Attributes:
        features: `n x d`, of the formulation, temperature columns last.
        mean, sd: `n`, the teacher's.
        polymer: `n`, which points are of one polymer.
        outside: `n`, whether the point lies outside the training domain.
    """

    features: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    polymer: np.ndarray
    outside: np.ndarray

    def take(self, rows: np.ndarray) -> Self:
        """Some of the points."""
        return type(self)(*(part[rows] for part in vars(self).values()))


@dataclass(frozen=True)
class Student:
    """Two hidden layers of rectified units over standard scores.

    Attributes:
        median, centre, scale: `d`, of the features.
        layers: weights and offsets of each layer, the first for all d features.
        low, unit: `2`, what an output of the network is multiplied with and added to: mean and log sd.
    """

    median: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]
    low: np.ndarray
    unit: np.ndarray

    def foretell(self, formulations: np.ndarray, temperatures_C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and sd, `f x t` each, of `f x (d - 2)` formulations at t temperatures."""
        (first, offset), *rest = self.layers
        own = self._scored(formulations, slice(None, -_TEMPERATURES)) @ first[:-_TEMPERATURES] + offset
        warm = self._scored(temperature_columns(temperatures_C), slice(-_TEMPERATURES, None)) @ first[-_TEMPERATURES:]
        count = len(warm)
        told = np.empty((len(own), count, 2))
        step = max(1, _AT_ONCE // count)
        for start in range(0, len(own), step):
            hidden = np.maximum(own[start : start + step, None, :] + warm, 0.0).reshape(-1, own.shape[1])
            for weights, added in rest[:-1]:
                hidden = np.maximum(hidden @ weights + added, 0.0)
            weights, added = rest[-1]
            told[start : start + step] = (hidden @ weights + added).reshape(-1, count, 2)
        told = told * self.unit + self.low
        return told[..., 0], np.exp(told[..., 1])

    def _scored(self, features: np.ndarray, columns: slice) -> np.ndarray:
        ready = filled(features, self.median[columns])
        return _clipped((ready - self.centre[columns]) / self.scale[columns]).astype(np.float32)


def formulation_features(teacher: Judge, name: str, points: Points) -> np.ndarray:
    """`n x d` features of formulations, whatever their temperature."""
    matrix = chemical_matrix(points)[:, :-_TEMPERATURES]
    return np.concatenate([matrix, teacher.of_polymers(points.polymers, name)[points.polymer]], axis=1)


def temperature_columns(temperature_C: np.ndarray) -> np.ndarray:
    """`n x 2`: the temperature and its inverse."""
    return np.stack([temperature_C, 1000.0 / (temperature_C + ZERO_C_K)], axis=1)


def distilled(lessons: Lessons, seed: int = 0) -> tuple[Student, Agreement]:
    """A student of these lessons, and how well it does on a tenth of the polymers that it was kept from."""
    tested = lessons.polymer % 10 == 0
    if tested.all() or not tested.any():
        tested = np.arange(len(tested)) % 10 == 0
    student = _trained(lessons.take(np.flatnonzero(~tested)), seed)
    return student, agreement(student, lessons.take(np.flatnonzero(tested)))


def agreement(student: Student, lessons: Lessons) -> Agreement:
    """How student and teacher differ on these points."""
    mean, sd = _at(student, lessons.features)
    top = min(_TOP, max(1, len(mean) // 10))
    best = [set(np.argsort(-values, kind="stable")[:top].tolist()) for values in (mean, lessons.mean)]
    told = scores(lessons.mean, mean, sd)
    return Agreement(
        points=len(mean),
        polymers=len(np.unique(lessons.polymer)),
        mae=told.mae,
        mae_sd=float(np.abs(sd - lessons.sd).mean()),
        spearman=told.spearman,
        top=top,
        overlap=len(best[0] & best[1]) / top,
    )


def _at(student: Student, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of points that each have a temperature of their own, `n x d` features."""
    hidden = student._scored(features, slice(None))
    for weights, added in student.layers[:-1]:
        hidden = np.maximum(hidden @ weights + added, 0.0)
    weights, added = student.layers[-1]
    told = (hidden @ weights + added) * student.unit + student.low
    return told[:, 0], np.exp(told[:, 1])


def _trained(lessons: Lessons, seed: int) -> Student:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    median = medians(lessons.features)
    ready = filled(lessons.features, median)
    centre, scale = ready.mean(axis=0), ready.std(axis=0)
    scale = np.where(scale > 1e-9 * (1 + np.abs(centre)), scale, np.inf)
    target = np.stack([lessons.mean, np.log(np.maximum(lessons.sd, 1e-6))], axis=1)
    low, unit = target.mean(axis=0), np.maximum(target.std(axis=0), 1e-6)
    network = MLPRegressor(
        hidden_layer_sizes=_HIDDEN,
        solver="adam",
        batch_size=min(256, len(target)),  # pyright: ignore[reportArgumentType]  a number is taken as well
        learning_rate_init=2e-3,
        alpha=1e-4,
        max_iter=_ROUNDS,
        early_stopping=len(target) >= 500,
        n_iter_no_change=8,
        random_state=seed,
        tol=1e-5,
    )
    given = (_clipped((ready - centre) / scale).astype(np.float32), ((target - low) / unit).astype(np.float32))
    with warnings.catch_warnings():  # the rounds are limited on purpose; what comes of it is measured
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(*given)
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    return Student(
        median=median,
        centre=centre,
        scale=scale,
        layers=tuple((weights.astype(np.float32), added.astype(np.float32)) for weights, added in layers),
        low=low,
        unit=unit,
    )


def _clipped(values: np.ndarray) -> np.ndarray:
    return np.clip(values, -CLIP, CLIP)
