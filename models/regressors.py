"""Learning methods on a matrix of features, each behind one small seam, with weights that are plain arrays.

A `Regressor` learns from n rows of d features, some of them NaN, and gives a `Learnt` that predicts. Each prepares the
features as it needs them (medians in the place of NaN, standard scores), from its own training rows alone. The weights
of every one are a dictionary of numpy arrays: nothing is pickled.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from chemistry.errors import IonloopError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
    from sklearn.tree._tree import Tree

CLIP = 4.0
"""Standard scores beyond which a feature of a kernel machine counts no further."""


class OtherWeights(IonloopError):
    """A saved surrogate that this version cannot load."""


class Learnt(Protocol):
    """A method that has learnt."""

    kind: ClassVar[str]
    """Which class restores its arrays (`models.saved_methods`)."""

    def predict(self, features: np.ndarray) -> np.ndarray:
        """`n` predictions for `n x d` features."""
        ...

    def arrays(self) -> "dict[str, np.ndarray]":
        """The weights: plain numbers, from which `of` of its class makes it again."""
        ...


class Regressor(Protocol):
    """A way to learn one number from features."""

    @property
    def name(self) -> str:
        """What it is called, in configurations too."""
        ...

    def fit(self, features: np.ndarray, target: np.ndarray, weight: np.ndarray, groups: np.ndarray) -> Learnt:
        """Learn from `n x d` features, `n` targets and weights; rows of one group (`n`, integers) are alike."""
        ...


def medians(features: np.ndarray) -> np.ndarray:
    """`d` medians of what is known; zero for a column that no row knows, which then says nothing."""
    known = ~np.isnan(features)
    filled = np.where(known, features, np.nan)
    answer = np.zeros(features.shape[1])
    columns = known.any(axis=0)
    answer[columns] = np.nanmedian(filled[:, columns], axis=0)
    return answer


def filled(features: np.ndarray, median: np.ndarray) -> np.ndarray:
    """The features with NaN replaced by the medians of the training rows."""
    return np.where(np.isnan(features), median, features)


@dataclass(frozen=True)
class TreeMean:
    """The mean of decision trees over filled features.

    Attributes:
        median: `d`, in the place of NaN.
        used: columns that differ among the training rows; the trees know only these.
        trees: scikit-learn's trees.
    """

    kind: ClassVar[str] = "tree_mean"

    median: np.ndarray
    used: np.ndarray
    trees: "tuple[Tree, ...]"

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Mean over the trees."""
        ready = np.ascontiguousarray(filled(features[:, self.used], self.median[self.used]), dtype=np.float32)
        total = np.zeros(len(ready))
        for tree in self.trees:
            total += tree.predict(ready).ravel()
        return total / len(self.trees)

    def arrays(self) -> dict[str, np.ndarray]:
        """Nodes and values of all trees, one after the other."""
        states = [tree.__getstate__() for tree in self.trees]
        return {
            "median": self.median,
            "used": self.used,
            "nodes": np.concatenate([state["nodes"] for state in states]),
            "values": np.concatenate([state["values"] for state in states]),
            "sizes": np.array([state["node_count"] for state in states]),
            "depths": np.array([state["max_depth"] for state in states]),
        }

    @classmethod
    def of(cls, arrays: "Mapping[str, np.ndarray]") -> "TreeMean":
        """From the arrays of another."""
        from sklearn.tree._tree import Tree

        trees, start = [], 0
        columns = len(arrays["used"])
        for size, depth in zip(arrays["sizes"].tolist(), arrays["depths"].tolist(), strict=True):
            tree = Tree(columns, np.array([1], dtype=np.intp), 1)
            part = slice(start, start + size)
            nodes, values = np.ascontiguousarray(arrays["nodes"][part]), np.ascontiguousarray(arrays["values"][part])
            tree.__setstate__({"max_depth": depth, "node_count": size, "nodes": nodes, "values": values})
            trees.append(tree)
            start += size
        return cls(arrays["median"], arrays["used"], tuple(trees))


@dataclass(frozen=True)
class Forest:
    """A random forest (Breiman, Mach. Learn. 2001, 45, 5), or where `extra` extremely randomised trees.

    The latter after Geurts, Ernst and Wehenkel, Mach. Learn. 2006, 63, 3.
    """

    name: str
    extra: bool
    trees: int
    share_of_columns: float
    rows_in_leaf: int
    seed: int = 0

    def fit(self, features: np.ndarray, target: np.ndarray, weight: np.ndarray, groups: np.ndarray) -> TreeMean:
        """Grow the trees; groups play no part."""
        median = medians(features)
        ready = filled(features, median)
        used = np.flatnonzero(np.ptp(ready, axis=0) > 0)
        if not len(used):  # all rows are alike: one column is kept, on which no tree splits
            used = np.array([0])
        grown = self._method().fit(ready[:, used], target, sample_weight=weight)
        return TreeMean(median, used, tuple(tree.tree_ for tree in grown.estimators_))

    def _method(self) -> "ExtraTreesRegressor | RandomForestRegressor":
        from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

        return (ExtraTreesRegressor if self.extra else RandomForestRegressor)(
            n_estimators=self.trees,
            max_features=self.share_of_columns,
            min_samples_leaf=self.rows_in_leaf,
            random_state=self.seed,
            n_jobs=1,
        )
