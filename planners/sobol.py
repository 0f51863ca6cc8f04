"""The planner that fills the space evenly and learns nothing: the start of every campaign, and the yardstick."""

from dataclasses import dataclass

from chemistry.formulation import Formulation
from planners.points import formulation_at
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.sampling import balanced_block


@dataclass(frozen=True)
class SobolPlanner:
    """Walks through blocks of a scrambled Sobol sequence in which every component appears as evenly as it can."""

    block: int = 16
    """Points in a block: best the number of experiments it is to fill."""
    name: str = "sobol"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """The next n points of the sequence.

        The place in the sequence is the number of suggestions made so far, so that what failed is not tried again and
        what came back makes no difference. Raises `BadInput` where nothing in the space may be made.
        """
        numbers = range(knowledge.suggested, knowledge.suggested + n)
        chosen = [(number, self.formulation(knowledge, number)) for number in numbers]
        return [
            Suggestion(
                formulation=formulation,
                action=Action(),
                reason=Reason(summary=f"Point {number + 1} of an even spread over components and loadings."),
                planner=self.name,
                event=knowledge.event,
                index=number,
            )
            for number, formulation in chosen
            if formulation is not None
        ]

    def formulation(self, knowledge: Knowledge, number: int) -> Formulation | None:
        """The formulation at a place of the sequence; None where the space is too small to have it."""
        round_, place = divmod(number, self.block)
        points = balanced_block(knowledge.space, self.block, knowledge.seed + 1000 * round_)
        return formulation_at(knowledge.space, points[place]) if place < len(points) else None
