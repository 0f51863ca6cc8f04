"""`ionloop status` behind its options: where a campaign stands, read from the ledger alone."""

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import typer

from flows.drift import in_words
from flows.home import campaign_folder
from flows.leasing import runner_of
from flows.session import latest_run, open_ledger
from flows.spec import CampaignSpec, read_campaign
from flows.standing import best_table, standing
from flows.terminal import console
from ledger.approvals import Approvals
from ledger.kinds import ApprovalState, CampaignState
from ledger.store import Ledger
from ledger.tables import CampaignRow


def show_status(
    campaign_file: Path, *, folder: Path | None, ledger_url: str | None, verify: bool, as_json: bool
) -> None:
    """Print the standing of the latest run of a campaign; with `verify`, recompute each of its suggestions."""
    spec = read_campaign(campaign_file)
    place = campaign_folder(spec.name, folder)
    with contextlib.closing(open_ledger(place, ledger_url, create=False)) as ledger:
        row = latest_run(ledger, spec.name)
        begun_with = CampaignSpec.model_validate(row.spec)
        found = status_of(ledger, row, begun_with)
        if verify:
            found["suggestions_recomputed"] = _verify(ledger, row.id, begun_with)
    typer.echo(json.dumps(found) if as_json else _as_text(found))


def status_of(ledger: Ledger, row: CampaignRow, begun_with: CampaignSpec) -> dict[str, Any]:
    """Where a run stands, under the names that `ionloop status --json` gives."""
    now = standing(ledger, row.id, begun_with)
    return {
        "campaign": row.name,
        "run": row.run,
        "state": row.state,
        "why": _why(ledger, row),
        "experiments": {e.number: e.state for e in ledger.experiments(row.id)},
        "calculations": {c.number: c.state for c in ledger.calculations(row.id)},
        "budget": now.budget,
        "suggested_by": dict(Counter(said.planner for said in ledger.suggestions(row.id))),
        "best": best_table(now),
        "without_result": dict(now.without_result),
        "waits_for_approval": {
            ledger.experiment(request.experiment_id).number: request.reasons
            for request in Approvals(ledger).of(row.id, ApprovalState.WAITING)
        },
        "rest_on_amended": ledger.marked(row.id).model_dump(mode="json"),
        "model": _model(ledger, row.id),
        "drift": in_words(ledger, row.id),
    }


def _why(ledger: Ledger, row: CampaignRow) -> str:
    """Why it is in its state; of a run that says it is running, whether it still is."""
    if row.state != CampaignState.RUNNING:
        return row.why
    if runner_of(ledger, row.name) is None:
        return "its process has ended; `ionloop run` with the same file goes on"
    return row.why


def _model(ledger: Ledger, campaign_id: int) -> dict[str, Any] | None:
    """The version that the planner asks, why, and whether somebody went back to it."""
    last = ledger.last_promotion(campaign_id)
    if last is None:
        return None
    return {key: last.payload.get(key) for key in ("version", "name", "why", "by", "holds")}


def _verify(ledger: Ledger, campaign_id: int, spec: CampaignSpec) -> dict[int, bool]:
    """For each suggestion, whether asking again at its event gives the same formulation, from the same source."""
    from rich.progress import track

    from flows.suggest import recompute

    rows = ledger.suggestions(campaign_id)
    out = console(stderr=True)
    alike: dict[int, bool] = {}
    for row in track(rows, "Recomputing suggestions", console=out, disable=not out.is_terminal):
        again = recompute(ledger, campaign_id, spec, row)
        told = again and (again.formulation.key, again.action.source)
        alike[row.index] = told == (row.formulation_key, row.source)
    return alike


def _who(suggested_by: dict[str, int]) -> list[str]:
    """Who suggested how many, where several planners did."""
    if len(suggested_by) < 2:
        return []
    return [f"suggested by {', '.join(f'{planner} ({count})' for planner, count in suggested_by.items())}"]


def _counts(states: list[str]) -> str:
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))


def _as_text(found: dict[str, Any]) -> str:
    states, calculated = (list(found[what].values()) for what in ("experiments", "calculations"))
    lines = [
        f"{found['campaign']}, run {found['run']}: {found['state']}" + (f" ({found['why']})" if found["why"] else ""),
        f"{len(states)} of {found['budget']} experiments: {_counts(states) or 'none yet'}",
        *([f"{len(calculated)} calculations: {_counts(calculated)}"] if calculated else []),
        *_who(found["suggested_by"]),
        *(f"  best: {'; '.join(f'{name} {value}' for name, value in row.items())}" for row in found["best"]),
        *(f"  experiment {number} gave no result: {why}" for number, why in found["without_result"].items()),
    ]
    lines += [
        f"  experiment {number} waits for approval: {' '.join(reasons)} (ionloop approvals CAMPAIGN.yaml)"
        for number, reasons in found["waits_for_approval"].items()
    ]
    model = found["model"]
    if model and model["holds"]:
        lines.append(f"{model['by']} went back to model version {model['version']}, which holds: {model['why']}")
    lines += [f"drift: {words}" for words in found["drift"]]
    marked = found["rest_on_amended"]
    if marked["suggestions"]:
        numbers = ", ".join(str(index + 1) for index in marked["suggestions"])
        lines.append(f"decided by results that were amended since: suggestions {numbers}")
    if "suggestions_recomputed" in found:
        same = found["suggestions_recomputed"]
        lines.append(f"{sum(same.values())} of {len(same)} suggestions recomputed alike")
        lines += [f"  suggestion {index} came out otherwise" for index, alike in same.items() if not alike]
    return "\n".join(lines)
