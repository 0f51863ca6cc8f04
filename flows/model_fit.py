"""A model fitted on what a ledger holds, as a numbered version: weights, training set, environment, scores on splits.

Nothing is written before everything is there: a fit that is killed leaves the ledger as it was.
"""

import contextlib
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chemistry.errors import BadInput
from flows.home import campaign_folder
from flows.knowledge import films_known
from flows.session import latest_run, open_ledger
from flows.spec import CampaignSpec, read_campaign
from ledger.film import Film, Source
from ledger.kinds import CampaignState
from ledger.store import Ledger
from ledger.tables import CampaignRow, ModelVersionRow
from models.campaign_models import CAMPAIGN_MODELS, any_surrogate


@dataclass(frozen=True)
class Training:
    """What a version learns from, and what it is put to the test on.

    Attributes:
        films: those that are tested in turn.
        others: those that are trained on only: the warm start of a campaign, a table of glass transitions.
        references: the paper of each film; empty where nobody names papers.
        in_order: whether the films come in the order of time.
    """

    films: Sequence[Film]
    others: Sequence[Film] = ()
    references: Sequence[str] = ()
    in_order: bool = False


@dataclass(frozen=True)
class Shelf:
    """Where the versions of a campaign, or of a table, are kept. `spec` is None for a table."""

    ledger: Ledger
    row: CampaignRow
    spec: CampaignSpec | None


@contextlib.contextmanager
def shelf_of_campaign(campaign_file: Path, folder: Path | None, ledger_url: str | None) -> Iterator[Shelf]:
    """The versions of the latest run of a campaign; raises `BadInput` where there is none."""
    name = read_campaign(campaign_file).name
    with contextlib.closing(open_ledger(campaign_folder(name, folder), ledger_url, create=False)) as ledger:
        row = latest_run(ledger, name)
        yield Shelf(ledger, row, CampaignSpec.model_validate(row.spec))


@contextlib.contextmanager
def shelf_of_table(
    table: Path, folder: Path | None, ledger_url: str | None, *, create: bool = False
) -> Iterator[Shelf]:
    """The versions that were fitted on a table: a ledger of its own, with one finished run that the table names."""
    name = f"table_{re.sub(r'[^a-z0-9_-]+', '_', table.stem.lower())}"[:60]
    with contextlib.closing(open_ledger(campaign_folder(name, folder), ledger_url, create=create)) as ledger:
        rows = [row for row in ledger.campaigns() if row.name == name]
        if not rows and not create:
            raise BadInput(f"no model was fitted on {table.name}", remedy="Fit one first: `ionloop models fit --table`")
        if not rows:
            row = ledger.begin_campaign(name, {"table": table.name}, 0)
            rows = [ledger.set_campaign_state(row.id, CampaignState.FINISHED, "a table: nothing is made here")]
        yield Shelf(ledger, rows[-1], None)


def shelf_of_run(ledger: Ledger, row: CampaignRow) -> Shelf:
    """The versions of one run in a ledger that is open.

    Raises:
        BadInput: the run was begun with a file that this ionloop cannot read.
    """
    if set(row.spec) == {"table"}:
        return Shelf(ledger, row, None)
    try:
        return Shelf(ledger, row, CampaignSpec.model_validate(row.spec))
    except ValidationError as error:
        raise BadInput(
            f"run {row.run} of {row.name} was begun with a file that this ionloop cannot read",
            remedy="Use the ionloop that began it.",
        ) from error


def training_of_campaign(ledger: Ledger, campaign_id: int, spec: CampaignSpec, event: int) -> Training:
    """What a campaign knows at an event: its own films are tested, those of the warm start are trained on."""
    own = ledger.films(campaign_id, up_to_event=event, sources=[Source.MEASURED])
    names = {film.film_id for film in own}
    known = films_known(ledger, campaign_id, spec, event)
    return Training(own, [film for film in known if film.film_id not in names], in_order=True)


def add_version(
    ledger: Ledger,
    campaign_id: int,
    name: str,
    training: Training,
    event: int,
    *,
    source: dict[str, Any] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> ModelVersionRow:
    """Fit a model, put it to the test under every split that the films allow, and record it as a candidate.

    Args:
        ledger: Where it is recorded.
        campaign_id: Its campaign.
        name: Of the surrogate.
        training: What it learns from.
        event: The ledger up to this event is what it learns from.
        source: Where the films come from, where it is not the ledger: kept with the configuration.
        told: Is called with a line of progress after each step.

    Raises:
        BadInput: an unknown model, or nothing to learn from.
    """
    from models.cross_fit import assess, splits_of
    from models.environment import environment
    from models.film_content import training_hash
    from models.saved import pack

    surrogate = any_surrogate(name)
    films = [*training.films, *training.others]
    begun = time.perf_counter()
    fitted = surrogate.fit(films)
    fit_s = time.perf_counter() - begun
    told(f"{name}: fitted on {len(films)} films in {fit_s:.1f} s")
    splits, left_out = splits_of(training.films, training.references, training.in_order)
    figures = assess(surrogate, training.films, splits, training.others, told)
    serves = CAMPAIGN_MODELS.get(name)
    return ledger.add_model_version(
        campaign_id,
        name=name,
        configuration={"properties": _properties(films), **({"source": source} if source else {})},
        training_hash=training_hash(films),
        training_event=event,
        n=sum(len(film.readings) for film in films),
        metrics={"fit_seconds": round(fit_s, 3), "splits": figures, "splits_left_out": left_out},
        weights=pack(fitted),
        environment=environment(),
        keep_weights=serves is None or not serves.repeatable,
    )


def table_source(path: Path, form: str, cleaning: list[dict[str, Any]]) -> dict[str, Any]:
    """What a table was when it was learnt from, and what was left out of it and altered (`flows.tables.declared`)."""
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"table": path.name, "format": form, "sha256": content, "cleaning": cleaning}


def _properties(films: Sequence[Film]) -> list[str]:
    return sorted({reading.property for film in films for reading in film.readings if not reading.derived})
