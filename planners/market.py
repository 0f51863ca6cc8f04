"""What each offer is worth now, for its price."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledger.film import Film, Source
from models.protocols import Condition, Teachable
from planners.bayesian import Weighed
from planners.limits import conditions
from planners.objectives import Measurand
from planners.points import apart, point_of
from planners.protocols import CALCULATIONS, Action, Knowledge, Offer, Reason, Suggestion
from planners.reasons import driven_by, forecast, nearest_film
from planners.screening import SAME

if TYPE_CHECKING:
    from torch import Tensor

    from models.teaching import Teaching
    from planners.lookahead import Beliefs, Value

WEIGHED = 48
"""Most promising candidates whose calculation is weighed."""
_MOST_TOGETHER = 16
AFTERWARDS = 96
"""Most promising candidates among which the experiment after it is looked for."""


@dataclass(frozen=True)
class Told:
    """What x readings would teach of a candidates: a `Teaching` for each outcome, None for what they do not tell of."""

    of: list["Teaching | None"]
    readings: int
    candidates: int

    def sizes(self) -> list[int]:
        """Numbers of readings that are weighed together: powers of two."""
        return [2**power for power in range(_MOST_TOGETHER.bit_length()) if 2**power <= self.readings]

    def alone(self) -> "Tensor":
        """Moves of each reading by itself, `x x 1 x a x M`."""
        return self._stacked([known and known.alone() for known in self.of], self.readings).unsqueeze(1)

    def together(self, rows: list[int]) -> "Tensor":
        """Moves of k readings, `k x a x M`."""
        return self._stacked([known and known.together(rows) for known in self.of], len(rows))

    def _stacked(self, columns: list["Tensor | None"], n: int) -> "Tensor":
        import torch

        nothing = torch.zeros(n, self.candidates, dtype=torch.double)
        return torch.stack([nothing if column is None else column for column in columns], dim=-1)


class Market:
    """What each offer is worth now, for its price."""

    def __init__(self, knowledge: Knowledge, weighed: Weighed) -> None:
        if not isinstance(weighed.fitted, Teachable):
            raise TypeError(f"{type(weighed.fitted).__name__} does not say what a calculation would teach")
        self._knowledge, self._weighed, self._fitted = knowledge, weighed, weighed.fitted
        self._calculations, experiments = parted(knowledge.offers)
        self._rows = weighed.promising[:AFTERWARDS]
        self._features = weighed.features[self._rows].numpy()
        self._asked = conditions(knowledge.objectives, weighed.limits)
        self._value = _value_of(weighed, self._rows)
        told = [(self._beliefs(offer), offer) for offer in experiments]
        gains = [float(beliefs.gains(self._value).max()) / offer.cost_h for beliefs, offer in told]
        self._believed, self.experiment = told[int(np.argmax(gains))]
        self._rate = max(gains)

    def calculation(self) -> Suggestion | None:
        """The calculation to buy; None where going straight to the experiment pays better."""
        found = [bought for offer in self._calculations if (bought := self._worth(offer))]
        rate, row, offer = max(found, key=lambda bought: bought[0], default=(0.0, 0, self.experiment))
        if rate <= self._rate:
            return None
        return Suggestion(
            formulation=self._weighed.pool[row],
            action=action_of(offer),
            reason=self._reason(row, rate, offer),
            planner="",
            event=self._knowledge.event,
            index=self._knowledge.suggested,
        )

    def _worth(self, offer: Offer) -> tuple[float, int, Offer] | None:
        """The best rate of any number of calculations, and the row of the pool to begin with; None without a word."""
        from planners.lookahead import after

        new = self._not_calculated(offer)
        try:
            told = self._told(offer, [place for place, _ in new])
        except KeyError:  # left aside by the surrogate: experiments are hardly more probable with it than without
            return None
        seed = self._knowledge.seed + self._knowledge.suggested
        alone = [after(self._believed, moves, self._value, seed) for moves in told.alone()]
        order = sorted(range(len(new)), key=lambda place: -alone[place])
        gains = {size: after(self._believed, told.together(order[:size]), self._value, seed) for size in told.sizes()}
        rates = [gain / (size * offer.cost_h + self.experiment.cost_h) for size, gain in gains.items()]
        return (max(rates), new[order[0]][1], offer) if rates else None

    def _beliefs(self, experiment: Offer) -> "Beliefs":
        import torch

        from planners.lookahead import Beliefs
        from planners.outlook import mean_and_sd

        mean, sd = mean_and_sd(self._weighed.outlook.joint, torch.from_numpy(self._features))
        own = self._told(experiment, range(len(self._rows))).alone()[:, 0].diagonal(dim1=0, dim2=1).T
        # What an experiment would move its own candidate by tells the error of its reading: σ̃² = σ⁴ / (σ² + v).
        return Beliefs(mean, sd, (sd**4 / own**2 - sd**2).clamp_min(0.0))

    def _told(self, offer: Offer, places: Sequence[int]) -> "Told":
        """What an offer would tell of the candidates, made on some of them."""
        fidelity = offer.source if offer.source in CALCULATIONS else Source.MEASURED.value
        rows = self._features[list(places)]
        columns = []
        for asked in self._asked:
            said = _nearest(offer.tells, asked)
            known = said and self._fitted.teaching(asked, self._features, said, fidelity, rows, offer.sd)
            columns.append(known)
        return Told(columns, len(rows), len(self._features))

    def _not_calculated(self, offer: Offer) -> list[tuple[int, int]]:
        """Place among the candidates, and row of the pool, of what a theory has not been asked about."""
        space, points = self._knowledge.space, self._weighed.points
        known = [point_of(space, one.formulation) for one in self._knowledge.history if one.source == offer.source]
        known += [point_of(space, film.formulation) for film in self._knowledge.calculations if _by(film, offer)]
        return [
            (place, row)
            for place, row in enumerate(self._rows)
            if all(point is None or apart(space, points[row], point) > SAME for point in known)
        ][:WEIGHED]

    def _reason(self, row: int, rate: float, offer: Offer) -> Reason:
        weighed = self._weighed
        success = None if weighed.success is None else float(weighed.success[row])
        said = forecast(weighed.pool[row], self._knowledge, weighed.fitted, weighed.limits, success)
        driven, names = driven_by(said, weighed.films, self._knowledge.objectives), list(said.expected)
        return Reason(
            summary=(
                f"A calculation ({offer.source}, {offer.cost_h:g} h) before the next experiment is expected to gain "
                f"{rate / self._rate - 1:.0%} more for its price than that experiment alone ({said.words}, "
                f"{driven.words(names)})."
            ),
            expected=said.expected,
            sd=said.sd,
            margin=said.margin,
            margin_sd=said.margin_sd,
            success=success,
            acquisition=rate,
            nearest_film=nearest_film(weighed.pool[row], weighed.films),
            drive=driven.term,
            leading=names[driven.leading],
        )


def _value_of(weighed: Weighed, rows: Sequence[int]) -> "Value":
    """Expected gain of candidates as they would be believed, times the chance that a film comes of each."""
    import torch

    from planners.acquisition import expected_gain
    from planners.lookahead import AsTold
    from planners.outlook import mean_and_sd

    outlook = weighed.outlook
    m, every = outlook.model.num_outputs, outlook.joint.num_outputs
    known = torch.cat(mean_and_sd(outlook.joint, torch.cat([outlook.observed, outlook.pending])), dim=-1)
    limited = outlook.limited and replace(outlook.limited, model=AsTold(every, every))
    gain = expected_gain(replace(outlook, model=AsTold(m, every), limited=limited), known)
    chance = torch.ones(len(rows), dtype=torch.double) if weighed.success is None else weighed.success[list(rows)]

    def value(told: "Tensor") -> "Tensor":
        gained = gain(told).exp() if outlook.objectives == 1 else gain(told)
        return (gained.reshape(-1, len(rows)) * chance).flatten()

    return value


def parted(offers: Sequence[Offer]) -> tuple[list[Offer], list[Offer]]:
    """Calculations, the cheapest first, and experiments, the one in full first."""
    calculations = sorted((o for o in offers if o.source in CALCULATIONS), key=lambda offer: offer.cost_h)
    experiments = (offer for offer in offers if offer.source not in CALCULATIONS)
    return calculations, sorted(experiments, key=lambda offer: offer.source != "experiment")


def _nearest(tells: Sequence[Measurand], asked: Condition) -> Condition | None:
    """What an offer tells that says most of a condition: its property, at the nearest temperature."""
    same = [one for one in tells if one.property == asked.property]
    if not same:
        return None
    at = asked.temperature_C or 0.0
    nearest = min(same, key=lambda one: abs((one.temperature_C or 0.0) - at))
    return Condition(nearest.property, nearest.temperature_C)


def _by(film: Film, offer: Offer) -> bool:
    return any(reading.source.value == offer.source for reading in film.readings)


def action_of(offer: Offer) -> Action:
    """What is done where an offer is taken up."""
    return Action(source=offer.source, plan="" if offer.source in CALCULATIONS else Action().plan, cost_h=offer.cost_h)
