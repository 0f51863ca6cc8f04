"""Where a pool lies among the polymers that a model was trained on: a plane, and clusters, without supervision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from models.composition import host_matrix, polymer_fingerprints
from models.regressors import CLIP, filled, medians
from models.screening.grid import Grid, feasible, polymer_of
from models.screening.judge import Judge
from models.tanimoto import nearest

CLUSTERS = 10
COMPONENTS = 8
"""Principal components in which clusters are sought."""


@dataclass(frozen=True)
class PoolMap:
    """n polymers in a plane, those that were trained on first.

    Attributes:
        names: `n`, repeat units.
        trained: `n`, whether the entry is one that the model was trained on.
        x, y: `n`, first two principal components.
        cluster: `n`, clusters counted from 1, the largest first.
        typical: name nearest to the centre of each cluster.
        similarity: `n`, to the nearest polymer that was trained on; 1 for these themselves.
        neighbour: `n`, its name.
        mean: `n`, prediction; NaN for those trained on, and where no feasible film can be made.
        explained: share of the variance in the plane.
        features: number of features that differ.
    """

    names: tuple[str, ...]
    trained: np.ndarray
    x: np.ndarray
    y: np.ndarray
    cluster: np.ndarray
    typical: tuple[str, ...]
    similarity: np.ndarray
    neighbour: tuple[str, ...]
    mean: np.ndarray
    explained: float
    features: int


def middle_of(grid: Grid) -> Grid:
    """One point of a grid: its first salt, and the middle loading and temperature."""
    return replace(
        grid,
        salts=grid.salts[:1],
        loadings=(sorted(grid.loadings)[len(grid.loadings) // 2],),
        temperatures_C=(sorted(grid.temperatures_C)[len(grid.temperatures_C) // 2],),
    )


def pool_map(surrogate: Judge, name: str, units: Sequence[str], point: Grid) -> PoolMap:
    """The map of some polymers of a pool, and of all that the surrogate learnt the property of.

    Args:
        surrogate: what was trained.
        name: of the property.
        units: repeat units of the pool.
        point: a grid of one point, at which the property is foretold.

    Raises:
        BadInput: the surrogate has not kept the polymers that it was trained on.
    """
    learnt = surrogate.known(name)
    if learnt is None:
        raise mapless(surrogate.name)
    pool = [polymer_of(unit) for unit in units]
    polymers = [*(_of_group(group) for group in learnt.polymers), *pool]
    place, similarity = nearest(polymer_fingerprints(pool), learnt.fingerprints)
    made, _ = feasible(point, pool)
    mean = np.full(len(polymers), np.nan)
    if len(made.polymer):
        told = surrogate.foretell(made.at(np.arange(len(made.polymer)), np.zeros(len(made.polymer), dtype=int)), name)
        mean[len(learnt.polymers) + made.polymer] = told.mean
    scored, explained, features = _components(host_matrix(polymers))
    names = (*learnt.polymers, *units)
    cluster, typical = _clusters(scored, names)
    return PoolMap(
        names=names,
        trained=np.arange(len(polymers)) < len(learnt.polymers),
        x=scored[:, 0],
        y=scored[:, 1],
        cluster=cluster,
        typical=typical,
        similarity=np.concatenate([np.ones(len(learnt.polymers)), similarity]),
        neighbour=(*learnt.polymers, *(learnt.polymers[i] if i >= 0 else "" for i in place)),
        mean=mean,
        explained=explained,
        features=features,
    )


def mapless(model: str) -> BadInput:
    """Why there is no map of a model, by its name."""
    return BadInput(
        f"{model} does not keep the polymers that it was trained on, so that a pool has nothing to lie beside",
        place="--map",
        remedy="Leave --map out, or screen with another model, such as average",
    )


def _of_group(group: str) -> Polymer:
    """A polymer of a training group; a copolymer stands with equal shares of its units."""
    units = group.split(" + ")
    return Polymer.model_validate({"units": units, "fractions": [1 / len(units)] * len(units)})


def _components(features: np.ndarray) -> tuple[np.ndarray, float, int]:
    """`n x c` principal components of standard scores, share of variance of the first two, and columns that differ."""
    from sklearn.decomposition import PCA

    ready = filled(features, medians(features))
    used = ready.std(axis=0) > 1e-9 * (1 + np.abs(ready.mean(axis=0)))
    ready = ready[:, used]
    scored = np.clip((ready - ready.mean(axis=0)) / ready.std(axis=0), -CLIP, CLIP)
    components = min(COMPONENTS, *scored.shape)
    method = PCA(components, svd_solver="full")
    found = method.fit_transform(scored)
    padded = np.zeros((len(found), max(2, components)))
    padded[:, :components] = found
    return padded, float(method.explained_variance_ratio_[:2].sum()), int(used.sum())


def _clusters(scored: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number of each one's cluster, the largest being 1, and the name nearest to each centre."""
    from sklearn.cluster import KMeans

    count = min(CLUSTERS, len(np.unique(np.round(scored, 9), axis=0)))
    method = KMeans(count, n_init=4, random_state=0)  # pyright: ignore[reportArgumentType]  a number is taken as well
    labels = method.fit_predict(scored)
    sizes = np.bincount(labels, minlength=count)
    order = np.argsort(-sizes, kind="stable")
    number = np.empty(count, dtype=int)
    number[order] = np.arange(1, count + 1)
    distance = method.transform(scored)
    return number[labels], tuple(names[int(distance[:, k].argmin())] for k in order)
