"""Gradient boosting on histograms of the features, saved as the nodes of its trees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.regressors import filled, medians


@dataclass(frozen=True)
class BoostedTrees:
    """A sum of small trees, each kept as arrays of nodes.

    Attributes:
        median: `d`, in the place of NaN.
        baseline: what the sum starts from.
        column, threshold, left, right, value, leaf: nodes of all trees, one after the other; `left` and `right` count
            from the first node of all.
        roots: the first node of each tree.
    """

    kind: ClassVar[str] = "boosted_trees"

    median: np.ndarray
    baseline: float
    column: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    leaf: np.ndarray
    roots: np.ndarray

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Sum over the trees."""
        ready = filled(features, self.median)
        total = np.full(len(ready), self.baseline)
        rows = np.arange(len(ready))
        for root in self.roots:
            node = np.full(len(ready), root)
            inside = rows[~self.leaf[node]]
            while len(inside):
                at = node[inside]
                low = ready[inside, self.column[at]] <= self.threshold[at]
                node[inside] = np.where(low, self.left[at], self.right[at])
                inside = inside[~self.leaf[node[inside]]]
            total += self.value[node]
        return total

    def arrays(self) -> dict[str, np.ndarray]:
        """The nodes."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "BoostedTrees":
        """From the arrays of another."""
        return cls(**{**arrays, "baseline": float(arrays["baseline"])})


@dataclass(frozen=True)
class Boosting:
    """Histogram gradient boosting of a size fixed beforehand: no rows are held back to stop it early."""

    name: str = "boosting"
    rounds: int = 200
    rate: float = 0.05
    leaves: int = 15
    rows_in_leaf: int = 20
    share_of_columns: float = 0.3
    ridge: float = 1.0
    seed: int = 0

    def fit(self, features: np.ndarray, target: np.ndarray, weight: np.ndarray, groups: np.ndarray) -> BoostedTrees:
        """Grow the trees; groups play no part."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        median = medians(features)
        method = HistGradientBoostingRegressor(
            max_iter=self.rounds,
            learning_rate=self.rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=min(self.rows_in_leaf, max(1, len(target) // 10)),
            max_features=self.share_of_columns,
            l2_regularization=self.ridge,
            early_stopping=False,  # pyright: ignore[reportArgumentType]  scikit-learn takes a flag as well
            random_state=self.seed,
        )
        method.fit(filled(features, median), target, sample_weight=weight)
        trees = [tree.nodes for round_ in method._predictors for tree in round_]
        sizes = np.array([len(nodes) for nodes in trees])
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
        nodes = np.concatenate(trees)
        first = np.repeat(roots, sizes)
        return BoostedTrees(
            median=median,
            baseline=float(np.ravel(method._baseline_prediction)[0]),
            column=nodes["feature_idx"].astype(int),
            threshold=nodes["num_threshold"].astype(float),
            left=nodes["left"].astype(int) + first,
            right=nodes["right"].astype(int) + first,
            value=nodes["value"].astype(float),
            leaf=nodes["is_leaf"].astype(bool),
            roots=roots,
        )
