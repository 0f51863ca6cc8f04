"""The surrogates of a campaign: fitted when asked, never twice for the same films, found again by their version."""

from collections.abc import Sequence
from functools import lru_cache

from chemistry.errors import BadInput
from flows.knowledge import films_known
from flows.spec import CampaignSpec
from ledger.film import Film
from ledger.store import Ledger
from ledger.tables import ModelVersionRow
from models.campaign_models import CAMPAIGN_MODELS, DEFAULT, fit_for_planner, why_not_for_planner
from models.protocols import Fitted


def fit_films(films: Sequence[Film], name: str = DEFAULT) -> Fitted:
    """A fit of these films that a planner can ask. A pure function, so what was fitted a moment ago is given again."""
    return _fit(tuple(films), name)


def fitted_version(ledger: Ledger, campaign_id: int, spec: CampaignSpec, version: ModelVersionRow) -> Fitted:
    """What a version learnt, as the planner asks it.

    A model whose fit is repeatable is fitted again, from the films that the version was trained on: the ledger says
    which. Any other is loaded from its weights.

    Raises:
        BadInput: it cannot serve the planner, or its weights are not there or cannot be read.
    """
    why_not = why_not_for_planner(version.name)
    if why_not:
        raise BadInput(f"version {version.number} cannot be asked: {why_not}")
    if CAMPAIGN_MODELS[version.name].repeatable:
        return fit_films(films_known(ledger, campaign_id, spec, version.training_event), version.name)
    return _load(weights_of(ledger, version))


def weights_of(ledger: Ledger, version: ModelVersionRow) -> bytes:
    """The packed weights of a version.

    Raises:
        BadInput: none were kept.
    """
    content = ledger.weights(version.campaign_id, version.number)
    if content is None:
        raise BadInput(
            f"version {version.number} ({version.name}) has no weights: they are kept of the champion, of the newest "
            "version, and of those behind experiments under way",
            remedy="Choose another version (`ionloop models list`), or fit the model again (`ionloop models fit`)",
        )
    return content


@lru_cache(maxsize=4)
def _fit(films: tuple[Film, ...], name: str) -> Fitted:
    return fit_for_planner(name, films)


@lru_cache(maxsize=2)
def _load(content: bytes) -> Fitted:
    from models.saved import load_packed

    return load_packed(content)
