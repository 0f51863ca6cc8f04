"""What is said of a suggestion of the Bayesian planner."""

from collections.abc import Sequence
from dataclasses import dataclass

from chemistry.formulation import Formulation
from ledger.film import Film
from models.protocols import Fitted
from planners.objectives import Limit
from planners.protocols import Knowledge, Reason
from planners.reasons import driven_by, forecast, nearest_film, not_learnt


@dataclass(frozen=True)
class Merit:
    """How a suggestion of the Bayesian planner came about, beside what is expected of it.

    Attributes:
        acquisition: what it was chosen by.
        worth: the logarithm of its value.
        success: chance that a film comes of it, where something is to be said of that.
        favourite: what is worth most, where this is a rival of it.
        cost_h: what it costs, where that counted.
    """

    acquisition: str
    worth: float
    success: float | None
    favourite: Formulation | None
    cost_h: float | None


def reason(
    formulation: Formulation,
    why: Merit,
    films: Sequence[Film],
    knowledge: Knowledge,
    fitted: Fitted,
    limits: Sequence[Limit],
) -> Reason:
    """What is expected of a formulation, what drove the choice, and the observed film that is most like it."""
    said = forecast(formulation, knowledge, fitted, limits, why.success)
    nearest = nearest_film(formulation, films)
    driven = driven_by(said, films, knowledge.objectives)
    names = list(said.expected)
    words = [said.words, driven.words(names), *([] if why.cost_h is None else [f"per hour of {why.cost_h:.1f} h"])]
    waiting = not_learnt(knowledge.limits, limits)
    return Reason(
        summary=f"{_in_words(why, len(names))} ({', '.join(words)}); most like it is film {nearest}.{waiting}",
        expected=said.expected,
        sd=said.sd,
        margin=said.margin,
        margin_sd=said.margin_sd,
        success=why.success,
        acquisition=why.worth,
        nearest_film=nearest,
        drive=driven.term,
        leading=names[driven.leading],
    )


def _in_words(why: Merit, objectives: int) -> str:
    if why.favourite is not None:
        return f"A close rival of the favourite, {why.favourite.label}, and unlike it and what is under way"
    if why.acquisition == "noisy_improvement":
        gain = "the front's hypervolume" if objectives > 1 else "the best value"
        return f"Raises {gain} most in expectation"
    by = ", by weights of its own" if objectives > 1 else ""
    if why.acquisition == "confidence_bound":
        return f"Has the highest confidence bound{by}, apart from what is under way"
    return f"Is best in one function drawn from what is believed{by}"
