"""What did not go as it was meant to, and what was decided: by people, by the quality gate, by evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.kinds import EventKind, ExperimentState, GateDecision
from ledger.tables import EventRow

MOST = 200
"""Lines of the table; of a longer story the last ones are told."""


@dataclass(frozen=True)
class Turn:
    """One event that a reader of the report wants to know of."""

    hours: float | None
    """Lab time since the campaign began; None where no lab was running."""
    when: str
    """Wall time."""
    what: str
    """What it is about: `experiment 12`."""
    words: str


def turns(events: Sequence[EventRow]) -> tuple[Turn, ...]:
    """The events of a campaign that are failures or decisions, in their order."""
    start = min((event.lab_time_s for event in events if event.lab_time_s is not None), default=0.0)
    found = []
    for event in events:
        tell = _TOLD.get(event.kind)
        words = tell(event.payload) if tell else ""
        if words:
            hours = None if event.lab_time_s is None else (event.lab_time_s - start) / 3600
            found.append(Turn(hours, event.wall_time.strftime("%Y-%m-%d %H:%M"), _subject(event), words))
    return tuple(found)


def _subject(event: EventRow) -> str:
    """People know experiments and films by name; of an observation only its film is known to them."""
    if event.kind in (EventKind.AMENDED, EventKind.RETRACTED):
        return f"film {event.payload.get('film', '')}"
    if event.kind == EventKind.FILM_JUDGED:
        return f"experiment {event.payload['experiment']}"
    if event.kind in (EventKind.CAMPAIGN_STATE, EventKind.COMMAND_GIVEN, EventKind.CAMPAIGN_IMPORTED):
        experiment = event.payload.get("experiment")
        return "campaign" if experiment is None else f"experiment {experiment}"
    return event.subject


def _by(payload: dict[str, Any]) -> str:
    """` by Ada: the gauge was off`, as far as it is known."""
    by, note = payload.get("by", ""), payload.get("note", "") or payload.get("why", "")
    return (f" by {by}" if by else "") + (f": {note}" if note else "")


def _moved(payload: dict[str, Any]) -> str:
    lost = payload["to"] in (ExperimentState.FAILED, ExperimentState.DISCARDED, ExperimentState.CANCELLED)
    return f"{payload['to']}: {payload.get('why', '')}".rstrip(": ") if lost else ""


def _judged(payload: dict[str, Any]) -> str:
    """Also a film that was accepted in spite of something; one that was discarded is told when its experiment ends."""
    told = {
        GateDecision.MEASURE_AGAIN: "measured again",
        GateDecision.PRESS_AGAIN: "pressed again",
        GateDecision.MAKE_AGAIN: "made again",
    }.get(payload["decision"])
    if told:
        return f"{told}: {payload['reason']}"
    doubted = payload["decision"] == GateDecision.ACCEPT and "accepted with" in payload["reason"]
    return payload["reason"] if doubted else ""


def _state(payload: dict[str, Any]) -> str:
    """Only why it stands still or is over: that it goes on is no news, and what it says then is the name of a run."""
    return "" if payload["to"] == "running" else f"{payload['to']}: {payload.get('why', '')}".rstrip(": ")


def _calculated(payload: dict[str, Any]) -> str:
    return "" if payload["to"] == "observed" else f"{payload['to']}: {payload.get('why', '')}".rstrip(": ")


def _promoted(payload: dict[str, Any]) -> str:
    """Only what a person said: the campaign promotes a version after nearly every result."""
    if not payload.get("by"):
        return ""
    return f"{'gone back to' if payload.get('rollback') else 'promoted'}{_by(payload)}"


def _amended(payload: dict[str, Any]) -> str:
    follows = ", following another correction" if payload.get("follows") else ""
    return f"{payload['property']} {payload['from']:.3f} became {payload['to']:.3f}{follows}{_by(payload)}"


def _asked(payload: dict[str, Any]) -> str:
    return f"asked for approval: {' '.join(payload['reasons'])}"


def _resolved(payload: dict[str, Any]) -> str:
    by = payload.get("evidence", {}).get("by")
    return f"`{payload['step']}`, left open, is {payload['verdict'].replace('_', ' ')}" + (f", says {by}" if by else "")


_TOLD: dict[str, Callable[[dict[str, Any]], str]] = {
    EventKind.CAMPAIGN_STATE: _state,
    EventKind.CAMPAIGN_IMPORTED: lambda payload: "brought in from an archive",
    EventKind.COMMAND_GIVEN: lambda payload: f"{payload['command']}{_by(payload)}",
    EventKind.APPROVAL_ASKED: _asked,
    EventKind.APPROVAL_ANSWERED: lambda payload: f"{payload['answer']}{_by(payload)}",
    EventKind.EXPERIMENT_MOVED: _moved,
    EventKind.FILM_JUDGED: _judged,
    EventKind.STEP_FAILED: lambda payload: f"`{payload['step']}` failed: {payload['words']}",
    EventKind.STEP_RESOLVED: _resolved,
    EventKind.CALCULATION_ENDED: _calculated,
    EventKind.AMENDED: _amended,
    EventKind.RETRACTED: lambda payload: f"{payload['property']} {payload['value']:.3f} taken back{_by(payload)}",
    EventKind.MODEL_PROMOTED: _promoted,
    EventKind.MODEL_REFUSED: lambda payload: f"not promoted: {payload.get('against') or payload.get('why') or ''}",
    EventKind.MODEL_FIT_FAILED: lambda payload: f"could not be fitted: {payload['why']}",
    EventKind.DRIFT_BEGUN: lambda payload: f"drifts, by {payload['shift_sd']:+.1f} standard deviations",
    EventKind.DRIFT_ENDED: lambda payload: "comes as foretold again",
}
"""What each kind of event says; nothing where it is no failure and no decision."""
