"""Everything a report shows, read from the ledger once."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

from flows.drift import history
from flows.spec import CampaignSpec
from flows.standing import Standing, lab_hours, standing
from ledger.film import Film, Reading
from ledger.measurement import ImpedanceSpectrum
from ledger.store import Ledger
from ledger.tables import CalculationRow, CampaignRow, ExperimentRow, ModelVersionRow, SuggestionRow
from planners.objectives import Measurand
from planners.pareto import reading_of

PACKAGES = ("bluesky", "ophyd", "prefect", "botorch", "torch", "rdkit", "sqlmodel", "numpy", "scipy")


@dataclass(frozen=True)
class Tried:
    """One experiment with why it was suggested and what came of it."""

    experiment: ExperimentRow
    suggestion: SuggestionRow
    film: Film | None
    spectra: tuple[ImpedanceSpectrum, ...]


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


@dataclass(frozen=True)
class Content:
    """What the page is made of."""

    campaign: CampaignRow
    spec: CampaignSpec
    standing: Standing
    tried: tuple[Tried, ...]
    calculated: tuple[Calculated, ...]
    versions: tuple[ModelVersionRow, ...]
    drifts: tuple[str, ...]
    """One sentence for each drift that began or ended."""
    lab_hours: float
    environment: dict[str, str]

    @property
    def by_number(self) -> dict[int, Tried]:
        """The experiments by their number."""
        return {t.experiment.number: t for t in self.tried}


def read_content(ledger: Ledger, campaign_id: int, ending: tuple[str, str] | None = None) -> Content:
    """The content of a campaign's report; `ending` is the state that it is about to be in, and why."""
    campaign = ledger.campaign(campaign_id)
    if ending is not None:
        campaign.state, campaign.why = ending  # a copy: the ledger is told when the report is there
    spec = CampaignSpec.model_validate(campaign.spec)
    films = {film.film_id: film for film in ledger.films(campaign_id)}
    suggestions = {s.id: s for s in ledger.suggestions(campaign_id)}
    tried = tuple(_tried(ledger, e, suggestions[e.suggestion_id], films) for e in ledger.experiments(campaign_id))
    return Content(
        campaign=campaign,
        spec=spec,
        standing=standing(ledger, campaign_id, spec),
        tried=tried,
        calculated=calculated_of(ledger, campaign_id, suggestions, films, tried),
        versions=tuple(ledger.model_versions(campaign_id)),
        drifts=tuple(history(ledger, campaign_id)),
        lab_hours=lab_hours(ledger, campaign_id),
        environment={name: version(name) for name in ("ionloop", *PACKAGES)},
    )


def _tried(ledger: Ledger, experiment: ExperimentRow, suggestion: SuggestionRow, films: dict[str, Film]) -> Tried:
    samples = ledger.samples(experiment.id)
    measured = [row.measurement for sample in samples for row in ledger.measurements(sample.id, kind="impedance")]
    return Tried(
        experiment,
        suggestion,
        next((films[sample.id] for sample in samples if sample.id in films), None),
        tuple(spectrum for spectrum in measured if isinstance(spectrum, ImpedanceSpectrum)),
    )


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
