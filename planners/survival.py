"""Who survives and who mates: NSGA-II's rank and crowding, on individuals that are rebuilt from the ledger each time.

Deb, Pratap, Agarwal & Meyarivan, IEEE Trans. Evol. Comput. 2002, 6, 182. Whatever failed counts as infeasible: it
survives only where there are too few others, and loses every tournament against one that did not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from planners.points import Point

if TYPE_CHECKING:
    import numpy as np
    from pymoo.core.population import Population
    from pymoo.core.problem import Problem


@dataclass(frozen=True)
class Individual:
    """A formulation in the population, and how fit it is."""

    point: Point
    label: str
    """What people call it: the film, or what else it is."""
    values: tuple[float, ...] | None
    """Objectives, all to maximise; None where it failed."""


@dataclass(frozen=True)
class Generation:
    """Individuals that survived; the best rank comes first, within a rank the least crowded."""

    individuals: tuple[Individual, ...]
    ranks: tuple[int, ...]
    """Front that each stands in, from 0; failures stand behind all fronts."""
    population: "Population"

    def pair(self, random: "np.random.Generator") -> tuple[Individual, Individual]:
        """Two parents, each the winner of a binary tournament; different where there are two."""
        from pymoo.algorithms.moo.nsga2 import binary_tournament
        from pymoo.operators.selection.tournament import TournamentSelection

        rules = SimpleNamespace(tournament_type="comp_by_rank_and_crowding", random_state=random)
        contest = TournamentSelection(func_comp=binary_tournament)
        size = len(self.individuals)
        if size == 1:
            return self.individuals[0], self.individuals[0]
        (chosen,) = contest.do(None, self.population, 1, 2, random_state=random, algorithm=rules, to_pop=False)
        first, second = int(chosen[0]), int(chosen[1])
        if first == second:
            second = (first + int(random.integers(1, size))) % size
        return self.individuals[first], self.individuals[second]


def surviving(individuals: Sequence[Individual], n: int, random: "np.random.Generator") -> Generation:
    """At most n of some individuals, whatever order they come in.

    Raises:
        ValueError: there are none.
    """
    import numpy as np
    from pymoo.core.population import Population
    from pymoo.operators.survival.rank_and_crowding import RankAndCrowding

    if not individuals:
        raise ValueError("nobody is there to survive")
    # Sorted, so that the order in which results came in makes no difference.
    known = sorted(set(individuals), key=lambda one: (one.point, one.values or (), one.label))
    m = max(len(one.values or ()) for one in known) or 1
    population = Population.new(
        X=np.arange(len(known), dtype=float)[:, None],
        F=np.array([[-value for value in one.values] if one.values else [0.0] * m for one in known]),
        G=np.array([[-1.0 if one.values else 1.0] for one in known]),
    )
    kept = RankAndCrowding().do(_problem(m), population, n_survive=n, random_state=random)
    for one in kept:
        if not one.has("rank"):
            one.set("rank", len(known))
            one.set("crowding", 0.0)
    order = sorted(range(len(kept)), key=lambda i: (kept[i].get("rank"), -kept[i].get("crowding"), kept[i].X[0]))
    return Generation(
        individuals=tuple(known[int(kept[i].X[0])] for i in order),
        ranks=tuple(int(kept[i].get("rank")) for i in order),
        population=kept[order],
    )


def _problem(m: int) -> "Problem":
    """What pymoo asks for where it only has to know that there is a constraint."""
    from pymoo.core.problem import Problem

    return Problem(n_var=1, n_obj=m, n_ieq_constr=1)
