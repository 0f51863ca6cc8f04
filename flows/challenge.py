"""A new version against the champion: both are asked for the campaign's recent results, out of sample."""

from collections.abc import Sequence

from flows.knowledge import films_known
from flows.spec import CampaignSpec
from flows.surrogate import fitted_version
from ledger.film import Film, Source
from ledger.store import Ledger
from ledger.tables import EventRow, ModelVersionRow
from models.campaign_models import CAMPAIGN_MODELS
from models.cross_fit import FOLDS, foretold_of
from models.film_content import film_key
from models.out_of_sample import ForetoldReading, LeavesOut
from models.promotion import RECENT, SAME_RECIPE_nats, Verdict, verdict
from models.splits import grouped_folds


def challenge(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, version: ModelVersionRow, why: str, *, lets_go: bool = False
) -> bool:
    """Promote a version where the rule allows it; otherwise write down why not.

    Without a champion, and where a drift began after the champion was trained, it is promoted whatever its score.

    Args:
        ledger: Of the campaign.
        campaign_id: Its campaign.
        spec: The campaign's file.
        version: The challenger.
        why: Why it was fitted.
        lets_go: Whether it is promoted whatever its score and whatever a person holds: the champion learnt from numbers
            that do not hold.
    """
    last, champion = ledger.last_promotion(campaign_id), ledger.champion(campaign_id)
    if last is None or champion is None or lets_go:
        ledger.promote(campaign_id, version.number, why)
        return True
    if last.payload.get("holds"):
        ledger.refuse_model(campaign_id, version.number, {"against": _held(champion, last)})
        return False
    begun = [said.subject for said in ledger.drifting(campaign_id).values() if said.number > champion.training_event]
    if begun:
        ledger.promote(campaign_id, version.number, f"{why}; {', '.join(begun)} no longer comes as foretold")
        return True
    found = compared(ledger, campaign_id, spec, version, champion)
    if found.promote:
        ledger.promote(campaign_id, version.number, why, **found.as_dict())
    else:
        ledger.refuse_model(campaign_id, version.number, {"champion": champion.number, **found.as_dict()})
    return found.promote


def compared(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, challenger: ModelVersionRow, champion: ModelVersionRow
) -> Verdict:
    """What the promotion rule says of two versions, on the last results of the campaign that both may be asked for."""
    recent = ledger.films(campaign_id, up_to_event=challenger.training_event, sources=[Source.MEASURED])[-RECENT:]
    ours, theirs = (_out_of_sample(ledger, campaign_id, spec, one, recent) for one in (challenger, champion))
    same_recipe = (challenger.name, challenger.configuration) == (champion.name, champion.configuration)
    return verdict(ours, theirs, margin=SAME_RECIPE_nats if same_recipe else 0.0)


def _held(champion: ModelVersionRow, last: EventRow) -> str:
    by = last.payload.get("by") or "somebody"
    return f"{by} went back to version {champion.number}, which holds until a person promotes another"


def _out_of_sample(
    ledger: Ledger, campaign_id: int, spec: CampaignSpec, version: ModelVersionRow, asked: Sequence[Film]
) -> list[ForetoldReading]:
    """Readings of films as a version foretells them: films that it learnt from are left out first.

    A model that cannot leave a film out again is fitted anew without each fifth of them.
    """
    fitted = fitted_version(ledger, campaign_id, spec, version)
    if isinstance(fitted, LeavesOut):
        return fitted.foretold(asked)
    trained = films_known(ledger, campaign_id, spec, version.training_event)
    known = {film_key(film) for film in trained}
    told = foretold_of(fitted, [film for film in asked if film_key(film) not in known])
    inside = [film for film in asked if film_key(film) in known]
    for fold in grouped_folds(range(len(inside)), min(FOLDS, len(inside)), seed=0) if len(inside) > 1 else []:
        test = [inside[place] for place in fold.test]
        left = {film_key(film) for film in test}
        again = CAMPAIGN_MODELS[version.name].make().fit([film for film in trained if film_key(film) not in left])
        told += foretold_of(again, test)
    return told
