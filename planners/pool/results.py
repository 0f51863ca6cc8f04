"""What the ledger knows of a campaign, as results of a pool's rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.formulation import Formulation
from ledger.film import Film
from planners.objectives import Limit
from planners.pareto import raised_values, reading_of, reference_point
from planners.pool.candidates import Pool
from planners.pool.protocols import LimitTold, Told
from planners.pool.ways import nearest_way
from planners.protocols import Knowledge
from planners.scalarisation import chebyshev, weights


@dataclass(frozen=True)
class Results:
    """What is known of the rows of a pool.

    Attributes:
        rows: with every objective, rising.
        values: `n x m`, their objectives, all to maximise; means where a row was made several times.
        film: the first film of each of these rows.
        tried: rows that were ever suggested or made, whatever came of them.
        worthless, ideal: `m` each, of the objectives; None where there is no result.
    """

    rows: tuple[int, ...]
    values: np.ndarray
    film: dict[int, str]
    tried: frozenset[int]
    limits: tuple[LimitTold, ...]
    worthless: np.ndarray | None
    ideal: np.ndarray | None

    def told(
        self,
        seed: int,
        index: int,
        chance: Callable[[Sequence[int]], np.ndarray] | None = None,
        gone: Sequence[int] = (),
    ) -> Told:
        """What a chooser is told for the decision of an index; several objectives become one by weights of its own.

        `gone` are rows beside those tried that are not to be chosen.
        """
        values = self.values[:, 0] if self.values.size else np.empty(0)
        if self.values.shape[1] > 1 and self.worthless is not None and self.ideal is not None:
            weight = weights(self.values.shape[1], seed, index)
            values = chebyshev(self.values, weight, self.worthless, self.ideal)
        taken = tuple(sorted((self.tried | set(gone)) - set(self.rows)))
        return Told(self.rows, tuple(values.tolist()), taken, seed, index, self.limits, chance)


def results(knowledge: Knowledge, pool: Pool) -> Results:
    """What is known of the rows of a pool; in which order it came plays no part."""
    placed = [(film, row) for film in knowledge.films if (row := row_of(film.formulation, knowledge, pool)) is not None]
    raised: dict[int, list[tuple[float, ...]]] = {}
    names: dict[int, str] = {}
    for film, row in sorted(placed, key=lambda one: one[0].film_id):
        if (values := raised_values(film, knowledge.objectives)) is not None:
            raised.setdefault(row, []).append(values)
            names.setdefault(row, film.film_id)
    rows = tuple(sorted(raised))
    values = np.array([np.mean(sorted(raised[row]), axis=0) for row in rows]).reshape(-1, len(knowledge.objectives))
    others = [*knowledge.pending, *(failure.formulation for failure in knowledge.failures)]
    others += [decided.formulation for decided in knowledge.history if decided.outcome != "cancelled"]
    tried = {row for _, row in placed} | {
        row for formulation in others if (row := row_of(formulation, knowledge, pool)) is not None
    }
    signs = np.array([objective.sign for objective in knowledge.objectives])
    return Results(
        rows=rows,
        values=values,
        film=names,
        tried=frozenset(tried),
        limits=tuple(_limited(placed, limit) for limit in knowledge.limits),
        worthless=reference_point(values * signs, knowledge.objectives) if rows else None,
        ideal=values.max(axis=0) if rows else None,
    )


def row_of(formulation: Formulation, knowledge: Knowledge, pool: Pool) -> int | None:
    """The row that a formulation is, as near as it was made; None for what the pool does not hold."""
    units = formulation.polymer.units
    place = pool.places.get(units[0].smiles) if len(units) == 1 else None
    way = None if place is None else nearest_way(formulation, knowledge.space)
    return None if place is None or way is None else place * len(pool.ways) + way


def _limited(placed: list[tuple[Film, int]], limit: Limit) -> LimitTold:
    found: dict[int, list[float]] = {}
    for film, row in placed:
        reading = reading_of(film, limit)
        if reading is not None:
            found.setdefault(row, []).append(reading.value)
    rows = tuple(sorted(found))
    return LimitTold(rows, tuple(float(np.mean(sorted(found[row]))) for row in rows), limit.low, limit.high)
