"""Runs the command `ionloop` and kills its own process at a labelled point.

`python killed_run.py [before|after ]POINT OCCURRENCE ARGUMENT…`
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

POINTS: dict[str, tuple[str, str, str]] = {
    "lease taken": ("ledger.leases.Leases", "acquire", "after"),
    "suggestion stored": ("ledger.store.Ledger", "add_suggestion", "after"),
    "intent written": ("ledger.journal.Journal", "intend", "after"),
    "order sent": ("devices.dispenser.Dispenser", "set", "after"),
    "step settled by evidence": ("ledger.journal.Journal", "resolve", "after"),
    "step done and not confirmed": ("ledger.journal.Journal", "confirm", "before"),
    "step confirmed": ("ledger.journal.Journal", "confirm", "after"),
    "film made and not recorded": ("ledger.store.Ledger", "as_made", "before"),
    "film in the cell, being heated": ("devices.thermal_stage.ThermalStage", "set", "after"),
    "documents stored": ("ledger.store.Ledger", "add_documents", "after"),
    "measurements stored": ("ledger.store.Ledger", "measured", "after"),
    "film judged": ("ledger.store.Ledger", "decide", "after"),
    "observation stored": ("ledger.store.Ledger", "observe", "after"),
    "model version stored": ("ledger.store.Ledger", "add_model_version", "after"),
    "model promoted": ("ledger.store.Ledger", "promote", "after"),
    "report about to be written": ("flows.report.page", "write_report", "before"),
    "report written": ("flows.report.page", "write_report", "after"),
}
"""Label to class or module, function, and on which side of the call the process dies; in the order of a run, so that
what each kill leaves open is there for the next."""


def die_at(point: str, occurrence: int) -> None:
    """Make the process kill itself (`kill -9`) at an occurrence of a point, from 1."""
    given, _, rest = point.partition(" ")
    path, name, side = POINTS[rest] if given in ("before", "after") else POINTS[point]
    side = given if given in ("before", "after") else side
    module, _, kind = path.rpartition(".")
    owner = getattr(__import__(module, fromlist=[kind]), kind)
    original: Callable[..., Any] = getattr(owner, name)
    seen = 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal seen
        seen += 1
        if side == "before" and seen == occurrence:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if side == "after" and seen == occurrence:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


def run_and_die(words: Sequence[str], at: tuple[str, int] | None) -> None:
    """The command `ionloop` in this process, which ends with it, or before it where a point is given."""
    if at is not None:
        die_at(*at)
    sys.argv = ["ionloop", *words]
    from flows.cli.main import main

    main()


if __name__ == "__main__":
    label, count, *arguments = sys.argv[1:]
    run_and_die(arguments, (label, int(count)))
