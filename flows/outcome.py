"""What a campaign came to, as plain values."""

from typing import Any

from flows.session import Session
from flows.standing import best_table, lab_hours, standing


def outcome(session: Session) -> dict[str, Any]:
    """What the ledger holds of the campaign: counts, the best, and where report and ledger are."""
    campaign = session.ledger.campaign(session.campaign_id)
    now = standing(session.ledger, session.campaign_id, session.spec)
    return {
        "campaign": campaign.name,
        "run": campaign.run,
        "state": campaign.state,
        "experiments": now.tried,
        "observed": len(now.results),
        "lab_hours": round(lab_hours(session.ledger, session.campaign_id), 2),
        "hypervolume": now.hypervolume[-1] if now.hypervolume else 0.0,
        "best": best_table(now),
        "report": str(session.folder.report),
        "ledger": session.ledger_place,
    }
