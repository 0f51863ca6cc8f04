"""What there is to tell of a campaign since somebody last asked, read from its ledger alone."""

from dataclasses import dataclass

from chemistry.wording import shortened
from flows.drift import in_words as drifts
from flows.leasing import runner_of
from flows.server.alert_spec import News
from flows.spec import CampaignSpec
from flows.standing import best_table, standing
from flows.stopping import INTERRUPTED
from ledger.database import utc_now
from ledger.kinds import CampaignState, EventKind
from ledger.store import Ledger
from ledger.tables import CampaignRow, EventRow

LONGEST_SUBJECT = 120
"""Characters."""
PAUSED_BY_HAND = "paused by "
"""How the reason of a pause begins that somebody commanded (`flows.control.in_words`): they know."""


@dataclass(frozen=True)
class Told:
    """One piece of news."""

    kind: News
    of: str
    """A campaign, or a run of anything that is served."""
    subject: str
    text: str
    event: int = 0
    """Of the ledger, on which it rests; 0: on none."""


def news_of(ledger: Ledger, campaign: str, after: int) -> list[Told]:
    """What has happened to the runs of a campaign after an event: ends, questions to people, drifts."""
    found = [
        told
        for row in ledger.campaigns()
        if row.name == campaign
        for event in ledger.events(row.id, after=after)
        if (told := _told(ledger, row, event)) is not None
    ]
    return sorted(found, key=lambda told: told.event)


def hanging(ledger: Ledger, campaign: str, hangs_after_s: float) -> Told | None:
    """The latest run, where it should be at work and shows no sign of life."""
    rows = [row for row in ledger.campaigns() if row.name == campaign]
    if not rows or rows[-1].state != CampaignState.RUNNING:
        return None
    row = rows[-1]
    last = ledger.last_event_of(row.id)
    if last is None or (silent := utc_now() - last.wall_time).total_seconds() < hangs_after_s:
        return None
    runner = runner_of(ledger, campaign)
    who = f"{runner} runs it" if runner else "no process runs it"
    words = f"{who}, and nothing was written into the ledger for {silent.total_seconds() / 3600:.1f} h."
    return _news("hangs", row, "shows no sign of life", f"{words} `ionloop status` says how it stands.", last.number)


def _told(ledger: Ledger, row: CampaignRow, event: EventRow) -> Told | None:
    if event.kind == EventKind.DRIFT_BEGUN:
        words = "\n".join(drifts(ledger, row.id)) or f"{event.subject} no longer comes as foretold."
        return _news("drifts", row, f"drifts in {event.subject}", words, event.number)
    if event.kind == EventKind.APPROVAL_ASKED:
        why = " ".join(event.payload.get("reasons", ()))
        words = f"{why} `ionloop approvals` lists what waits; it is refused unless somebody answers in time."
        return _news("waits", row, f"waits for approval of {event.subject}", words, event.number)
    if event.kind != EventKind.CAMPAIGN_STATE:
        return None
    state, why = CampaignState(event.payload["to"]), str(event.payload.get("why", ""))
    if state.final:
        return _news("ended", row, f"is {state}", _how_it_ended(ledger, row, why), event.number)
    if state is CampaignState.PAUSED and why != INTERRUPTED and not why.startswith(PAUSED_BY_HAND):
        return _news("waits", row, "waits for a person", why, event.number)
    return None


def _how_it_ended(ledger: Ledger, row: CampaignRow, why: str) -> str:
    spec = CampaignSpec.model_validate(row.spec)
    now = standing(ledger, row.id, spec)
    lines = [f"{len(now.results)} of {now.tried} experiments gave a result.", *([why] if why else [])]
    lines += ["; ".join(f"{name} {value}" for name, value in best.items()) for best in best_table(now)]
    return "\n".join(lines)


def _news(kind: News, row: CampaignRow, what: str, text: str, event: int) -> Told:
    subject = f"{row.name} (run {row.run}) {what}"
    return Told(kind, row.name, shortened(subject, LONGEST_SUBJECT), text, event)
