"""After each result: fit the surrogate anew, number the version, and promote it unless it is worse."""

from flows.knowledge import films_known
from flows.session import Session
from flows.surrogate import fit_films, pack
from ledger.kinds import ExperimentState
from ledger.tables import ExperimentRow, ModelVersionRow

WORSE_NATS = 0.5
"""A version is not promoted when its left-out log score, per reading, is lower than the champion's by more than this.
Scores of neighbouring versions scatter by some tenths while films are few; a fit that went wrong costs whole nats."""


def learn_from(session: Session, experiment: ExperimentRow) -> ModelVersionRow | None:
    """A new version that knows this experiment; None where it gave no result."""
    ledger, campaign_id = session.ledger, session.campaign_id
    if ledger.experiment(experiment.id).state != ExperimentState.OBSERVED:
        return None
    event = ledger.last_event()
    films = films_known(ledger, campaign_id, session.spec, event)
    fitted = fit_films(films)
    scores = fitted.diagnostics()
    version = ledger.add_model_version(
        campaign_id,
        name="gaussian_process",
        configuration={"properties": sorted(scores)},
        training_hash=fitted.trained_on,
        training_event=event,
        n=sum(len(film.readings) for film in films),
        metrics={f"{name} {score}": value for name, of_property in scores.items() for score, value in of_property.items()},
        weights=pack(fitted),
    )
    _promote_unless_worse(session, version)
    return version


def _promote_unless_worse(session: Session, version: ModelVersionRow) -> None:
    champion = session.ledger.champion(session.campaign_id)
    if champion is None:
        session.ledger.promote(session.campaign_id, version.number, "the first version")
        return
    lost = _log_score(champion) - _log_score(version)
    if lost <= WORSE_NATS:
        session.ledger.promote(session.campaign_id, version.number, f"left-out log score {-lost:+.2f} per reading")


def _log_score(version: ModelVersionRow) -> float:
    """Mean left-out log density over the properties, nats per reading."""
    scores = [value for name, value in version.metrics.items() if name.endswith(" log_score")]
    return sum(scores) / len(scores)
