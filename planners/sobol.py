"""The planner that fills the space evenly and learns nothing: the start of every campaign, and the yardstick."""

from dataclasses import dataclass

from chemistry.formulation import Formulation
from planners.points import formulation_at
from planners.protocols import Action, Knowledge, Reason, Suggestion
from planners.sampling import balanced_block, sample
from planners.stock import enough_for


@dataclass(frozen=True)
class SobolPlanner:
    """Walks through blocks of a scrambled Sobol sequence in which every component appears as evenly as it can."""

    block: int = 16
    """Points in a block: best the number of experiments it is to fill."""
    name: str = "sobol"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """The next n points of the sequence.

        The place in the sequence is the number of suggestions made so far, so that what failed is not tried again and
        what came back makes no difference; a point that the stock does not allow is replaced. Raises `BadInput` where
        nothing in the space may be made.
        """
        numbers = range(knowledge.suggested, knowledge.suggested + n)
        enough = enough_for(knowledge)
        chosen: list[tuple[int, Formulation | None]] = []
        for number in numbers:
            formulation = self.formulation(knowledge, number)
            if formulation is not None and not enough(formulation):
                formulation = self._instead(knowledge, [other for _, other in chosen if other is not None])
            chosen.append((number, formulation))
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

    def _instead(self, knowledge: Knowledge, chosen: list[Formulation]) -> Formulation | None:
        """The first of an even spread that the stock still allows and that nobody knows yet."""
        enough = enough_for(knowledge)
        known = [*(film.formulation for film in knowledge.films), *knowledge.pending, *chosen]
        known += [failure.formulation for failure in knowledge.failures]
        keys = {formulation.key for formulation in known}
        spread = sample(knowledge.space, 8 * self.block, knowledge.seed + 1)
        others = (formulation_at(knowledge.space, point) for point in spread)
        return next((other for other in others if other.key not in keys and enough(other)), None)


def even_start(n: int, knowledge: Knowledge, block: int, name: str) -> list[Suggestion]:
    """The next n points of the even spread in the name of a planner that begins with them."""
    return [suggestion.model_copy(update={"planner": name}) for suggestion in SobolPlanner(block).suggest(n, knowledge)]
