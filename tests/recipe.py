"""The lab's own record against the recipe: which consuming steps were done more often than anybody decided."""

from collections import Counter
from pathlib import Path

from ledger.kinds import GateDecision
from ledger.store import Ledger
from sim.lab_record import PhysicalAct, read_record


def consuming_done(record: Path) -> list[PhysicalAct]:
    """What changed matter, as the bench itself says in its own file."""
    return [a for a in read_record(record) if a.command in ("Dose", "MakeStep") and a.outcome == "done"]


def beyond_the_recipe(record: Path, ledger: Ledger) -> Counter[tuple[str, str]]:
    """Sample and step, and how often it was done beyond once, and once more for each press that the gate decided."""
    done = Counter(
        (a.sample, a.parameters.get("component") or str(a.parameters["process"])) for a in consuming_done(record)
    )
    pressed = Counter(
        row.sample_id
        for campaign in ledger.campaigns()
        for experiment in ledger.experiments(campaign.id)
        for row in ledger.film_decisions(experiment.id)
        if row.decision == GateDecision.PRESS_AGAIN
    )
    allowed = {key: 1 + (pressed[key[0]] if key[1] == "press" else 0) for key in done}
    return Counter({key: count - allowed[key] for key, count in done.items() if count > allowed[key]})
