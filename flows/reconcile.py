"""`ionloop reconcile` behind its options: the instruments' evidence, and a person's word."""

import contextlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from chemistry.errors import BadInput
from flows.home import campaign_folder
from flows.leasing import refuse_second_run
from flows.person import person
from flows.session import Session, open_ledger, open_session
from flows.spec import read_campaign
from ledger.kinds import StepState
from ledger.tables import PhysicalStepRow

SAYINGS = {"done": StepState.DONE_BY_EVIDENCE, "never-started": StepState.NEVER_STARTED, "failed": StepState.FAILED}


@dataclass(frozen=True)
class Word:
    """What a person says of one step."""

    order_id: str
    say: str
    as_made: tuple[str, ...]
    by: str | None
    note: str


def reconcile_campaign(
    campaign_file: Path,
    policy: str | None,
    word: Word | None,
    *,
    folder: Path | None,
    ledger_url: str | None,
    hardware: bool,
    as_json: bool,
) -> None:
    """Settle the open steps of a campaign's unfinished run, and print what became of each.

    Raises:
        BadInput: there is no unfinished run, or what was said cannot be taken.
        LeaseHeld: a process is running the campaign: it settles them itself.
    """
    if policy not in (None, "discard", "ask"):
        raise BadInput(f"there is no policy `{policy}`", remedy="Say discard or ask.")
    if word is not None:
        person(word.by)  # before any instrument is asked
    spec = read_campaign(campaign_file)
    with contextlib.closing(open_ledger(campaign_folder(spec.name, folder), ledger_url, create=False)) as ledger:
        refuse_second_run(ledger, spec.name)
        if ledger.unfinished_campaign(spec.name) is None:
            raise BadInput(f"no run of `{spec.name}` is unfinished", remedy="There is nothing to reconcile.")
    with open_session(campaign_file, folder, ledger_url, hardware=hardware) as session:
        from flows.resume import reconcile

        before = _open(session)
        if word is not None:
            reconcile(session.with_policy("ask"))  # the instruments first: a person's word is for what they cannot tell
            _take(session, word)
        reconcile(session if policy is None else session.with_policy(policy))
        given = {"--folder": folder, "--ledger": ledger_url and "URL", "--hardware": "" if hardware else None}
        options = " ".join(f"{name} {value}".rstrip() for name, value in given.items() if value is not None)
        _show(session, f"ionloop reconcile {campaign_file} {options}".rstrip(), before, as_json)


def _open(session: Session) -> list[str]:
    return [step.order_id for step in session.journal.open_steps(campaign_id=session.campaign_id)]


def _take(session: Session, word: Word) -> None:
    """Write a person's word to the journal."""
    journal = session.journal
    unsettled = journal.open_steps(campaign_id=session.campaign_id)
    steps = {step.order_id: step for step in unsettled if step.state == StepState.UNKNOWN}
    if word.order_id not in steps:
        known = ", ".join(steps) or "none"
        raise BadInput(f"no step `{word.order_id}` waits for a person's word", remedy=f"Those that do: {known}.")
    if word.say not in SAYINGS:
        raise BadInput(f"--say {word.say!r}", remedy=f"Say one of {', '.join(SAYINGS)}.")
    step, by = steps[word.order_id], person(word.by)
    words = f"{by} says: {word.say}" + (f" ({word.note})" if word.note else "")
    if word.say == "failed":
        journal.fail(step.order_id, words)
        return
    made = _as_made(session, step, word.as_made) if word.say == "done" else {}
    journal.resolve(step.order_id, SAYINGS[word.say], {"words": words, "by": by, "as_made": made})


def _as_made(session: Session, step: PhysicalStepRow, given: tuple[str, ...]) -> dict[str, float]:
    """What was made, as the plan needs it: every number that the instrument would have reported."""
    values: dict[str, float] = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            values[name] = float(value)
            if not (math.isfinite(values[name]) and values[name] >= 0):
                raise ValueError(value)
        except ValueError as error:
            raise BadInput(f"--as-made {text!r}", remedy="Write NAME=NUMBER, such as dispensed_mg=49.8.") from error
    missing = [name for name in _needed(session, step) if name not in values]
    if missing:
        needed = " ".join(f"--as-made {name}=…" for name in missing)
        raise BadInput(f"`{step.step}` was done, but nobody says with what result", remedy=f"Add {needed}.")
    return values


def _needed(session: Session, step: PhysicalStepRow) -> list[str]:
    """The numbers without which a step that was done is of no use to its plan."""
    from flows.step_evidence import device_of

    device = device_of(session, step)
    return [name for name in (device.results if device else ()) if name != "totaliser_mg"]


def _show(session: Session, command: str, orders: list[str], as_json: bool) -> None:
    steps = [
        step
        for experiment in session.ledger.experiments(session.campaign_id)
        for sample in session.ledger.samples(experiment.id)
        for step in session.journal.steps(sample.id)
        if step.order_id in orders
    ]
    rows = [_told(session, step) for step in steps]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        typer.echo("No step was left open.")
    for step, row in zip(steps, rows, strict=True):
        typer.echo(f"{row['step']} of {row['sample']}: {row['state'].replace('_', ' ')}; {row['words']}.")
        if row["state"] == StepState.UNKNOWN:
            typer.echo("\n".join(_table(step, row["facts"])))
            made = " ".join(f"--as-made {name}=…" for name in _needed(session, step))
            say = f"{command} --step {row['order']} --by YOU --note HOW"
            typer.echo(f"  Go and look. If you can tell then, one of\n    {say} --say done {made}".rstrip())
            typer.echo(f"    {say} --say never-started\n    {say} --say failed")


def _table(step: PhysicalStepRow, facts: list[dict[str, str]]) -> list[str]:
    """What is known, aligned: how it was before the order, when the instrument was asked first, and now."""
    from flows.step_evidence import asked_for

    columns = [name for name in ("before", "asked", "now") if any(fact.get(name) for fact in facts)]
    heads = {"before": "before the order", "asked": "when it was asked", "now": "now"}
    rows = [["", *(heads[name] for name in columns)]]
    rows += [[fact["what"], *(fact.get(name) or "–" for name in columns)] for fact in facts]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns) + 1)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    asked = asked_for(step)
    when = f"{step.intended_at.astimezone():%Y-%m-%d %H:%M:%S}"
    head = f"  {step.station}, {step.device}: ordered at {when}" + (f", {asked}" if asked else "")
    return [head, *(f"    {line}" for line in lines)]


def _facts(session: Session, step: PhysicalStepRow) -> list[dict[str, str]]:
    """The evidence of a step; what the instrument said when it was asked first stands beside what it says now."""
    from flows.step_evidence import Fact, instrument_facts, matter_facts

    kept = [Fact.model_validate(fact) for fact in (step.evidence or {}).get("facts", [])]
    present = instrument_facts(session, step)
    asked = {} if not kept or tuple(kept) == present else {fact.what: fact for fact in kept}
    seen = {fact.what: fact for fact in present}
    told: list[dict[str, str]] = []
    for what in dict.fromkeys((*seen, *asked)):
        then, now = asked.get(what), seen.get(what)
        before = next((fact.before for fact in (now, then) if fact is not None and fact.before), "")
        told.append({"what": what, "before": before, "asked": then.now if then else "", "now": now.now if now else ""})
    return told + [{"asked": "", **fact.model_dump()} for fact in matter_facts(session, step)]


def _told(session: Session, step: PhysicalStepRow) -> dict[str, Any]:
    return {
        "order": step.order_id,
        "sample": step.sample_id,
        "step": step.step,
        "device": f"{step.station}.{step.device}",
        "state": step.state,
        "words": step.words or (step.evidence or {}).get("words", ""),
        "as_made": step.as_made,
        "facts": _facts(session, step) if step.state == StepState.UNKNOWN else [],
    }
