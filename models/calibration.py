"""Errors out of fold decide how members are weighted and how wide intervals are.

Both are found twice: for polymers that were never seen, and for new formulations of known ones. What is best for the
one (smooth functions) is not what is best for the other (trees), and the errors differ by a factor of two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.interval_width import Width, fitted_width
from models.learning_table import LearningTable
from models.regressors import Learnt, Regressor
from models.splits import grouped_folds
from models.structured_points import StructuredPoints, StructureLearnt, StructureRegressor
from models.tanimoto import farness

Method = Regressor | StructureRegressor
Member = Learnt | StructureLearnt

FOLDS = 4
"""Inner folds by polymer."""
DOMINANT = 0.08
"""Groups with a larger share of all rows stay in training: held out, they would leave a model of another table."""
LEAST_GROUPS = 8
"""With fewer polymers, errors on new formulations are all there is; that of a new polymer is twice as wide."""
LEAST_ROWS = 12
SHARPNESS = 15.0
"""Power of the ratio of two members' errors that makes the ratio of their weights."""
FILM_SD_SHARE = 0.25
"""Where no formulation was made twice, a film's own effect is taken as this share of the errors on new formulations."""


@dataclass(frozen=True)
class Regime:
    """How members are averaged, and how wide intervals are, for one kind of points.

    Attributes:
        weights: of the members, summing to one.
        width: of the intervals.
    """

    weights: tuple[float, ...]
    width: Width

    def mean_and_spread(self, foretold: "Opinions") -> tuple[np.ndarray, np.ndarray]:
        """Weighted mean of the members and the standard deviation of their mixture, `n` each.

        Members differ from one another, and some doubt themselves: both variances add up (Lakshminarayanan, Pritzel and
        Blundell, NeurIPS 2017).
        """
        weights = np.array(self.weights)
        mean = weights @ foretold.mean
        return mean, np.sqrt(weights @ ((foretold.mean - mean) ** 2 + foretold.doubt**2))


@dataclass(frozen=True)
class Opinions:
    """What k members say of n points: `k x n` predictions, and each member's own standard deviation (zero for none)."""

    mean: np.ndarray
    doubt: np.ndarray

    def take(self, rows: np.ndarray) -> "Opinions":
        """Of some of the points."""
        return Opinions(self.mean[:, rows], self.doubt[:, rows])


@dataclass(frozen=True)
class Calibration:
    """Regimes of points whose polymer was not trained on, and was; and the effect of a film."""

    unseen: Regime
    seen: Regime
    film_sd: float


@dataclass(frozen=True)
class _HeldOut:
    """Predictions out of fold of m rows, and how far each polymer was from training."""

    rows: np.ndarray
    foretold: Opinions
    distance: np.ndarray


@dataclass(frozen=True)
class Rows:
    """What is learnt from: `n` readings in their table, as points, weights, polymers; `g x b` fingerprints."""

    table: LearningTable
    points: StructuredPoints
    weight: np.ndarray
    group: np.ndarray
    fingerprints: np.ndarray

    def learnt(self, methods: Sequence[Method], rows: np.ndarray) -> tuple[Member, ...]:
        """Every method after learning from some rows."""
        points = self.points.take(rows)
        given = (self.table.value[rows], self.weight[rows], self.group[rows])
        return tuple(
            method.learn(points, *given)
            if isinstance(method, StructureRegressor)
            else method.fit(points.matrix, *given)
            for method in methods
        )


def calibrated(methods: Sequence[Method], rows: Rows, whole: Sequence[Member], held_out: bool = True) -> Calibration:
    """Weights and widths from errors out of fold; from errors in sample where `held_out` is False or rows are few.

    Args:
        methods: what is averaged.
        rows: what is learnt from.
        whole: the methods after learning from all rows.
        held_out: whether to hold anything out.
    """
    target = rows.table.value
    everything = np.arange(len(target))
    if not held_out or len(target) < LEAST_ROWS:
        told = _HeldOut(everything, predictions(whole, rows.points), np.zeros(len(target)))
        regime = _regime(told, target, rows.group, equal=True)
        mean, _ = regime.mean_and_spread(told.foretold)
        return Calibration(regime, regime, FILM_SD_SHARE * float(np.abs(mean - target).mean()))
    formulations = _formulations(rows.table)
    told = _new_formulations(methods, rows, formulations)
    seen = _regime(told, target, formulations)
    error = seen.mean_and_spread(told.foretold)[0] - target[told.rows]
    film_sd = _film_sd(rows.table.film[told.rows], formulations[told.rows], error)
    shares = np.bincount(rows.group) / len(rows.group)
    dominant = {int(own) for own in np.flatnonzero(shares > DOMINANT)}
    if len(shares) - len(dominant) < LEAST_GROUPS:
        width = seen.width
        twice = Width(width.base, width.by_spread, width.base, 2 * width.factor)
        return Calibration(Regime(seen.weights, twice), seen, film_sd)
    return Calibration(_regime(_new_polymers(methods, rows, dominant), target, rows.group), seen, film_sd)


def predictions(members: Sequence[Member], points: StructuredPoints) -> Opinions:
    """What k members say."""
    told = [
        member.foretell(points)
        if isinstance(member, StructureLearnt)
        else (member.predict(points.matrix), np.zeros(len(points)))
        for member in members
    ]
    return Opinions(np.stack([mean for mean, _ in told]), np.stack([doubt for _, doubt in told]))


def _regime(told: _HeldOut, target: np.ndarray, together: np.ndarray, equal: bool = False) -> Regime:
    """Weights by the members' mean absolute errors, and the width of what the mean then errs.

    A member that errs a tenth more than the best counts for a quarter of it (`SHARPNESS`). Only ratios of errors
    decide, not products of residuals as in least-squares stacking, which overfits a few hundred polymers.
    """
    truth = target[told.rows]
    size = np.maximum(np.abs(told.foretold.mean - truth).mean(axis=1), 1e-9)
    raw = np.ones(len(size)) if equal else (size.min() / size) ** SHARPNESS
    bare = Regime(tuple((raw / raw.sum()).tolist()), Width(1.0, 0.0, 0.0, 1.0))
    mean, spread = bare.mean_and_spread(told.foretold)
    return Regime(bare.weights, fitted_width(mean - truth, spread, told.distance, together[told.rows]))


def _new_polymers(methods: Sequence[Method], rows: Rows, dominant: set[int]) -> _HeldOut:
    """Rows held out with all others of their polymer."""
    parts = []
    for fold in grouped_folds(rows.group.tolist(), FOLDS, seed=0, always_train=dominant):
        foretold = predictions(rows.learnt(methods, fold.train), rows.points.take(fold.test))
        tested = np.unique(rows.group[fold.test])
        away = np.zeros(len(rows.fingerprints))
        away[tested] = farness(rows.fingerprints[tested], rows.fingerprints[np.unique(rows.group[fold.train])])
        parts.append((fold.test, foretold, away[rows.group[fold.test]]))
    held, foretold, distance = zip(*parts, strict=True)
    together = Opinions(*(np.concatenate([getattr(o, part) for o in foretold], axis=1) for part in ("mean", "doubt")))
    return _HeldOut(np.concatenate(held), together, np.concatenate(distance))


def _formulations(table: LearningTable) -> np.ndarray:
    """`n`, which rows have one formulation."""
    points = table.points
    columns = np.stack([points.polymer, points.salt, points.mixture, np.round(points.molality_mol_kg, 2)], axis=1)
    return np.unique(columns, axis=0, return_inverse=True)[1].ravel()


def _new_formulations(methods: Sequence[Method], rows: Rows, formulations: np.ndarray) -> _HeldOut:
    """Rows held out with their whole formulation while their polymer was trained on.

    Where no polymer has a second formulation, single rows are held out.
    """
    random = np.random.default_rng(0)
    held = random.permutation(formulations.max() + 1) % FOLDS == 0
    test = held[formulations]
    test &= np.isin(rows.group, rows.group[~test])
    if not test.any() or test.all():
        test = random.permutation(len(formulations)) % FOLDS == 0
    foretold = predictions(rows.learnt(methods, np.flatnonzero(~test)), rows.points.take(np.flatnonzero(test)))
    return _HeldOut(np.flatnonzero(test), foretold, np.zeros(int(test.sum())))


def _film_sd(film: np.ndarray, formulations: np.ndarray, error: np.ndarray) -> float:
    """Robust standard deviation of a film's error about that of its formulation.

    From formulations made more than once: half the distance of two films' mean errors times √2, by the median.
    """
    films, place = np.unique(film, return_inverse=True)
    mean = np.bincount(place, weights=error) / np.bincount(place)
    of_film = np.zeros(len(films), dtype=int)
    of_film[place] = formulations
    apart = []
    for own in np.unique(of_film):
        same = mean[of_film == own]
        if len(same) > 1:
            apart.extend(np.abs(same - np.median(same)) * np.sqrt(len(same) / (len(same) - 1)))
    if len(apart) < LEAST_GROUPS:
        return FILM_SD_SHARE * float(np.abs(error).mean())
    return float(1.4826 * np.median(apart))
