"""How the error falls with the number of films, on the folds of a comparison; kept in its record."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.comparison import Comparison, Prepared
from models.evaluation import evaluate
from models.fold_record import keep, read_record
from models.splits import polymer_group
from models.surrogates import surrogate

SHARES = (0.125, 0.25, 0.5)
"""Shares of the training films; the whole is the comparison itself."""
FOLDS = 2
"""Folds that the curve is made on: each point of it costs a fit."""


def learning_curve(
    comparison: Comparison,
    record: Path,
    *,
    budget_s: float | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> dict[str, list[tuple[float, float]]]:
    """For each model pairs of training films and mean absolute error, fewest films first.

    Training films are thinned by whole polymers where the split is by polymer, else film by film. Fits that the record
    holds are not made again; whole training sets are taken from the comparison's own lines. Of few polymers two shares
    may be the same films: they are fitted once and are one point.

    Args:
        comparison: what is compared.
        record: of `models.comparison.compare`; lines are added.
        budget_s: no fit is begun after so many seconds; None for no limit.
        told: is called with a line of progress after each fit.
    """
    key = f"{comparison.key} thinned"
    done, whole = read_record(record, key), read_record(record, comparison.key)
    begun = time.monotonic()
    places: dict[str, dict[float, list[tuple[int, float]]]] = {name: {} for name in comparison.models}
    prepared = Prepared(comparison)
    for number, fold in enumerate(prepared.folds[:FOLDS]):
        test = [comparison.films[i] for i in fold.test]
        first: dict[int, int] = {}  # smaller shares lie inside larger ones: as many films are the same films
        for step, share in enumerate(SHARES):
            kept = _thinned(comparison, fold.train, share)
            if len(kept) == len(fold.train):
                continue
            place = len(SHARES) * number + first.setdefault(len(kept), step)
            for name in comparison.models:
                line = done.get((name, place))
                if line is None:
                    if budget_s is not None and time.monotonic() - begun > budget_s:
                        continue
                    train = [comparison.films[i] for i in kept]
                    outcome = evaluate(surrogate(name), train, test, comparison.asked, prepared.estimate(number))
                    line = {
                        "comparison": key,
                        "model": name,
                        "fold": place,
                        "films": len(kept),
                        "mae": outcome.scores.mae,
                    }
                    keep(record, line)
                    done[name, place] = line
                    told(f"{name}: {len(kept)} training films, mean absolute error {outcome.scores.mae:.3f}")
                places[name].setdefault(share, []).append((int(str(line["films"])), float(str(line["mae"]))))
        for name in comparison.models:
            if (name, number) in whole:
                line = whole[name, number]
                error = np.abs(np.asarray(line["mean"], dtype=float) - np.asarray(line["truth"], dtype=float))
                places[name].setdefault(1.0, []).append((len(fold.train), float(error.mean())))
    return {name: _means(shares) for name, shares in places.items() if shares}


def _means(shares: dict[float, list[tuple[int, float]]]) -> list[tuple[float, float]]:
    """Mean over folds, of the shares that every fold has; shares that are the same films are one point."""
    most = max(len(rows) for rows in shares.values())
    means = [tuple(np.mean(rows, axis=0).tolist()) for _, rows in sorted(shares.items()) if len(rows) == most]
    return sorted({films: (films, error) for films, error in means}.values())


def _thinned(comparison: Comparison, train: np.ndarray, share: float) -> np.ndarray:
    """A share of the training films at random; smaller shares lie inside larger ones."""
    if comparison.split == "polymer":
        groups = np.array([polymer_group(comparison.films[i].formulation.polymer) for i in train])
    else:
        groups = train.astype(str)
    names = np.unique(groups)
    order = np.random.default_rng(comparison.seed).permutation(len(names))
    kept = names[order[: max(2, round(share * len(names)))]]
    return train[np.isin(groups, kept)]
