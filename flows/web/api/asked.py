"""What requests name: campaigns, experiments, pages. Checked before the ledger is asked."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import HTTPException, Path, Query
from pydantic import StringConstraints

from chemistry.value import Value
from ledger.browsing.asked import FURTHEST, LARGEST_ID, MOST_ON_A_PAGE
from ledger.errors import LedgerError
from ledger.store import Ledger
from ledger.tables import CampaignRow

if TYPE_CHECKING:
    from flows.spec import CampaignSpec

_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

CampaignId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="`id` of one run of a campaign")]
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Offset = Annotated[int, Query(ge=0, le=FURTHEST, description="how many to leave out before the first")]
Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)]
FilmId = Annotated[str, Path(max_length=200, pattern=_ONE_LINE)]
Name = Annotated[str, Path(max_length=200, pattern=_ONE_LINE)]
Line = Annotated[str, StringConstraints(max_length=200, pattern=_ONE_LINE)]
Note = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
"""Why, for whoever reads the ledger."""


class Refused(Value):
    """Why something was not done, and what to do."""

    detail: str


def _answers(**told: str) -> dict[int | str, dict[str, Any]]:
    return {int(status.removeprefix("is_")): {"model": Refused, "description": words} for status, words in told.items()}


KNOWN = _answers(
    is_400="what was given cannot be used",
    is_401="nobody is known: sign in, or send a token",
    is_403="whoever is known may not do this, or the header against requests from elsewhere is missing",
    is_422="the request cannot be read",
    is_503="the ledger's database does not answer",
)
"""Answers of everything but the health check and the sign-in."""
NOT_THERE = _answers(is_404="there is no such thing")
TOO_MANY = _answers(is_429="too many failed a moment ago")
CHANGE = _answers(is_404="there is no such thing", is_409="the ledger's rules forbid it now")


def run_of(ledger: Ledger, campaign_id: int) -> CampaignRow:
    """One run of a campaign; 404 where there is none."""
    try:
        return ledger.campaign(campaign_id)
    except LedgerError as error:
        raise HTTPException(404, f"{error}. GET /api/v1/campaigns lists what there is.") from error


def spec_of(run: CampaignRow) -> "CampaignSpec":
    """What a run was begun with; 409 where this ionloop cannot read it."""
    from pydantic import ValidationError

    from flows.spec import CampaignSpec

    try:
        return CampaignSpec.model_validate(run.spec)
    except ValidationError as error:
        said = f"Run {run.run} of {run.name} was begun with a file that this ionloop cannot read, or with none."
        raise HTTPException(409, said) from error
