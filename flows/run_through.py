"""One campaign run through several sessions, where its ledger goes away in the middle of a transaction."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TypeVar

from chemistry.errors import BadInput
from flows.session import LEDGER_PATIENCE_S, Session
from ledger.database import utc_now
from ledger.errors import LeaseHeld, LedgerUnavailable

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
LOOK_AGAIN_S = 1.0
"""Wall time between two tries to begin a session anew."""
PATIENCE = timedelta(seconds=LEDGER_PATIENCE_S)
MOST_OFTEN, OFTEN_WITHIN = 10, timedelta(hours=1)
"""A ledger that breaks off more often needs a person."""


def run_through(
    new_session: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], Result]
) -> Result:
    """Do the work of a campaign in a session; where its ledger broke off, in a new one once the ledger is back.

    A transaction that was cut off cannot be tried again by itself: nobody knows here what it was part of. A new session
    asks ledger and instruments what is done, as after a crash, and goes on from there.

    Raises:
        LedgerUnavailable: it was away for longer than `LEDGER_PATIENCE_S`, or broke off too often.
    """
    broke_off: list[datetime] = []
    while True:
        session = None
        try:
            with new_session() as session:
                return work(session)
        except LedgerUnavailable as away:
            if session is not None or not broke_off:
                broke_off = [*(at for at in broke_off if utc_now() - at < OFTEN_WITHIN), utc_now()]
            if len(broke_off) > MOST_OFTEN or utc_now() - broke_off[-1] > PATIENCE:
                raise
            logger.warning("the campaign goes on in a new session once its ledger is back: %s", away)
        except (LeaseHeld, BadInput) as not_yet:
            # A database that is away cannot be opened; the lease of the session before runs out by itself.
            if session is not None or not broke_off or utc_now() - broke_off[-1] > PATIENCE:
                raise
            logger.warning("waiting for the ledger to go on: %s", not_yet)
        threading.Event().wait(LOOK_AGAIN_S)
