"""What it would cost to make the best formulations again, and how well they would be known then."""

from dataclasses import dataclass

from chemistry.recipe import component_labels, masses_mg
from flows.cost import expected_hours
from flows.spec import CampaignSpec
from flows.standing import Result, Standing
from ledger.containers import SPARE
from ledger.stock import Stock
from ledger.store import Ledger
from planners.objectives import Objective

REPEATS = 3
"""Films of a formulation that confirm it: the fewest whose mean has an error that is read off them themselves."""


@dataclass(frozen=True)
class Confirmation:
    """Some films of one formulation more, measured as the first was."""

    result: Result
    hours: float
    """Lab hours of all of them, one after another."""
    grams: float
    one_sd: tuple[float | None, ...]
    """For each objective, how well one film tells the formulation's value; None where no model says how films vary."""
    mean_sd: tuple[float | None, ...]
    """The same of the mean of the repeats alone."""


@dataclass(frozen=True)
class Confirming:
    """The front made again."""

    repeats: int
    each: tuple[Confirmation, ...]
    grams: dict[str, float]
    """Of each component, by its label."""
    short: dict[str, float]
    """Components of which less is left than all of it takes, by their label: how many grams are left."""

    @property
    def hours(self) -> float:
        """Lab hours of everything, one film after another."""
        return sum(one.hours for one in self.each)


def confirming(ledger: Ledger, campaign_id: int, spec: CampaignSpec, now: Standing) -> Confirming:
    """What it would take to confirm the front, `REPEATS` films each.

    Hours are those of `flows.cost`, grams those of the recipe, as a suggestion is weighed and a film is dosed: a
    rehearsal of the plans (`flows.forecast`) says the same within a tenth and takes half a second a film. A new film
    scatters about its formulation's value as the model learnt that films do, and its reading has an error of its own.
    """
    scatter = {(row.property, row.temperature_C): row.film_sd for row in ledger.predictions(campaign_id)}
    taken: dict[str, float] = {}
    each: list[Confirmation] = []
    for result in now.best:
        for component, mass in masses_mg(result.formulation, spec.film_mass_mg).items():
            taken[component] = taken.get(component, 0.0) + REPEATS * mass
        one = tuple(
            None if (film_sd := _scatter_of(objective, scatter)) is None else (film_sd**2 + sd**2) ** 0.5
            for objective, sd in zip(now.objectives, result.sds, strict=True)
        )
        each.append(
            Confirmation(
                result=result,
                hours=REPEATS * expected_hours(spec, result.formulation),
                grams=REPEATS * spec.film_mass_mg / 1000,
                one_sd=one,
                mean_sd=tuple(None if sd is None else sd / REPEATS**0.5 for sd in one),
            )
        )
    levels = Stock(ledger, ledger.lab_of(campaign_id)).levels()
    named = {key: label for result in now.best for key, label in component_labels(result.formulation).items()}
    return Confirming(
        repeats=REPEATS,
        each=tuple(each),
        grams={named[component]: mass / 1000 for component, mass in sorted(taken.items(), key=lambda one: -one[1])},
        short={
            named[component]: levels[component].left_mg / 1000
            for component, mass in taken.items()
            if component in levels and levels[component].left_mg < SPARE * mass
        },
    )


def _scatter_of(objective: Objective, scatter: dict[tuple[str, float | None], float]) -> float | None:
    """How new films scatter in an objective, as the last version that was asked knew it; of several parts most."""
    known = [scatter.get((part.property, part.temperature_C)) for part in objective.parts]
    return None if None in known else max(sd for sd in known if sd is not None)
