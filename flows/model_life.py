"""`ionloop models list, promote, rollback, save` behind their options: what a person says of versions."""

from pathlib import Path
from typing import Any

from chemistry.errors import BadInput
from flows.challenge import compared
from flows.model_fit import Shelf
from flows.surrogate import fitted_version, weights_of
from ledger.kinds import EventKind
from ledger.tables import ModelVersionRow
from models.campaign_models import CAMPAIGN_MODELS, why_not_for_planner
from models.promotion import Verdict

_LIST = "`ionloop models list` shows what there is"


def listed(shelf: Shelf) -> dict[str, Any]:
    """Every version with its figures, which is the champion, and who made it so."""
    last = shelf.ledger.last_promotion(shelf.row.id)
    said = None if last is None else {key: last.payload.get(key) for key in ("version", "why", "by", "holds")}
    return {
        "campaign": shelf.row.name,
        "run": shelf.row.run,
        "champion": said,
        "drift": {label: event.payload for label, event in shelf.ledger.drifting(shelf.row.id).items()},
        "versions": [_told(shelf, row) for row in shelf.ledger.model_versions(shelf.row.id)],
    }


def promote(shelf: Shelf, number: int, *, by: str, why: str, whatever_its_score: bool) -> dict[str, Any]:
    """Make a version the champion where the promotion rule allows it, or whatever it says.

    Raises:
        BadInput: there is no such version, it cannot be asked, it is the champion already, or the rule is against it.
    """
    row = _usable(shelf, number)
    champion = shelf.ledger.champion(shelf.row.id)
    if champion is not None and champion.number == number and not _held(shelf):
        raise BadInput(f"version {number} is the champion already", remedy=_LIST)
    found = Verdict(0)
    if champion is not None and champion.number != number and shelf.spec is not None:
        found = compared(shelf.ledger, shelf.row.id, shelf.spec, row, champion)
    if not found.promote and not whatever_its_score:
        raise BadInput(
            f"version {number} does not replace version {champion.number if champion else '-'}: {found.against}",
            remedy="Say `whatever its score` (--whatever-its-score) to promote it all the same",
        )
    shelf.ledger.promote(shelf.row.id, number, why, by=by, **found.as_dict())
    return {"promoted": number, "before": champion.number if champion else None, "by": by, "why": why} | {
        "rule": found.as_dict()
    }


def roll_back(shelf: Shelf, number: int, *, by: str, why: str) -> dict[str, Any]:
    """Go back to a version that was the champion before; it holds until a person promotes another.

    Raises:
        BadInput: there is no such version, it cannot be asked, it is the champion, or it never was.
    """
    _version(shelf, number)
    champion = shelf.ledger.champion(shelf.row.id)
    if champion is not None and champion.number == number and _held(shelf):
        raise BadInput(f"version {number} is the champion already, and holds", remedy=_LIST)
    were = {
        event.payload["version"]
        for event in shelf.ledger.events(shelf.row.id)
        if event.kind == EventKind.MODEL_PROMOTED
    }
    if number not in were:
        raise BadInput(
            f"version {number} was never the champion, so there is no way back to it",
            remedy="`ionloop models promote` makes a version the champion",
        )
    _usable(shelf, number)
    shelf.ledger.promote(shelf.row.id, number, why, by=by, holds=True, rollback=True)
    return {"rolled_back_to": number, "before": champion.number if champion else None, "by": by, "why": why}


def save(shelf: Shelf, number: int, folder: Path) -> dict[str, Any]:
    """Take the weights of a version out of the ledger, into a folder that is made.

    Raises:
        BadInput: there is no such version, it has no weights, they cannot be read, or the folder is not empty.
    """
    from models.saved import load_packed, unpack

    row = _version(shelf, number)
    content = weights_of(shelf.ledger, row)
    load_packed(content)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("the folder is not empty", place=str(folder), remedy="Name a new one")
    unpack(content, folder)
    return {
        "version": number,
        "model": row.name,
        "folder": str(folder),
        "files": sorted(p.name for p in folder.iterdir()),
    }


def _version(shelf: Shelf, number: int) -> ModelVersionRow:
    rows = shelf.ledger.model_versions(shelf.row.id)
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        known = f"there are versions 1 to {len(rows)}" if rows else "nothing was fitted yet"
        raise BadInput(f"`{shelf.row.name}` has no model version {number}: {known}", remedy=_LIST)
    return found


def _usable(shelf: Shelf, number: int) -> ModelVersionRow:
    """A version that can be asked: by its weights, or by a fit of the same films once more."""
    from models.film_content import training_hash
    from models.saved import load_packed

    row = _version(shelf, number)
    if shelf.spec is None:  # of a table: no planner asks it
        load_packed(weights_of(shelf.ledger, row))
        return row
    why_not = why_not_for_planner(row.name)
    if why_not:
        raise BadInput(f"version {number} cannot become the champion of a campaign: {why_not}")
    if not CAMPAIGN_MODELS[row.name].repeatable:
        load_packed(weights_of(shelf.ledger, row))
        return row
    from flows.knowledge import films_known

    films = films_known(shelf.ledger, shelf.row.id, shelf.spec, row.training_event)
    if training_hash(films) != row.training_hash:
        raise BadInput(f"version {number} was trained on other films than the ledger holds up to its event")
    fitted_version(shelf.ledger, shelf.row.id, shelf.spec, row)
    return row


def _held(shelf: Shelf) -> bool:
    last = shelf.ledger.last_promotion(shelf.row.id)
    return last is not None and bool(last.payload.get("holds"))


def _told(shelf: Shelf, row: ModelVersionRow) -> dict[str, Any]:
    return {
        "version": row.number,
        "model": row.name,
        "state": row.state,
        "readings": row.n,
        "trained_up_to_event": row.training_event,
        "training_hash": row.training_hash,
        "weights": shelf.ledger.weights(shelf.row.id, row.number) is not None,
        "environment": row.environment,
        "configuration": row.configuration,
        "metrics": row.metrics,
    }
