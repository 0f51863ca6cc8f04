"""The particle swarm: inertia and two attractions, in a space whose components are corners of simplices.

Kennedy & Eberhart, Proc. IEEE Int. Conf. Neural Netw. 1995, 4, 1942; with inertia Shi & Eberhart, Proc. IEEE Int. Conf.
Evol. Comput. 1998, 69. A component is a corner of a simplex with edges of one, so that no two are nearer than others; a
particle moves freely between them and is then put onto the nearest formulation that may be made and is not known yet.
For several objectives each particle has weights of its own and looks at the best by them (augmented Tchebycheff, as
decomposition has it: Zhang & Li, IEEE Trans. Evol. Comput. 2007, 11, 712), so that together they spread over the front.
A film that oversteps the limits is worse than any that holds them, the more so the farther (Deb's rule: Comput. Methods
Appl. Mech. Eng. 2000, 186, 311).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planners.breeding import in_grown_space
from planners.embedding import embedded, lengths, point_nearest
from planners.limits import read_values, violation_of
from planners.options import SwarmOptions
from planners.pareto import raised_values
from planners.points import Point, formulation_at, point_of, reasons_not_to, rounded
from planners.protocols import Action, Decided, Knowledge, Reason, Suggestion, refuse_without_history, with_suggested
from planners.sampling import coordinates, neighbours, sample
from planners.screening import is_new
from planners.sobol import even_start
from planners.space import DesignSpace

if TYPE_CHECKING:
    import numpy as np

_POOL = 1024
_AUGMENTED = 0.05
_FASTEST = 0.5
"""Longest step of a loading, as a share of its range; a component may change in any step."""


@dataclass(frozen=True)
class SwarmPlanner:
    """Particles that are rebuilt from the ledger: particle k made the suggestions whose index is k modulo their number.

    A particle's velocity is its last step; where another planner made that suggestion it is zero. The first positions
    are an even spread.
    """

    options: SwarmOptions = field(default_factory=SwarmOptions)
    name: str = "swarm"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; each one knows of those before it as pending.

        Raises `BadInput` where nothing in the space may be made.
        """
        refuse_without_history(knowledge, self.name)
        suggestions: list[Suggestion] = []
        while len(suggestions) < n:
            known = in_grown_space(with_suggested(knowledge, suggestions))
            found = self._moved(known)
            if found is None:
                break
            suggestions.append(found)
        return suggestions

    def _moved(self, knowledge: Knowledge) -> Suggestion | None:
        """The next step of the particle whose turn it is."""
        size = self.options.particles
        particle = knowledge.suggested % size
        path = [decided for decided in knowledge.history if decided.index % size == particle]
        path = [decided for decided in path if point_of(knowledge.space, decided.formulation)]
        found = _found(knowledge)
        if not path or not found:
            return next(iter(even_start(1, knowledge, size, self.name)), None)
        score = _Score(knowledge, [one.values for one in found], particle)
        everywhere = max(found, key=lambda one: (-one.violation, score(one.values), one.point))
        films = {decided.film_id for decided in path}
        mine = [one for one in found if one.film_id in films]
        own = max(mine, key=lambda one: (-one.violation, score(one.values), one.point)) if mine else None
        there = self._step(knowledge, path, own, everywhere)
        point = _nearest(knowledge, there)
        if point is None:
            return None
        return Suggestion(
            formulation=formulation_at(knowledge.space, point),
            action=Action(),
            reason=self._reason(particle, path[-1], own, everywhere),
            planner=self.name,
            event=knowledge.event,
            index=knowledge.suggested,
        )

    def _step(
        self, knowledge: Knowledge, path: Sequence[Decided], own: "_Found | None", everywhere: "_Found"
    ) -> "np.ndarray":
        """Where the particle goes, `d`, before it is put onto a formulation."""
        import numpy as np
        from pymoo.algorithms.soo.nonconvex.pso import pso_equation

        space, options = knowledge.space, self.options
        places = [embedded(space, _point(space, decided)) for decided in path[-2:]]
        here = places[-1]
        went = here - places[0] if path[-1].planner == self.name else np.zeros_like(here)
        sizes = lengths(space)
        rng = np.random.default_rng([knowledge.seed, knowledge.suggested])
        # One draw for each gene: the coordinates of one component move together.
        pull_own, pull_shared = (np.repeat(rng.random(len(sizes)), sizes)[None] for _ in range(2))
        axes = space.axes
        speeds = [*(1.0 for _ in axes.choices), *(_FASTEST for _ in axes.amounts)]
        fastest = np.repeat(speeds, sizes)
        there, _ = pso_equation(
            here[None],
            (here if own is None else embedded(space, own.point))[None],
            embedded(space, everywhere.point)[None],
            went[None],
            fastest,
            options.inertia,
            options.own,
            options.shared,
            r1=pull_own,
            r2=pull_shared,
        )
        return there[0]

    def _reason(self, particle: int, last: Decided, own: "_Found | None", everywhere: "_Found") -> Reason:
        best = "no result of its own yet" if own is None else f"its own best, film {own.film_id} ({self.options.own:g})"
        summary = (
            f"Particle {particle + 1} of {self.options.particles} goes on from {last.formulation.label} with inertia "
            f"{self.options.inertia:g}, drawn to {best}, and to the best by its weights, film {everywhere.film_id} "
            f"({self.options.shared:g})."
        )
        return Reason(summary=summary, nearest_film=everywhere.film_id)


@dataclass(frozen=True)
class _Found:
    """A film in the space: where it lies, its objectives, all to maximise, and by how much it oversteps the limits."""

    film_id: str
    point: Point
    values: tuple[float, ...]
    violation: float


def _found(knowledge: Knowledge) -> list[_Found]:
    found = []
    violation = violation_of(knowledge.films, knowledge.limits)
    for film in knowledge.films:
        point, values = point_of(knowledge.space, film.formulation), raised_values(film, knowledge.objectives)
        if point is not None and values is not None:
            overstepped = violation(read_values(film, knowledge.limits))
            found.append(_Found(film.film_id, rounded(knowledge.space, point), values, overstepped))
    return found


class _Score:
    """How good objectives are by the weights of one particle: the larger the better."""

    def __init__(self, knowledge: Knowledge, values: Sequence[tuple[float, ...]], particle: int) -> None:
        import numpy as np

        known = np.array(values)
        self._best = known.max(axis=0)
        span = self._best - known.min(axis=0)
        self._span = np.where(span > 0, span, 1.0)
        self._weights = _weights(len(knowledge.objectives), particle, knowledge.seed)

    def __call__(self, values: tuple[float, ...]) -> float:
        short = (self._best - values) / self._span
        return -float((self._weights * short).max() + _AUGMENTED * (self._weights * short).sum())


def _weights(m: int, particle: int, seed: int) -> "np.ndarray":
    """Weights of a particle, `m`, that sum to one: evenly spread over all weights, particle by particle."""
    import numpy as np

    stream = coordinates(m, seed)
    place = next(place for number, place in enumerate(stream) if number == particle)
    drawn = -np.log(np.clip(np.array(place), 1e-12, 1 - 1e-12))
    return drawn / drawn.sum()


def _point(space: DesignSpace, decided: Decided) -> Point:
    point = point_of(space, decided.formulation)
    if point is None:
        raise ValueError(f"{decided.formulation.label} is not in the space")
    return point


def _nearest(knowledge: Knowledge, there: "np.ndarray") -> Point | None:
    """The new formulation nearest to coordinates: at them, or of a sample where that one may not be made."""
    space, new = knowledge.space, is_new(knowledge)

    def away(point: Point) -> float:
        return float(((embedded(space, point) - there) ** 2).sum())

    exact = point_nearest(space, there)
    if not reasons_not_to(space, formulation_at(space, exact)) and new(space, exact):
        return exact
    around = [
        point
        for reach in (0.05, 0.2)
        for point in neighbours(space, exact, 64, reach, knowledge.seed + 7919 * knowledge.suggested)
    ]
    spread = sample(space, _POOL, knowledge.seed)
    for point in sorted({*around, *spread}, key=lambda point: (away(point), point)):
        if new(space, point):
            return point
    return None
