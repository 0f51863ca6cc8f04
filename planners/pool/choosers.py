"""Choosers that need nothing but this project: at random, by confidence bounds, and by functions drawn at random."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planners.pool.candidates import Pool
from planners.pool.kin import Kin, kin
from planners.pool.likeness import VIEWS, tanimoto
from planners.pool.protocols import Choice, LimitTold, Told
from planners.success import fair

FEWEST = 3
"""Results below which a model has nothing to say."""
_ASKED = 256
"""Rows, from the top of a ranking, of which it is asked whether a film comes of them: each must be built for it."""
_DRAWN = 512
"""Rows at which a function is drawn: those that may be its highest."""
_WIDE = 3.0
"""Standard deviations above the mean that a drawn function seldom passes."""


@dataclass(frozen=True)
class AtRandom:
    """Rows drawn without looking: the baseline."""

    name: str = "random"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """The next rows of a shuffle that the seed decides."""
        order = np.random.default_rng(told.seed).permutation(len(pool))
        gone = set(told.gone)
        return [Choice(int(row)) for row in itertools.islice((row for row in order if int(row) not in gone), n)]


@dataclass(frozen=True)
class Kinship:
    """Ranks the whole pool by confidence bounds, mean + `boldness` · sd, of Gaussian processes over unlike views of it.

    Each view has a process of its own (`planners.pool.process`): one that compares substructures finds the close
    relatives of the best, one that compares composition knows after twenty results which way is up. Places of a batch
    are taken in turn from the rankings of `committees`, each by the mean over its views: all of them together, and
    substructures alone, so that neither error of the one is the whole batch. Imagining the results of those chosen
    before (kriging believer) was tried and found nothing more. Where limits or failures are told, the height above the
    least result is multiplied by the chance to hold them and that a film comes of it.
    """

    committees: tuple[tuple[str, ...], ...] = (VIEWS, ("tanimoto",))
    boldness: float = 0.5
    name: str = "kinship"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """From the top of each ranking in turn; at random while fewer than `FEWEST` results are known, or all equal."""
        if len(told.rows) < FEWEST or len(set(told.values)) == 1:
            return AtRandom().choose(n, pool, told)
        views = tuple(view for view in VIEWS if any(view in committee for committee in self.committees))
        learnt = kin(pool, told.rows, told.values, views)
        foretold = learnt.over_pool(self.committees)
        worth = foretold[:, 0] + self.boldness * foretold[:, 1]
        if told.limits:
            worth = _height(worth, told) * _chance_to_hold(pool, told.limits, (views,))
        worth[:, told.gone] = -np.inf
        most = min(n, int(np.isfinite(worth[0]).sum()))
        chances = _chances(worth, told)
        orders = [_order(own, most, told, chances) for own in worth]
        return [
            Choice(
                row,
                expected=float(foretold[committee, 0, row]),
                sd=float(foretold[committee, 1, row]),
                worth=float(worth[committee, row]),
                nearest=_nearest(learnt, row),
                success=chances.get(row),
            )
            for committee, row in _in_turn(orders, most, told.index)
        ]


@dataclass(frozen=True)
class Thompson:
    """Draws a function from the posterior for each choice, and takes the row where it is highest (Thompson sampling).

    A function is drawn, jointly, at the rows whose mean + 3 sd is highest: no other is likely to be its best. The draw
    follows from the seed and the number of the choice. Where limits or failures are told, its height above the least
    result is multiplied by the chance to hold them and that a film comes of it.
    """

    views: tuple[str, ...] = VIEWS
    name: str = "thompson"

    def choose(self, n: int, pool: Pool, told: Told) -> list[Choice]:
        """The highest row of each of n draws that no draw before it has taken; at random where `Kinship` is, too."""
        if len(told.rows) < FEWEST or len(set(told.values)) == 1:
            return AtRandom().choose(n, pool, told)
        learnt = kin(pool, told.rows, told.values, self.views)
        (mean, sd) = learnt.over_pool((self.views,))[0]
        reach = mean + _WIDE * sd
        reach[told.gone] = -np.inf
        open_rows = int(np.isfinite(reach).sum())
        rows = np.argsort(-reach, kind="stable")[: min(max(_DRAWN, n), open_rows)]
        chance = _chance_to_hold(pool, told.limits, (self.views,))[0][rows] if told.limits else np.ones(len(rows))
        success = told.chance(rows.tolist()) if told.chance else None
        left = fair(success) if success is not None else np.ones(len(rows), dtype=bool)
        left = left if left.sum() >= n else np.ones(len(rows), dtype=bool)
        weighed = bool(told.limits) or success is not None
        middle, root = learnt.joint(rows)
        choices = []
        for place in range(min(n, len(rows))):
            normal = np.random.default_rng([told.seed, told.index + place]).standard_normal(len(rows))
            drawn = middle + root @ normal
            if weighed:
                drawn = _height(drawn, told) * chance * (1.0 if success is None else success)
            best = int(np.where(left, drawn, -np.inf).argmax())
            left[best] = False
            row = int(rows[best])
            choices.append(
                Choice(
                    row,
                    expected=float(mean[row]),
                    sd=float(sd[row]),
                    worth=float(drawn[best]),
                    nearest=_nearest(learnt, row),
                    success=None if success is None else float(success[best]),
                )
            )
        return choices


def _height(worth: np.ndarray, told: Told) -> np.ndarray:
    """How far a worth lies above the least result, in their range, never below nothing: a chance can weigh it then."""
    low, high = min(told.values), max(told.values)
    return np.logaddexp(0.0, 10.0 * (worth - low) / (high - low)) / 10.0


def _chance_to_hold(pool: Pool, limits: tuple[LimitTold, ...], committees: tuple[tuple[str, ...], ...]) -> np.ndarray:
    """Probability that every row's true value holds all limits, `c x n`; one where too little was read to say."""
    from scipy.stats import norm

    chance = np.ones((len(committees), len(pool)))
    views = tuple(view for view in VIEWS if any(view in committee for committee in committees))
    for limit in limits:
        if len(limit.rows) < FEWEST:
            continue
        told = kin(pool, limit.rows, limit.values, views).over_pool(committees)
        mean, sd = told[:, 0], np.maximum(told[:, 1], 1e-9)
        above = norm.sf((limit.low - mean) / sd) if math.isfinite(limit.low) else 1.0
        below = norm.sf((limit.high - mean) / sd) if math.isfinite(limit.high) else 0.0
        chance *= above - below
    return chance


def _chances(worth: np.ndarray, told: Told) -> dict[int, float]:
    """Chance of a film for the rows at the top of `c x n` rankings; empty where nothing is to be said."""
    if told.chance is None:
        return {}
    tops = {int(row) for own in worth for row in np.argsort(-own, kind="stable")[:_ASKED] if np.isfinite(own[row])}
    rows = sorted(tops)
    return dict(zip(rows, told.chance(rows).tolist(), strict=True))


def _order(worth: np.ndarray, most: int, told: Told, chances: dict[int, float]) -> Iterator[int]:
    """Rows by their worth, the best first; those asked for their chance by what is left of their height by it."""
    order = np.argsort(-worth, kind="stable")[: most + len(chances)].tolist()
    if not chances:
        return iter(order)
    asked = [row for row in order if row in chances]
    kept = fair(np.array([chances[row] for row in asked]))
    height = _height(worth, told) if not told.limits else worth
    by_chance = sorted(
        (row for row, keep in zip(asked, kept, strict=True) if keep), key=lambda row: -height[row] * chances[row]
    )
    return iter(dict.fromkeys([*by_chance, *order]))


def _in_turn(orders: list[Iterator[int]], most: int, begin: int) -> list[tuple[int, int]]:
    """Ranking and row of `most` places, taken from the top of rankings in turn, no row twice."""
    chosen: dict[int, int] = {}
    while len(chosen) < most:
        committee = (begin + len(chosen)) % len(orders)
        row = next(row for row in orders[committee] if row not in chosen)
        chosen[row] = committee
    return [(committee, row) for row, committee in chosen.items()]


def _nearest(learnt: Kin, row: int) -> tuple[int, float]:
    """The known row whose polymer is most like that of a row; of several the one that is made in the likest way."""
    pool, ways = learnt.pool, len(learnt.pool.ways)
    similar = tanimoto(pool.counts[:, [row // ways]], pool.counts[:, learnt.known // ways])[0]
    order = np.lexsort((-pool.ways[row % ways, learnt.known % ways], -similar))
    return int(learnt.known[order[0]]), float(similar[order[0]])
