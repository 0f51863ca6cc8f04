"""Whether the server is there: the one thing that anybody may ask, and that tells nothing."""

from fastapi import APIRouter

from chemistry.value import Value
from flows.web.access import TheDesk

router = APIRouter(tags=["health"])


class Health(Value):
    """The server answers, and its ledger too."""

    ok: bool = True


@router.get("/health")
def health(desk: TheDesk) -> Health:
    """Open to anybody: 200 while the ledger answers, 503 while it does not."""
    desk.ledger.last_event()
    return Health()
