"""The decisions of an old campaign made again: what would have come of them in another lab, or with other films."""

from collections.abc import Sequence
from dataclasses import dataclass

from chemistry.formulation import Formulation
from planners.breeding import grown
from planners.points import point_of, reasons_not_to
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.stock import enough_for


@dataclass(frozen=True)
class ReplayPlanner:
    """Suggests what a campaign suggested before, in its order, whatever comes back."""

    decisions: Sequence[Formulation]
    """What the old campaign asked for."""
    origin: str = "an earlier campaign"
    """What people call the old campaign."""
    name: str = "replay"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """The next n decisions that the space allows; fewer at the end, and from one on for which stock is short."""
        enough = enough_for(knowledge)
        suggestions: list[Suggestion] = []
        for place, formulation in self._allowed(knowledge)[knowledge.suggested :][:n]:
            if not enough(formulation):
                break
            suggestions.append(
                Suggestion(
                    formulation=formulation,
                    action=Action(),
                    reason=Reason(summary=f"Decision {place + 1} of {self.origin}, made again."),
                    planner=self.name,
                    event=knowledge.event,
                    index=knowledge.suggested + len(suggestions),
                )
            )
        return suggestions

    def _allowed(self, knowledge: Knowledge) -> list[tuple[int, Formulation]]:
        """The decisions that may be made here, with their place among all of them."""
        space = grown(knowledge.space, self.decisions)
        return [
            (place, formulation)
            for place, formulation in enumerate(self.decisions)
            if point_of(space, formulation) is not None and not reasons_not_to(space, formulation)
        ]
