"""Several planners on one campaign, who share the budget by their record."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from planners.breeding import in_grown_space
from planners.options import PortfolioOptions
from planners.pareto import hypervolume, objective_values, reference_point
from planners.protocols import Knowledge, Planner, Suggestion, refuse_without_history, with_suggested
from planners.sobol import even_start


@dataclass(frozen=True)
class Record:
    """How a planner has done of late."""

    planner: str
    asked: int
    """Decisions of the window, those under way included."""
    paid: int
    """Those whose film raised the best value, or the hypervolume of the front."""
    judged: int
    """Those that gave a film or failed."""


@dataclass(frozen=True)
class PortfolioPlanner:
    """Sobol for the first `start` suggestions, then whichever planner has paid best of late, or was seldom asked.

    A bandit with a sliding window (Garivier & Moulines, Algorithmic Learning Theory 2011, 174) whose reward is one
    where a film raised the front and zero where it did not or failed. It counts gains and does not measure them, since
    the first ones are the largest whoever makes them. The ledger says who suggested what, so the record is read there.
    """

    members: tuple[Planner, ...]
    start: int = 5
    options: PortfolioOptions = field(default_factory=PortfolioOptions)
    name: str = "portfolio"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions, each in the name of the planner that made it; a planner with none is passed over."""
        refuse_without_history(knowledge, self.name)
        early = max(0, min(n, self.start - knowledge.suggested))
        suggestions = even_start(early, knowledge, self.start, "sobol")
        while len(suggestions) < n:
            known = in_grown_space(with_suggested(knowledge, suggestions))
            found = self._next(known)
            if found is None:
                break
            suggestions.append(found)
        return suggestions

    def _next(self, knowledge: Knowledge) -> Suggestion | None:
        standing = {record.planner: record for record in records(knowledge, self.names, self.options.window)}
        total = sum(record.asked for record in standing.values())
        order = sorted(
            range(len(self.members)),
            key=lambda place: (-_index(standing[self.names[place]], total, self.options.curiosity), place),
        )
        for place in order:
            member = self.members[place]
            found = next(iter(member.suggest(1, knowledge)), None)
            if found is not None:
                reason = found.reason
                told = f"{_in_words(standing[member.name])} {reason.summary}"
                return found.model_copy(update={"reason": reason.model_copy(update={"summary": told})})
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the members, in their order."""
        return tuple(member.name for member in self.members)


def records(knowledge: Knowledge, planners: Sequence[str], window: int) -> list[Record]:
    """The record of each planner over the last `window` decisions that any of them made."""
    raised = _raised(knowledge)
    recent = [decided for decided in knowledge.history if decided.planner in planners][-window:]
    found = []
    for planner in planners:
        own = [decided for decided in recent if decided.planner == planner and decided.outcome != "cancelled"]
        found.append(
            Record(
                planner=planner,
                asked=len(own),
                paid=sum(decided.film_id in raised for decided in own if decided.film_id),
                judged=sum(decided.outcome != "pending" for decided in own),
            )
        )
    return found


def _raised(knowledge: Knowledge) -> set[str]:
    """Films that raised the best value or the hypervolume above what the suggestions before them had brought."""
    import numpy as np

    films = {film.film_id: objective_values(film, knowledge.objectives) for film in knowledge.films}
    made = [(decided.film_id, films.get(decided.film_id)) for decided in knowledge.history if decided.film_id]
    seen = [values for _, values in made if values is not None]
    if not seen:
        return set()
    reference = reference_point(np.array(seen), knowledge.objectives)
    found: set[str] = set()
    so_far: list[tuple[float, ...]] = []
    before = 0.0
    for film_id, values in made:
        if values is None:
            continue
        so_far.append(values)
        after = hypervolume(np.array(so_far), knowledge.objectives, reference)
        if after > before + 1e-9 * max(1.0, abs(before)):
            found.add(film_id)
        before = after
    return found


def _index(record: Record, total: int, curiosity: float) -> float:
    """Upper confidence bound of the share of decisions that paid; a planner that was never asked comes first."""
    if not record.asked:
        return math.inf
    paid = record.paid / record.judged if record.judged else 0.5
    return paid + curiosity * math.sqrt(2 * math.log(max(total, 2)) / record.asked)


def _in_words(record: Record) -> str:
    if not record.asked:
        return f"The portfolio asks {record.planner}, which it has not asked of late."
    return f"The portfolio asks {record.planner}, of whose last {record.judged} results {record.paid} raised the front."
