"""Errors out of fold, and from them the width of intervals: on polymers that were never seen, and on known ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.interval_width import Width, farness, fitted_width
from models.learning_table import LearningTable
from models.regressors import Learnt, Regressor
from models.splits import grouped_folds

FOLDS = 4
"""Inner folds by polymer."""
DOMINANT = 0.08
"""Groups with a larger share of all rows stay in training: held out, they would leave a model of another table."""
LEAST_GROUPS = 8
"""With fewer polymers, errors on new formulations are all there is; that of a new polymer is twice as wide."""
LEAST_ROWS = 12
FILM_SD_SHARE = 0.25
"""Where no formulation was made twice, a film's own effect is taken as this share of the errors on new formulations."""


@dataclass(frozen=True)
class Widths:
    """Interval widths of points whose polymer was not trained on, and was; and the effect of a film."""

    unseen: Width
    seen: Width
    film_sd: float


def calibrated(
    methods: Sequence[Regressor],
    table: LearningTable,
    features: np.ndarray,
    weight: np.ndarray,
    group: np.ndarray,
    fingerprints: np.ndarray,
    whole: Sequence[Learnt],
    held_out: bool = True,
) -> Widths:
    """Widths from errors out of fold; from errors in sample where `held_out` is False or rows are too few.

    Args:
        methods: what is averaged.
        table: the readings.
        features: `n x d`.
        weight: `n`.
        group: `n`, polymer of each row.
        fingerprints: `g x b`, of each polymer.
        whole: the methods after learning from all rows.
        held_out: whether to hold anything out.
    """
    target = table.value
    if not held_out or len(target) < LEAST_ROWS:
        mean, spread = mean_and_spread(whole, features)
        width = fitted_width(mean - target, spread, np.zeros(len(target)), group)
        return Widths(width, width, FILM_SD_SHARE * float(np.abs(mean - target).mean()))
    formulations = _formulations(table)
    seen_rows, seen_error, seen_spread = _new_formulations(methods, features, target, weight, group, formulations)
    seen = fitted_width(seen_error, seen_spread, np.zeros(len(seen_error)), formulations[seen_rows])
    film_sd = _film_sd(table.film[seen_rows], formulations[seen_rows], seen_error)
    shares = np.bincount(group) / len(group)
    dominant = {int(own) for own in np.flatnonzero(shares > DOMINANT)}
    if len(shares) - len(dominant) < LEAST_GROUPS:
        twice = Width(seen.base, seen.by_spread, seen.base, 2 * seen.factor)
        return Widths(twice, seen, film_sd)
    errors, spreads, distances, groups = [], [], [], []
    for fold in grouped_folds(group.tolist(), FOLDS, seed=0, always_train=dominant):
        train, test = fold.train, fold.test
        members = [method.fit(features[train], target[train], weight[train], group[train]) for method in methods]
        mean, spread = mean_and_spread(members, features[test])
        away = np.zeros(len(shares))
        tested = np.unique(group[test])
        away[tested] = farness(fingerprints[tested], fingerprints[np.unique(group[train])])
        errors.append(mean - target[test])
        spreads.append(spread)
        distances.append(away[group[test]])
        groups.append(group[test])
    parts = [np.concatenate(part) for part in (errors, spreads, distances, groups)]
    return Widths(fitted_width(*parts), seen, film_sd)


def mean_and_spread(members: Sequence[Learnt], features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the members' predictions and their standard deviation (zero for one member), `n` each."""
    foretold = np.stack([member.predict(features) for member in members])
    return foretold.mean(axis=0), foretold.std(axis=0)


def _formulations(table: LearningTable) -> np.ndarray:
    """`n`, which rows have one formulation."""
    points = table.points
    columns = np.stack([points.polymer, points.salt, points.mixture, np.round(points.molality_mol_kg, 2)], axis=1)
    return np.unique(columns, axis=0, return_inverse=True)[1].ravel()


def _new_formulations(
    methods: Sequence[Regressor],
    features: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    group: np.ndarray,
    formulations: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows held out with their whole formulation while their polymer was trained on; their errors and spreads.

    Where no polymer has a second formulation, single rows are held out.
    """
    random = np.random.default_rng(0)
    held = random.permutation(formulations.max() + 1) % FOLDS == 0
    test = held[formulations]
    test &= np.isin(group, group[~test])
    if not test.any() or test.all():
        test = random.permutation(len(target)) % FOLDS == 0
    train = ~test
    members = [method.fit(features[train], target[train], weight[train], group[train]) for method in methods]
    mean, spread = mean_and_spread(members, features[test])
    return np.flatnonzero(test), mean - target[test], spread


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
