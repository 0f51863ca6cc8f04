"""After each result: fit the surrogate anew, number the version, and promote it unless it is worse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.knowledge import films_known
from flows.session import Session
from flows.surrogate import fit_films, pack
from ledger.film import Film
from ledger.kinds import ExperimentState
from ledger.tables import ExperimentRow, ModelVersionRow

if TYPE_CHECKING:
    from models.gaussian_process import FittedGaussianProcess

FEW_FILMS = 6
"""Until so many films were observed every version is promoted: with fewer, a score says nothing."""
WORSE_NATS = 0.5
"""How much lower the log score of a challenger may be, per reading, on the films that the champion has not seen. A
single film scatters by some tenths; a fit that went wrong costs whole nats."""


def learn_from(session: Session, experiment: ExperimentRow) -> ModelVersionRow | None:
    """A new version that knows this experiment; None where it gave no result."""
    if session.ledger.experiment(experiment.id).state != ExperimentState.OBSERVED:
        return None
    return _new_version(session, f"knows experiment {experiment.number}")


def learn_again(session: Session) -> ModelVersionRow | None:
    """A new version where observations were amended since the last one was trained; None where none was.

    It is promoted whatever its score: the champion learnt from numbers that do not hold.
    """
    ledger, campaign_id = session.ledger, session.campaign_id
    champion = ledger.champion(campaign_id)
    amended = ledger.last_amendment(campaign_id, session.spec.warm_start.sources)
    if champion is None or amended <= champion.training_event:
        return None
    if not films_known(ledger, campaign_id, session.spec, ledger.last_event()):
        return None  # everything was taken back: a planner that knows no film asks no model
    return _new_version(session, "knows what was amended", whatever_its_score=True)


def _new_version(session: Session, why: str, *, whatever_its_score: bool = False) -> ModelVersionRow:
    ledger, campaign_id = session.ledger, session.campaign_id
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
        metrics={f"{name} {score}": value for name, found in scores.items() for score, value in found.items()},
        weights=pack(fitted),
    )
    if whatever_its_score or not _why_worse(session, films, fitted):
        ledger.promote(campaign_id, version.number, why)
    return version


def catch_up(session: Session) -> None:
    """Learn what a kill kept from being learnt: results that no model version knows yet."""
    ledger, campaign_id = session.ledger, session.campaign_id
    versions = ledger.model_versions(campaign_id)
    known = versions[-1].training_event if versions else 0
    unlearnt = [
        experiment
        for experiment in ledger.experiments(campaign_id, states=[ExperimentState.OBSERVED])
        if (experiment.closed_event or 0) > known
    ]
    if unlearnt:
        learn_from(session, max(unlearnt, key=lambda experiment: experiment.closed_event or 0))


def _why_worse(session: Session, films: Sequence[Film], challenger: "FittedGaussianProcess") -> str:
    """Why the champion stays, where it foretells the films that it has not seen better than the challenger does.

    Both are asked out of sample: the challenger leaves each of these films out first.
    """
    ledger, campaign_id = session.ledger, session.campaign_id
    champion = ledger.champion(campaign_id)
    if champion is None or len(films) < FEW_FILMS:
        return ""
    seen = films_known(ledger, campaign_id, session.spec, champion.training_event)
    names = {film.film_id for film in seen}
    unseen = [film for film in films if film.film_id not in names]
    if not unseen:
        return ""
    lost = fit_films(seen).log_score(unseen) - challenger.log_score(unseen)
    return f"its log score is {lost:.2f} nats per reading lower than the champion's" if lost > WORSE_NATS else ""
