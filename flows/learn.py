"""After each result: look for drift, fit the surrogate anew, number the version, and let it challenge the champion."""

from collections.abc import Sequence
from typing import Any

from flows.challenge import challenge
from flows.crew import Work
from flows.drift import watch
from flows.knowledge import films_known
from flows.session import Session
from flows.surrogate import fit_films
from ledger.film import Film, Source
from ledger.kinds import CalculationState, ExperimentState
from ledger.tables import CalculationRow, ModelVersionRow
from models.campaign_models import CAMPAIGN_MODELS
from models.promotion import RECENT
from models.protocols import Fitted


def learn_from(session: Session, work: Work) -> ModelVersionRow | None:
    """A new version that knows this experiment or calculation; None where it gave no result.

    As long as there are calculations and no film, nothing is learnt: a planner asks no model then.
    """
    ledger, campaign_id = session.ledger, session.campaign_id
    if isinstance(work, CalculationRow):
        calculated = next(row for row in ledger.calculations(campaign_id) if row.id == work.id)
        if calculated.state != CalculationState.OBSERVED or not ledger.films(campaign_id, sources=[Source.MEASURED]):
            return None
        return _new_version(session, f"knows calculation {work.number}")
    if ledger.experiment(work.id).state != ExperimentState.OBSERVED:
        return None
    watch(ledger, campaign_id, session.spec)
    return _new_version(session, f"knows experiment {work.number}")


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
    watch(ledger, campaign_id, session.spec)
    return _new_version(session, "knows what was amended", lets_go=True)


def catch_up(session: Session) -> None:
    """Learn what a kill kept from being learnt: results that no model version knows yet."""
    ledger, campaign_id = session.ledger, session.campaign_id
    own = [v for v in ledger.model_versions(campaign_id) if v.name == session.spec.planner.surrogate]
    known = own[-1].training_event if own else 0
    unlearnt = [
        experiment
        for experiment in ledger.experiments(campaign_id, states=[ExperimentState.OBSERVED])
        if (experiment.closed_event or 0) > known
    ]
    if unlearnt:
        learn_from(session, max(unlearnt, key=lambda experiment: experiment.closed_event or 0))


def _new_version(session: Session, why: str, *, lets_go: bool = False) -> ModelVersionRow:
    from models.environment import environment
    from models.film_content import training_hash
    from models.saved import pack

    ledger, campaign_id, name = session.ledger, session.campaign_id, session.spec.planner.surrogate
    event = ledger.last_event()
    films = films_known(ledger, campaign_id, session.spec, event)
    fitted = fit_films(films, name)
    version = ledger.add_model_version(
        campaign_id,
        name=name,
        configuration={"properties": sorted({r.property for film in films for r in film.readings if not r.derived})},
        training_hash=training_hash(films),
        training_event=event,
        n=sum(len(film.readings) for film in films),
        metrics=_metrics(fitted, _recent(session, event)),
        weights=pack(fitted),
        environment=environment(),
        keep_weights=not CAMPAIGN_MODELS[name].repeatable,
    )
    challenge(ledger, campaign_id, session.spec, version, why, lets_go=lets_go)
    return ledger.model_version(campaign_id, version.number)


def _recent(session: Session, event: int) -> list[Film]:
    """The last films of the campaign itself that a promotion looks at."""
    return session.ledger.films(session.campaign_id, up_to_event=event, sources=[Source.MEASURED])[-RECENT:]


def _metrics(fitted: Fitted, recent: Sequence[Film]) -> dict[str, Any]:
    """Scores of each property with every film left out in turn, and the calibration curve of the latest."""
    from models.out_of_sample import LeavesOut, calibration_curve

    if not isinstance(fitted, LeavesOut):
        return {}
    scores = {f"{name} {score}": value for name, told in fitted.diagnostics().items() for score, value in told.items()}
    told = fitted.foretold(recent)
    properties = sorted({one.property for one in told})
    curves = {name: calibration_curve([one for one in told if one.property == name]) for name in properties}
    return {**scores, "calibration": curves}
