"""What journal, RunEngine and ophyd add to a command over EPICS, beside the bare put-and-wait on the same instrument.

    python benchmarks/command_overhead.py [--commands 200]        (about a minute)

The instrument is the dispenser of the served lab (`ionloop lab serve`), instant, in a process of its own: the bare
put-and-wait writes the same process variables with pyepics, then `GO`, and waits for the echo. The whole command is a
`Dose` in a plan at a station, journaled in a ledger on disk. Blocks of both take turns. One JSON line: milliseconds per
command, median and middle 80 %, and the difference of the medians.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import tests.channel_access  # noqa: F401  before anything that imports ophyd
from benchmarks.line import print_line, run_benchmark, spread
from chemistry.catalogue import polymer
from chemistry.formulation import Formulation
from devices.dispenser import Dispenser
from devices.epics import epics_lab
from devices.perform import perform
from devices.protocols import Dose
from devices.seal import seal
from ledger.journal import Journal
from ledger.store import Ledger
from tests.served import ServedLab

BLOCK = 20
TOKEN = 10
PEO = "*CCO*"


class Bare:
    """The dispenser as a plain client of Channel Access sees it."""

    def __init__(self, prefix: str) -> None:
        import epics

        names = ("ORDER", "TOKEN", "SAMPLE", "COMMAND", "COMPONENT", "MASS", "GO", "ECHO")
        self._pvs = {name: epics.PV(f"{prefix}{name}", auto_monitor=name == "ECHO") for name in names}
        for pv in self._pvs.values():
            pv.wait_for_connection(timeout=10)
        self._echoed = threading.Event()
        self._awaited = ""
        self._pvs["ECHO"].add_callback(self._on_echo)

    def dose(self, sample: str) -> None:
        """Put and wait."""
        self._awaited = str(uuid4())
        self._echoed.clear()
        order = {"order_id": self._awaited, "token": TOKEN, "sample": sample, "command": "Dose"}
        order |= {"component": PEO, "mass_mg": 1.0}
        for name, value in order.items():
            held = list(f"{value}\0".encode()) if isinstance(value, str) else value
            self._pvs[Dispenser._sig_attrs[name].suffix].put(held)
        self._pvs["GO"].put(seal(order, Dispenser._sig_attrs))
        if not self._echoed.wait(30):
            raise SystemExit("the dispenser does not answer")

    def close(self) -> None:
        """Let go of the process variables while their server is there."""
        for pv in self._pvs.values():
            pv.disconnect()

    def _on_echo(self, value: Any = None, **_: Any) -> None:
        if bytes(value).split(b"\0")[0].decode() == self._awaited:
            self._echoed.set()


def timed(n: int, what: Any) -> Iterator[float]:
    """Milliseconds of each of n calls."""
    for _ in range(n):
        began = time.perf_counter()
        what()
        yield 1000 * (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--commands", type=int, default=200)
    n = options.parse_args().commands
    bare_ms: list[float] = []
    whole_ms: list[float] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        served = ServedLab(Path(name), instant=True)
        served.start()
        try:
            with Ledger.open(Path(name) / "ledger.sqlite") as ledger:
                lab = epics_lab(served.lab_file, Path(name))
                station = lab.stations["synthesis"]
                dispenser = station.instrument("dispenser")
                dispenser.wait_for_connection(timeout=10)
                sample = _sample(ledger)
                journal, bare = Journal(ledger, lab.name), Bare(dispenser.prefix)

                def block(count: int) -> None:
                    def doses() -> Any:
                        for number in range(count):
                            began = time.perf_counter()
                            step = f"dose {len(whole_ms)}.{number}"
                            yield from perform(dispenser, Dose(step=step, component=PEO, mass_mg=1.0))
                            whole_ms.append(1000 * (time.perf_counter() - began))

                    station.run(doses(), sample=sample, token=TOKEN, journal=journal)

                for _ in range(max(1, n // BLOCK)):
                    bare_ms += timed(BLOCK, lambda: bare.dose("bare"))
                    block(BLOCK)
                bare.close()
                lab.close()
        finally:
            served.stop()
    whole, put = spread(whole_ms[BLOCK:] or whole_ms, 2), spread(bare_ms[BLOCK:] or bare_ms, 2)
    print_line(
        "command_overhead",
        commands=len(whole_ms),
        bare_put_and_wait_ms=put,
        journaled_command_ms=whole,
        added_ms=round(whole["median"] - put["median"], 2),
    )


def _sample(ledger: Ledger) -> str:
    campaign = ledger.begin_campaign("overhead", {}, 1).id
    formulation = Formulation(polymer=polymer("PEO"), salt=None, salt_molality_mol_kg=0.0)
    experiment = ledger.add_suggestion(
        campaign, index=0, formulation=formulation, action={}, reason={}, planner="none", knowledge_event=0
    )
    return ledger.add_sample(experiment.id, "rack").id


if __name__ == "__main__":
    run_benchmark(main)
