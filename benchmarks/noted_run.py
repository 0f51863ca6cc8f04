"""Runs the command `ionloop`, or a campaign's bare loop, and notes what was used whenever an experiment ended.

`python noted_run.py NOTES ARGUMENT…` appends to the file NOTES one JSON line each: process, campaign, wall and
processor seconds, resident memory in MB (1e6 bytes).
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from ledger.kinds import ExperimentState
from ledger.store import Ledger
from tests.flows.small_campaign import Place, run_here

MEGABYTE = 1e6


def note_ends(file: Path) -> None:
    """From now on every experiment of this process that ends is noted."""
    own = psutil.Process()

    def note(ledger: Ledger, experiment_id: int) -> None:
        told = {
            "process": own.pid,
            "campaign": ledger.experiment(experiment_id).campaign_id,
            "wall": time.time(),
            "processor": time.process_time(),
            "memory_MB": own.memory_info().rss / MEGABYTE,
        }
        with file.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps(told) + "\n")

    observe, move = Ledger.observe, Ledger.move

    def observed(ledger: Ledger, experiment_id: int, *rest: Any, **named: Any) -> Any:
        number = observe(ledger, experiment_id, *rest, **named)
        note(ledger, experiment_id)
        return number

    def moved(ledger: Ledger, experiment_id: int, state: ExperimentState | str, *rest: Any, **named: Any) -> Any:
        row = move(ledger, experiment_id, state, *rest, **named)
        if ExperimentState(state).final:
            note(ledger, experiment_id)
        return row

    for name, noted in (("observe", observed), ("move", moved)):
        setattr(Ledger, name, noted)


def run_loop_noted(file: Path, place: Place) -> None:
    """A campaign without Prefect, or the rest of it; prints that it has finished."""
    note_ends(file)
    run_here(place)
    print(json.dumps({"state": "finished"}))


if __name__ == "__main__":
    notes, *arguments = sys.argv[1:]
    note_ends(Path(notes))
    sys.argv = ["ionloop", *arguments]
    from flows.cli.main import main

    main()
