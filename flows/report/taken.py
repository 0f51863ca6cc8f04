"""What the campaign took, against what was expected of each film when it was suggested."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from chemistry.recipe import component_labels, masses_mg
from devices.protocols import MAKE_ROLES
from flows.spec import CampaignSpec
from ledger.containers import TAKEN
from ledger.journal import Journal
from ledger.kinds import ExperimentState
from ledger.store import Ledger
from ledger.tables import CampaignRow, ExperimentRow, SuggestionRow


@dataclass(frozen=True)
class Taken:
    """Hours and grams, expected and real."""

    expected_h: tuple[float, ...]
    """When each film was expected to be over, lab hours from the start: one after another at each bench."""
    benches: int
    """Stations that make films, as far as the batch can use them."""
    results_h: tuple[float, ...]
    """When each result came."""
    expected_mg: dict[str, float]
    """Of each component, by its label, as the recipes of all films that were begun say."""
    dosed_mg: dict[str, float]
    """What the instruments say that they dosed, films that were made again included."""


def taken(ledger: Ledger, campaign: CampaignRow, spec: CampaignSpec, suggestions: Mapping[int, SuggestionRow]) -> Taken:
    """What a campaign took up to now, from the ledger alone."""
    events = ledger.events(campaign.id)
    times = {event.number: event.lab_time_s for event in events if event.lab_time_s is not None}
    start = min(times.values(), default=0.0)
    experiments = ledger.experiments(campaign.id)
    dosed = {experiment.id: _dosed(ledger, experiment) for experiment in experiments}
    begun = [experiment for experiment in experiments if dosed[experiment.id]]
    benches = _benches(campaign, spec)
    hours = accumulate(suggestions[experiment.suggestion_id].cost_h / benches for experiment in begun)
    closed = [experiment.closed_event for experiment in experiments if experiment.state == ExperimentState.OBSERVED]
    expected: Counter[str] = Counter()
    for experiment in begun:
        expected.update(_named(experiment, masses_mg(experiment.formulation, spec.film_mass_mg)))
    really: Counter[str] = Counter()
    for experiment in begun:
        really.update(_named(experiment, dosed[experiment.id]))
    return Taken(
        expected_h=tuple(hours),
        benches=benches,
        results_h=tuple(sorted((times[number] - start) / 3600 for number in closed if number in times)),
        expected_mg=dict(expected.most_common()),
        dosed_mg=dict(really),
    )


def _dosed(ledger: Ledger, experiment: ExperimentRow) -> dict[str, float]:
    """Milligrams that were dosed for an experiment, by the key of the component."""
    doses: dict[str, float] = {}
    for sample in ledger.samples(experiment.id):
        for row in Journal(ledger).steps(sample.id):
            if row.as_made and TAKEN in row.as_made:
                component = row.parameters["component"]
                doses[component] = doses.get(component, 0.0) + row.as_made[TAKEN]
    return doses


def _named(experiment: ExperimentRow, masses: Mapping[str, float]) -> dict[str, float]:
    labels = component_labels(experiment.formulation)
    return {labels.get(component, component): mass for component, mass in masses.items()}


def _benches(campaign: CampaignRow, spec: CampaignSpec) -> int:
    stations: Mapping[str, Mapping[str, object]] = (campaign.lab or {}).get("stations", {})
    making = sum(set(MAKE_ROLES) <= set(station) for station in stations.values())
    return max(1, min(making, spec.budget.batch))
