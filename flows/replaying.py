"""The decisions of an earlier run, for the planner that makes them again."""

from collections.abc import Sequence

from chemistry.errors import BadInput
from flows.spec import CampaignSpec, ReplayedRun
from ledger.store import Ledger
from ledger.tables import CampaignRow
from planners.replay import ReplayPlanner


def decisions_again(ledger: Ledger, spec: CampaignSpec, event: int) -> ReplayPlanner | None:
    """A planner that makes the decisions which the named run had made by an event; None where none is named.

    Raises:
        BadInput: the ledger holds no such run.
    """
    if spec.planner.replay is None:
        return None
    row = _run(ledger, spec)
    asked = tuple(decision.formulation for decision in ledger.decisions(row.id, event))
    return ReplayPlanner(asked, origin=f"run {row.run} of {row.name}")


def refuse_empty_replay(ledger: Ledger | None, spec: CampaignSpec) -> None:
    """Refuse a campaign that replays what is not there, before anything of it is written, the ledger itself included.

    Raises:
        BadInput: the ledger holds no such run, or it made no decision.
    """
    if ledger is None:
        if spec.planner.replay is not None:
            raise _no_such_run(spec.planner.replay, spec, [])
        return
    again = decisions_again(ledger, spec, ledger.last_event())
    if again is not None and not again.decisions:
        raise BadInput(
            f"{again.origin} made no decision, so there is nothing to replay",
            place="planner.replay",
            remedy="Name another run (`ionloop status` says how far one came)",
        )


def _run(ledger: Ledger, spec: CampaignSpec) -> CampaignRow:
    wanted = spec.planner.replay
    if wanted is None:
        raise ValueError("the campaign replays nothing")
    name = wanted.campaign or spec.name
    rows = [row for row in ledger.campaigns() if row.name == name]
    unfinished = ledger.unfinished_campaign(spec.name)
    for row in rows:
        if row.run == wanted.run and (unfinished is None or row.id != unfinished.id):
            return row
    raise _no_such_run(wanted, spec, rows)


def _no_such_run(wanted: ReplayedRun, spec: CampaignSpec, rows: Sequence[CampaignRow]) -> BadInput:
    there = ", ".join(str(row.run) for row in rows) or "none"
    return BadInput(
        f"the ledger holds no earlier run {wanted.run} of `{wanted.campaign or spec.name}` (its runs: {there})",
        place="planner.replay",
        remedy="Name one that it holds, or run both campaigns with the same --ledger",
    )
