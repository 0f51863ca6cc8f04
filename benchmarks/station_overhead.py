"""What an experiment costs the controller, with instant instruments, beside the floor of the libraries under it.

    python benchmarks/station_overhead.py [--experiments 30]        (about ten seconds)

One experiment: `make_film` (three doses, four steps) and `measure_film` (six temperatures, one indentation), with the
simulated lab's own record but no ledger. The floor: bare RunEngine runs of as many set-and-wait messages on a device
that is done at once, with as many events of the same size, and as many bare SQLite commits (WAL, FULL) as the record
makes. Prints one JSON line: medians in seconds per experiment, over n experiments.
"""

import argparse
import logging
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from bluesky import RunEngine
from bluesky.utils import Msg, MsgGenerator
from ophyd.status import Status

from benchmarks.line import print_line, run_benchmark
from chemistry.catalogue import additive, polymer, salt
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.value_file import read_yaml_value
from devices.lab import LabFile
from devices.plans import make_film, measure_film
from devices.protocols import MAKE_ROLES, MEASURE_ROLES
from devices.readings import Readings
from devices.wanted import Wanted
from sim.lab import simulated_lab

ORDERS = (7, 16)
"""Orders of one `make_film` and one `measure_film`."""
EVENTS = (1, 7)
WANTED = Wanted(spectra_at_C=(30.0, 40.0, 50.0, 60.0, 70.0, 80.0), indent_at_C=(30.0,))
FORMULATION = Formulation(
    polymer=polymer("PEO"),
    salt=salt("LiTFSI"),
    salt_molality_mol_kg=1.5,
    additives=(AdditiveContent(additive=additive("succinonitrile"), weight_fraction=0.1),),
)


class Done:
    """A device that is done at once."""

    name, parent = "done", None

    def set(self, value: object) -> Status:
        """Be done."""
        status = Status()
        status.set_finished()
        return status


def experiments(n: int, folder: Path) -> list[float]:
    """Seconds of each experiment on the instant lab."""
    lab_file = read_yaml_value(LabFile, Path(__file__).parents[1] / "examples" / "simulated_lab.yaml")
    simulated = {"preset": "default", "seed": 1, "instant": True}
    stock = {"default": 1e9}
    lab = simulated_lab(
        LabFile.model_validate({**lab_file.model_dump(), "simulated": simulated, "stock": stock}), folder
    )
    maker, measurer = lab.station_with(MAKE_ROLES), lab.station_with(MEASURE_ROLES)
    seconds: list[float] = []
    for number in range(n):
        began, sample = time.perf_counter(), f"film {number}"
        made = maker.run(make_film(maker, sample, FORMULATION, 400), sample=sample, documents=lambda *_: None)
        plan = measure_film(measurer, sample, WANTED, film=made)
        measurer.run(plan, sample=sample, documents=lambda *_: None)
        seconds.append(time.perf_counter() - began)
    lab.close()
    return seconds


def bare_runs(n: int) -> list[float]:
    """Seconds of the RunEngine's own work for one experiment."""
    engine, device, row = RunEngine({}, context_managers=[]), Done(), [0.0] * 43

    def run(orders: int, events: int) -> MsgGenerator[None]:
        yield Msg("open_run")
        for number in range(orders):
            yield Msg("set", device, number, group=number)
            yield Msg("wait", group=number)
        meter = Readings("meter", {"frequency": row, "real": row, "imaginary": row})
        for _ in range(events):
            yield Msg("create", name="primary")
            yield Msg("read", meter)
            yield Msg("save")
        yield Msg("close_run")

    seconds: list[float] = []
    for _ in range(n):
        began = time.perf_counter()
        for orders, events in zip(ORDERS, EVENTS, strict=True):
            engine(run(orders, events), lambda *_: None)
        seconds.append(time.perf_counter() - began)
    return seconds


def bare_commits(n: int, folder: Path) -> list[float]:
    """Seconds of SQLite's own work for the record of one experiment."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE acts (content TEXT)")
    seconds: list[float] = []
    for _ in range(n):
        began = time.perf_counter()
        for _ in range(2 * sum(ORDERS)):
            connection.execute("INSERT INTO acts VALUES (?)", ("x" * 500,))
        seconds.append(time.perf_counter() - began)
    connection.close()
    return seconds


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=30)
    n = options.parse_args().experiments
    logging.getLogger("bluesky").addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, runs, commits = experiments(n + 1, folder)[1:], bare_runs(n + 1)[1:], bare_commits(n + 1, folder)[1:]
    floor = statistics.median(runs) + statistics.median(commits)
    print_line(
        "station_overhead",
        n=n,
        seconds_per_experiment=round(statistics.median(ours), 4),
        worst=round(max(ours), 4),
        floor_bluesky=round(statistics.median(runs), 4),
        floor_sqlite=round(statistics.median(commits), 4),
        floor_share=round(floor / statistics.median(ours), 2),
    )


if __name__ == "__main__":
    run_benchmark(main)
