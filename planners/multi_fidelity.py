"""Several ways to learn of a formulation, each at its price: which one next?"""

from dataclasses import dataclass, field

from planners.bayesian import FEWEST_FILMS, BayesianPlanner
from planners.market import Market, action_of, parted
from planners.pareto import objective_values
from planners.protocols import CALCULATIONS, Knowledge, Suggestion, with_suggested
from planners.sobol import SobolPlanner


@dataclass(frozen=True)
class MultiFidelityPlanner:
    """Bayesian optimisation that buys calculations where they pay (`planners.lookahead`).

    The first `start` formulations of the even spread are calculated by every theory that is offered and then made, so
    that the surrogate learns how theory and experiment go together. After that each decision goes to what gains most
    for its price. The surrogate must be a `Teachable`; a theory that it leaves aside is not bought.
    """

    inner: BayesianPlanner = field(default_factory=BayesianPlanner)
    name: str = "multi_fidelity"

    def suggest(self, n: int, knowledge: Knowledge) -> list[Suggestion]:
        """At most n suggestions; each one knows of those before it as under way.

        Raises `BadInput` where nothing in the space may be made.
        """
        found: list[Suggestion] = []
        while len(found) < n:
            following = self._next(with_suggested(knowledge, found))
            if following is None:
                break
            found.append(following)
        return found

    def _next(self, knowledge: Knowledge) -> Suggestion | None:
        from models.film_process import one_thread

        made = [one for one in knowledge.history if one.source not in CALCULATIONS]
        read = [film for film in knowledge.films if objective_values(film, knowledge.objectives)]
        if len(made) < self.inner.start or len(read) < FEWEST_FILMS:
            return self._even(knowledge, len(made))
        with one_thread():
            weighed = self.inner.weigh(knowledge, read)
            if not weighed.promising:
                return None
            market = Market(knowledge, weighed)
            bought = market.calculation()
            if bought is not None:
                return bought.model_copy(update={"planner": self.name})
            for suggestion in self.inner.best(1, weighed, knowledge):
                return suggestion.model_copy(update={"planner": self.name, "action": action_of(market.experiment)})
        return None

    def _even(self, knowledge: Knowledge, made: int) -> Suggestion | None:
        """The next point of the even spread: first by each theory, then as a film."""
        spread = SobolPlanner(max(self.inner.start, FEWEST_FILMS))
        calculations, experiments = parted(knowledge.offers)
        for suggestion in spread.suggest(1, knowledge.model_copy(update={"suggested": made})):
            done = {one.source for one in knowledge.history if one.formulation.key == suggestion.formulation.key}
            following = next((offer for offer in calculations if offer.source not in done), experiments[0])
            return suggestion.model_copy(
                update={"planner": self.name, "action": action_of(following), "index": knowledge.suggested}
            )
        return None
