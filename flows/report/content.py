"""Everything a report shows, read from the ledger once."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from flows.drift import Surprise, history, surprises
from flows.report.confirming import Confirming, confirming
from flows.report.film_law import FilmLaw, law_of
from flows.report.taken import Taken, taken
from flows.report.turns import Turn, turns
from flows.report.yardstick import yardstick
from flows.spec import CampaignSpec
from flows.standing import Standing, lab_hours, standing
from ledger.film import Film, Reading
from ledger.measurement import ImpedanceSpectrum
from ledger.store import Ledger
from ledger.tables import CalculationRow, CampaignRow, ExperimentRow, ModelVersionRow, SuggestionRow
from planners.objectives import Measurand
from planners.pareto import reading_of

if TYPE_CHECKING:
    from flows.forecast import Forecast
    from planners.even_spread import EvenSpread

PACKAGES = ("bluesky", "ophyd", "prefect", "botorch", "torch", "rdkit", "sqlmodel", "numpy", "scipy")


@dataclass(frozen=True)
class Tried:
    """One experiment with why it was suggested and what came of it."""

    experiment: ExperimentRow
    suggestion: SuggestionRow
    film: Film | None
    spectra: tuple[ImpedanceSpectrum, ...]
    law: FilmLaw | None

    @property
    def label(self) -> str:
        """What was made, as far as it is known; else what was suggested."""
        return (self.film or self.experiment).formulation.label


class Said(NamedTuple):
    """One reading of theory, beside that of a film of the same formulation where there is one."""

    asked: Measurand
    theory: Reading
    measured: Reading | None


@dataclass(frozen=True)
class Calculated:
    """One calculation: why it was asked for, what it said, and what a film of the same gave."""

    calculation: CalculationRow
    suggestion: SuggestionRow
    said: tuple[Said, ...]
    """Empty where it is under way, or gave nothing."""

    @property
    def beside_film(self) -> bool:
        """Whether a film of the same formulation gave one of its readings too."""
        return any(said.measured is not None for said in self.said)


@dataclass(frozen=True)
class Shown:
    """What figures and tables of a campaign are made of, on paper and on a page that follows it."""

    campaign: CampaignRow
    spec: CampaignSpec
    standing: Standing
    tried: tuple[Tried, ...]
    calculated: tuple[Calculated, ...]
    versions: tuple[ModelVersionRow, ...]
    drifts: tuple[str, ...]
    """One sentence for each drift that began or ended."""
    lab_hours: float
    even_spread: "EvenSpread | str"
    """What as many films of an even spread would have reached; or why that is not foretold."""
    foretold: dict[str, list[Surprise]]
    """For the label of each outcome, its results and what was foretold of them."""

    @property
    def by_number(self) -> dict[int, Tried]:
        """The experiments by their number."""
        return {t.experiment.number: t for t in self.tried}


@dataclass(frozen=True)
class Content(Shown):
    """What the report is made of."""

    confirming: Confirming
    taken: Taken
    forecast: "Forecast | None"
    """A rehearsal of the whole campaign, where one was asked for."""
    turns: tuple[Turn, ...]
    environment: dict[str, str]
    """Versions of what writes the report."""


def read_content(
    ledger: Ledger,
    campaign_id: int,
    ending: tuple[str, str] | None = None,
    forecast: "Forecast | None" = None,
) -> Content:
    """The content of a campaign's report; `ending` is the state that it is about to be in, and why."""
    campaign = ledger.campaign(campaign_id)
    if ending is not None:
        campaign.state, campaign.why = ending  # a copy: the ledger is told when the report is there
    spec = CampaignSpec.model_validate(campaign.spec)
    films = {film.film_id: film for film in ledger.films(campaign_id)}
    suggestions = {s.id: s for s in ledger.suggestions(campaign_id)}
    tried = tuple(_tried(ledger, e, suggestions[e.suggestion_id], films) for e in ledger.experiments(campaign_id))
    now = standing(ledger, campaign_id, spec)
    return Content(
        campaign=campaign,
        spec=spec,
        standing=now,
        tried=tried,
        calculated=calculated_of(ledger, campaign_id, suggestions, films, tried),
        versions=tuple(ledger.model_versions(campaign_id)),
        drifts=tuple(history(ledger, campaign_id)),
        lab_hours=lab_hours(ledger, campaign_id),
        confirming=confirming(ledger, campaign_id, spec, now),
        taken=taken(ledger, campaign, spec, suggestions),
        forecast=forecast,
        even_spread=yardstick(ledger, campaign, spec, now),
        foretold=surprises(ledger, campaign_id, spec),
        turns=turns(ledger.events(campaign_id)),
        environment={
            "python": platform.python_version(),
            **{name: version(name) for name in ("ionloop", *PACKAGES)},
        },
    )


def _tried(ledger: Ledger, experiment: ExperimentRow, suggestion: SuggestionRow, films: dict[str, Film]) -> Tried:
    samples = ledger.samples(experiment.id)
    made = next((sample for sample in samples if sample.id in films), None)
    of = samples if made is None else [made]  # a film that was given up for another says nothing of that one
    measured = [row.measurement for sample in of for row in ledger.measurements(sample.id, kind="impedance")]
    spectra = tuple(spectrum for spectrum in measured if isinstance(spectrum, ImpedanceSpectrum))
    film = None if made is None else films[made.id]
    return Tried(experiment, suggestion, film, spectra, law_of(experiment.result, made, spectra))


def calculated_of(
    ledger: Ledger,
    campaign_id: int,
    suggestions: dict[int, SuggestionRow],
    films: dict[str, Film],
    tried: tuple[Tried, ...],
) -> tuple[Calculated, ...]:
    """What theory was asked in a campaign, beside the films of the same formulations."""
    made = {t.film.formulation.key: t.film for t in tried if t.film is not None}  # checks are asked of films as made
    made |= {t.suggestion.formulation_key: t.film for t in tried if t.film is not None}

    def said(row: CalculationRow) -> tuple[Said, ...]:
        theory, film = films.get(row.film_id or ""), made.get(row.formulation.key)
        asked = (
            [Measurand(property=r.property, temperature_C=r.temperature_C) for r in theory.readings] if theory else []
        )
        read = theory.readings if theory else ()
        return tuple(Said(a, r, reading_of(film, a) if film else None) for a, r in zip(asked, read, strict=True))

    return tuple(Calculated(row, suggestions[row.suggestion_id], said(row)) for row in ledger.calculations(campaign_id))
