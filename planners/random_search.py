"""Uniform draws from what may be made: the plainest yardstick, and the one that theorems speak of."""

from collections.abc import Callable
from dataclasses import dataclass

from chemistry.formulation import Formulation
from planners.points import formulation_at, point_at, reasons_not_to
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.stock import enough_for

_PATIENCE = 4096
"""Draws without one that may be made, after which the space counts as exhausted."""


@dataclass(frozen=True)
class RandomPlanner:
    """Draws components and loadings uniformly, and again where the draw may not be made or is known already."""

    name: str = "random"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; each rests on the seed and its own index alone."""
        known = {decided.formulation.key for decided in knowledge.history}
        known |= {formulation.key for formulation in knowledge.pending}
        enough = enough_for(knowledge)
        suggestions: list[Suggestion] = []
        for number in range(knowledge.suggested, knowledge.suggested + n):
            formulation = _drawn(knowledge, number, lambda found: found.key not in known and enough(found))
            if formulation is None:
                break
            known.add(formulation.key)
            suggestions.append(
                Suggestion(
                    formulation=formulation,
                    action=Action(),
                    reason=Reason(summary=f"Draw {number + 1}, uniform over components and loadings."),
                    planner=self.name,
                    event=knowledge.event,
                    index=number,
                )
            )
        return suggestions


def _drawn(knowledge: Knowledge, number: int, wanted: Callable[[Formulation], bool]) -> Formulation | None:
    import numpy as np

    random = np.random.default_rng([knowledge.seed, number])
    space = knowledge.space
    for _ in range(_PATIENCE):
        formulation = formulation_at(space, point_at(space, random.random(len(space.axes)).tolist()))
        if wanted(formulation) and not reasons_not_to(space, formulation):
            return formulation
    return None
