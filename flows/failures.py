"""When a campaign has failed often enough to be stopped, and by whose fault.

Three things are counted, each over the experiments that have ended, in the order in which they did:

- one instrument that fails `IN_A_ROW` films one after the other. What did not come to its station says nothing of it,
  nor does a film that another instrument of that station failed; one that got through its station does;
- `ANY_IN_A_ROW` films one after the other that instruments failed, whichever: something that they share is broken;
- the share of films that gave no result, by instrument or by verdict, once `ENOUGH_TO_JUDGE` have ended.

What people refused or called off, and what the stock did not allow, counts nowhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from flows.session import Session
from ledger.kinds import ExperimentState
from ledger.tables import ExperimentRow

ENDED = (ExperimentState.OBSERVED, ExperimentState.FAILED, ExperimentState.DISCARDED, ExperimentState.CANCELLED)
ENOUGH_TO_JUDGE = 10
"""Experiments that must have ended before their failures can stop a campaign."""
IN_A_ROW = 3
"""So many films one after the other that one instrument failed: it is broken."""
ANY_IN_A_ROW = 5
"""So many films one after the other that instruments failed, whichever: power, gas or network, perhaps."""


class Culprit(NamedTuple):
    """An instrument that failed a film; the same role at another station is another instrument."""

    station: str
    instrument: str


def too_many_failures(session: Session) -> str:
    """Why the campaign must stop; empty where it may go on."""
    ended = sorted(session.ledger.experiments(session.campaign_id, states=ENDED), key=lambda e: e.closed_event or 0)
    # What people called off, and what the stock did not allow, speaks neither for films nor for instruments.
    ended = [e for e in ended if e.state != ExperimentState.CANCELLED or culprit(e) is not None]
    return (
        _one_instrument(session, ended) or _any_instruments(ended) or _share(ended, session.spec.budget.failure_limit)
    )


def culprit(experiment: ExperimentRow) -> Culprit | None:
    """The instrument that failed its film; None where none did."""
    told = experiment.result or {}
    if experiment.state != ExperimentState.CANCELLED or "instrument" not in told:
        return None
    # Its name alone: in some errors its prefix follows.
    return Culprit(told.get("station", ""), told["instrument"].partition(" (")[0])


def _one_instrument(session: Session, ended: Sequence[ExperimentRow]) -> str:
    counted = Counter(found for e in ended if (found := culprit(e)) is not None)
    suspects = [found for found, times in counted.items() if times >= IN_A_ROW]
    used = session.ledger.stations_used(session.campaign_id) if suspects else {}
    for suspect in suspects:
        last = [e for e in ended if _speaks_of(e, suspect, used)][-IN_A_ROW:]
        if all(culprit(e) == suspect for e in last):
            where = f"{suspect.instrument} of {suspect.station}" if suspect.station else suspect.instrument
            return f"{where} failed {IN_A_ROW} films one after the other; the last because {last[-1].why}"
    return ""


def _speaks_of(experiment: ExperimentRow, suspect: Culprit, used: Mapping[int, AbstractSet[str]]) -> bool:
    """Whether an experiment's end says anything of an instrument."""
    found = culprit(experiment)
    if found is not None and found.station == suspect.station:
        return found == suspect
    return suspect.station in used.get(experiment.id, ())


def _any_instruments(ended: Sequence[ExperimentRow]) -> str:
    last = ended[-ANY_IN_A_ROW:]
    if len(last) < ANY_IN_A_ROW or not all(culprit(e) is not None for e in last):
        return ""
    return f"instruments failed {ANY_IN_A_ROW} films one after the other; the last because {last[-1].why}"


def _share(ended: Sequence[ExperimentRow], limit: float) -> str:
    bad = [experiment for experiment in ended if experiment.state != ExperimentState.OBSERVED]
    if len(ended) < ENOUGH_TO_JUDGE or len(bad) <= limit * len(ended):
        return ""
    share = f"{len(bad)} of {len(ended)} experiments gave no result, more than the limit of {limit:.0%}"
    return f"{share}; the last because {bad[-1].why}"
