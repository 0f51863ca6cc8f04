"""The process in which one heavy model is fitted: `python -m flows.retrain`, told by one line on its standard input.

It does nothing but read the ledger, fit, and add a version; it leaves when its input ends, which is when the process
that began it does.
"""

import json
import os
import sys
import threading
from typing import Any, TextIO

from chemistry.errors import IonloopError

NICENESS = 10
"""It works when nobody else wants to: the campaign's own process sets the pace."""


def main() -> int:
    """Fit what the order says; 0 where a version came of it, otherwise 1 and one line on standard error."""
    order = json.loads(sys.stdin.readline())
    os.nice(NICENESS)
    threading.Thread(target=_leave_with, args=(sys.stdin,), name="campaign", daemon=True).start()
    try:
        retrain(order)
    except IonloopError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def retrain(order: dict[str, Any]) -> int:
    """Fit a model on what a campaign knew at an event, as a version; one that can serve the planner challenges.

    Args:
        order: `ledger` (URL), `campaign_id`, `model`, `event`.

    Returns:
        The number of the version.
    """
    from flows.challenge import challenge
    from flows.model_fit import add_version, training_of_campaign
    from flows.session import LEDGER_PATIENCE_S
    from flows.spec import CampaignSpec
    from ledger.store import Ledger
    from models.campaign_models import CAMPAIGN_MODELS

    with Ledger.open(order["ledger"], create=False) as ledger:
        ledger.be_patient(LEDGER_PATIENCE_S)
        campaign_id, name = int(order["campaign_id"]), str(order["model"])
        spec = CampaignSpec.model_validate(ledger.campaign(campaign_id).spec)
        training = training_of_campaign(ledger, campaign_id, spec, int(order["event"]))
        version = add_version(ledger, campaign_id, name, training, int(order["event"]))
        if name in CAMPAIGN_MODELS:
            challenge(ledger, campaign_id, spec, version, "fitted beside the instruments")
        return version.number


def _leave_with(stream: TextIO) -> None:
    """End this process when nobody holds the other end of its input any more."""
    while stream.readline():
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
