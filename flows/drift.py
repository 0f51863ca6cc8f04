"""Whether results still come as they were foretold: the campaign says so, and its planner looks further around."""

from dataclasses import dataclass

from flows.spec import CampaignSpec
from ledger.film import Source
from ledger.kinds import EventKind
from ledger.store import Ledger
from models.drift import drift
from planners.pareto import reading_of


@dataclass(frozen=True)
class Surprise:
    """One result against what the champion had foretold of it before its film was made."""

    experiment: int
    value: float
    """As read."""
    mean: float
    sd: float
    """Of what was foretold, with the scatter of films and the reading's own noise."""
    model_version: int

    @property
    def z(self) -> float:
        """(result − foretold) / sd."""
        return (self.value - self.mean) / self.sd


def surprises(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, event: int | None = None
) -> dict[str, list[Surprise]]:
    """For the label of each outcome that is asked for, its results against what was foretold, as they came.

    A pure function of the ledger up to an event; a result that nothing was foretold of is passed over.
    """
    foretold = {
        (row.experiment_id, row.property, row.temperature_C): row for row in ledger.predictions(campaign_id, event)
    }
    experiments = {experiment.id: experiment for experiment in ledger.experiments(campaign_id)}
    made_for = {sample: number for number, samples in ledger.sample_ids(campaign_id).items() for sample in samples}
    found: dict[str, list[Surprise]] = {asked.label: [] for asked in spec.outcomes}
    for film in ledger.films(campaign_id, up_to_event=event, sources=[Source.MEASURED]):
        number = made_for.get(film.film_id)
        for asked in spec.outcomes:
            said = foretold.get((number or 0, asked.property, asked.temperature_C))
            reading = reading_of(film, asked)
            if number is None or said is None or reading is None:
                continue
            sd = (said.sd**2 + said.film_sd**2 + reading.sd**2 / reading.trust) ** 0.5
            surprise = Surprise(experiments[number].number, reading.value, said.mean, sd, said.model_version)
            found[asked.label].append(surprise)
    return found


def watch(ledger: Ledger, campaign_id: int, spec: CampaignSpec) -> None:
    """Write down where a drift began or ended; nothing where the ledger says so already."""
    event = ledger.last_event()
    said = ledger.drifting(campaign_id, event)
    properties = {asked.label: asked.property for asked in spec.outcomes}
    for label, results in surprises(ledger, campaign_id, spec, event).items():
        now = drift([result.z for result in results])
        if (now is None) == (label not in said):
            continue
        told: dict[str, object] = {"property": properties[label], "known_event": event}
        if now is not None:
            told |= {
                "since_experiment": results[now.since].experiment,
                "experiment": results[now.called].experiment,
                "shift_sd": round(now.shift, 4),
                "widening": round(now.widening, 4),
            }
        elif results:
            told["experiment"] = results[-1].experiment
        ledger.note_drift(campaign_id, label, begun=now is not None, payload=told)


def widening(ledger: Ledger, campaign_id: int, event: int) -> dict[str, float]:
    """Property → what the planner's standard deviations are multiplied by at an event; empty where nothing drifts.

    It follows from the events that say so, so that a suggestion is recomputed with what held then.
    """
    found: dict[str, float] = {}
    for said in ledger.drifting(campaign_id, event).values():
        name = said.payload["property"]
        found[name] = max(found.get(name, 1.0), said.payload["widening"])
    return found


def in_words(ledger: Ledger, campaign_id: int) -> list[str]:
    """One sentence for each drift that is under way."""
    return [
        f"{label} no longer comes as foretold since experiment {said.payload['since_experiment']}: on average "
        f"{said.payload['shift_sd']:+.1f} standard deviations; the planner takes {said.payload['widening']:.1f} times "
        "the uncertainty"
        for label, said in ledger.drifting(campaign_id).items()
    ]


def history(ledger: Ledger, campaign_id: int) -> list[str]:
    """One sentence for each drift that began or ended, in their order."""
    told = []
    for event in ledger.events(campaign_id):
        if event.kind == EventKind.DRIFT_BEGUN:
            told.append(
                f"{event.subject} no longer came as foretold from experiment {event.payload['since_experiment']} on, "
                f"by {event.payload['shift_sd']:+.1f} standard deviations (noticed at experiment "
                f"{event.payload['experiment']}); the planner took {event.payload['widening']:.1f} times the "
                "uncertainty."
            )
        elif event.kind == EventKind.DRIFT_ENDED:
            told.append(f"{event.subject} came as foretold again by experiment {event.payload.get('experiment', '-')}.")
    return told
