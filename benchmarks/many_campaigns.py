"""Many campaigns at once, ledger and Prefect on one PostgreSQL: what is lost, how long a write takes; one JSON line.

    python benchmarks/many_campaigns.py [--campaigns 50] [--processes 4] [--experiments 6] [--at-once 1]

(About ten minutes; needs Debian's `postgresql`.) So many campaigns of the example's space run on simulated benches, a
bench for each that runs at once, all with one ledger, one store room and one Prefect server, whose records are in the
same PostgreSQL. Each process runs its share, `--at-once` of them side by side, the Sobol planner and one spectrum of
each film.

Told at the end: events and experiments that are missing or there twice, experiments without exactly one outcome; leases
that were given to two at once, or with a token no larger than the last; mg of stock by which the ledger and the
benches' own records differ; orders of which they tell different stories; and how long a write to the ledger took, from
asking for a transaction to its commit, as the campaigns saw it. Beside it the floor: bare commits of one row by one
connection to the same server, meanwhile, one every `FLOOR_EVERY_S`.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import contextlib
import functools
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import yaml

from benchmarks.debian_postgres import debian_postgres
from benchmarks.line import print_line, run_benchmark
from benchmarks.week import LEAST, STOCK_MG, outcomes
from chemistry.errors import BadInput
from ledger.database import Database, Writing
from ledger.journal import Journal
from ledger.kinds import EventKind
from ledger.stock import Stock
from ledger.store import Ledger
from sim.lab_record import PhysicalAct, read_record
from tests.flows.ready_process import born, open_nursery
from tests.flows.small_campaign import write_campaign
from tests.recipe import consuming_done

PATIENCE_S = 7200
TARGET_P95_MS = 50.0
FLOOR_EVERY_S = 0.2


def write_one(folder: Path, name: str, bench: int, experiments: int) -> Path:
    """The file of a campaign at a bench whose stations are its own, and whose store room is everybody's."""
    file = write_campaign(
        folder / name, experiments=experiments, batch=2, start=3, name=name, planner={"name": "sobol"}, **LEAST
    )
    lab = yaml.safe_load((folder / name / "simulated_lab.yaml").read_text(encoding="utf-8"))
    lab["stations"] = {f"{station} {bench}": told for station, told in lab["stations"].items()}
    lab["stock"] = {"default": STOCK_MG}
    (folder / name / "simulated_lab.yaml").write_text(yaml.safe_dump(lab), encoding="utf-8")
    return file


def run_share(benches: dict[str, list[str]], ledger_url: str, told: Path) -> None:
    """Run campaigns, by the folder of their bench, those of one bench after each other; how long each write took."""
    from flows.campaign import campaign

    times: list[tuple[float, float]] = []

    def run(bench: str) -> list[float]:
        spent = []
        for file in benches[bench]:
            began = time.perf_counter()
            campaign.with_options(flow_run_name=Path(file).parent.name)(file, bench, ledger_url, show="none")
            spent.append(time.perf_counter() - began)
        return spent

    noted = patch.object(Database, "writing", timed(Database.writing, times))
    with noted, ThreadPoolExecutor(len(benches)) as threads:
        seconds = [one for spent in threads.map(run, benches) for one in spent]
    told.write_text(json.dumps({"writes": times, "seconds": seconds}), encoding="utf-8")


def timed(
    original: Callable[[Database], contextlib.AbstractContextManager[Writing]], times: list[tuple[float, float]]
) -> Callable[[Database], contextlib.AbstractContextManager[Writing]]:
    """Writing transactions, each with the seconds until its turn came and those until it was committed."""

    @functools.wraps(original)
    @contextlib.contextmanager
    def writing(database: Database) -> Iterator[Writing]:
        began = time.perf_counter()
        with original(database) as transaction:
            turn = time.perf_counter()
            yield transaction
        times.append((turn - began, time.perf_counter() - began))

    return writing


def leases_out_of_order(ledger: Ledger) -> int:
    """Leases given while another held, without a larger token than the last, or given back by somebody else."""
    last: dict[str, int] = {}
    held: dict[str, int] = {}
    wrong = 0
    for event in ledger.events():
        if event.kind == EventKind.LEASE_TAKEN:
            wrong += event.subject in held or event.payload["token"] <= last.get(event.subject, 0)
            held[event.subject] = last[event.subject] = event.payload["token"]
        elif event.kind == EventKind.LEASE_RELEASED:
            wrong += held.pop(event.subject, None) != event.payload["token"]
    return wrong + len(held)


def stock_difference_mg(ledger: Ledger, lab: str, acts: list[PhysicalAct]) -> float:
    """Largest difference, mg, between what the ledger says was taken of a component and what the benches dosed."""
    dosed: Counter[str] = Counter()
    for act in acts:
        if act.command == "Dose" and act.outcome == "done":
            dosed[act.parameters["component"]] += act.result["dispensed_mg"]
    levels = Stock(ledger, lab).levels()
    return max(abs(level.filled_mg - level.left_mg - dosed[key]) for key, level in levels.items())


def told_differently(ledger: Ledger, records: list[Path]) -> int:
    """Consuming orders that only the ledger, or only a bench, says were done."""
    journal = Journal(ledger)
    done = {
        step.order_id
        for campaign in ledger.campaigns()
        for names in ledger.sample_ids(campaign.id).values()
        for name in names
        for step in journal.steps(name)
        if step.consuming and step.state in ("confirmed", "done_by_evidence")
    }
    return len(done ^ {act.order_id for record in records for act in consuming_done(record)})


def quantiles_ms(seconds: list[float]) -> dict[str, float]:
    """Of a list of seconds, ms."""
    p50, p95, p99 = 1e3 * np.quantile(seconds, [0.5, 0.95, 0.99])
    return {"p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2), "most": round(1e3 * max(seconds), 1)}


def shares(folder: Path, asked: argparse.Namespace) -> list[dict[str, list[str]]]:
    """For each process the files of its campaigns by the folder of their bench."""
    found: list[dict[str, list[str]]] = [{} for _ in range(asked.processes)]
    benches = asked.processes * asked.at_once
    for number in range(asked.campaigns):
        bench = number % benches
        file = write_one(folder, f"campaign_{number + 1}", bench + 1, asked.experiments)
        found[bench % asked.processes].setdefault(str(folder / f"bench {bench + 1}"), []).append(str(file))
    return [share for share in found if share]


def main() -> None:
    """Run them, look what came of it, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--campaigns", type=int, default=50)
    options.add_argument("--processes", type=int, default=4)
    options.add_argument("--experiments", type=int, default=6, help="of each campaign")
    options.add_argument("--at-once", type=int, default=1, help="campaigns side by side in each process")
    asked = options.parse_args()
    for name in ("campaigns", "processes", "at_once"):
        if getattr(asked, name) < 1:
            place = f"--{name.replace('_', '-')}"
            raise BadInput(f"{getattr(asked, name)} is too few", place=place, remedy="Give one or more")
    if asked.experiments < 2:
        raise BadInput(f"{asked.experiments} is too few: two are in flight", place="--experiments", remedy="Give more")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        urls = stack.enter_context(debian_postgres(folder / "postgres", ("ledger", "prefect", "floor")))
        Ledger.open(urls["ledger"]).close()
        os.environ["IONLOOP_HOME"] = str(folder / "home")
        from flows.server.prefect_server import prefect_server

        address = stack.enter_context(prefect_server(database=urls["prefect"]))
        open_nursery(folder / "home", address)
        began = time.monotonic()
        with bare_commits(urls["floor"]) as floor:
            told = run_all(folder, shares(folder, asked), urls["ledger"])
        tell(folder, asked, urls["ledger"], told, floor, time.monotonic() - began)


def run_all(folder: Path, all_shares: list[dict[str, list[str]]], ledger_url: str) -> list[dict[str, Any]]:
    """Every share in a process of its own; what each told."""
    with contextlib.ExitStack() as running:
        processes = []
        for number, share in enumerate(all_shares):
            own = folder / f"process {number}"
            own.mkdir()
            processes.append(running.enter_context(born(own, run_share, share, ledger_url, own / "told.json")))
        for process in processes:
            _, err = process.communicate(PATIENCE_S)
            if process.returncode:
                raise SystemExit(f"a process ended with status {process.returncode}: {err}")
    return [json.loads((folder / f"process {n}" / "told.json").read_text()) for n in range(len(all_shares))]


@contextlib.contextmanager
def bare_commits(url: str) -> Iterator[list[float]]:
    """Seconds of each commit of one row while the block lasts."""
    import psycopg

    times: list[float] = []
    over = threading.Event()

    def commit() -> None:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE floor (number integer)")
            connection.commit()
            while not over.wait(FLOOR_EVERY_S):
                began = time.perf_counter()
                connection.execute("INSERT INTO floor VALUES (1)")
                connection.commit()
                times.append(time.perf_counter() - began)

    thread = threading.Thread(target=commit)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join()


def tell(
    folder: Path,
    asked: argparse.Namespace,
    ledger_url: str,
    told: list[dict[str, Any]],
    floor: list[float],
    seconds: float,
) -> None:
    """Compare, and print the line."""
    records = sorted(folder.glob("bench */lab/lab.sqlite"))
    writes = [tuple(write) for share in told for write in share["writes"]]
    with Ledger.open(ledger_url, create=False) as ledger:
        campaigns = ledger.campaigns()
        promised = outcomes(ledger)
        count = sum(promised["experiments"].values())
        acts = [act for record in records for act in read_record(record)]
        print_line(
            "many_campaigns",
            campaigns=len(campaigns),
            processes=asked.processes,
            at_once_in_each=asked.at_once,
            finished=sum(row.state == "finished" for row in campaigns),
            **promised,
            experiments_missing=asked.campaigns * asked.experiments - count,
            events_uncounted=ledger.last_event() - promised["events"],
            leases_out_of_order=leases_out_of_order(ledger),
            stock_difference_mg=round(stock_difference_mg(ledger, ledger.lab_of(campaigns[0].id), acts), 3),
            steps_that_ledger_and_lab_tell_differently=told_differently(ledger, records),
            target_p95_ms=TARGET_P95_MS,
            writes=len(writes),
            write_ms=quantiles_ms([whole for _, whole in writes]),
            of_which_waiting_ms=quantiles_ms([waited for waited, _ in writes]),
            bare_commit_ms=quantiles_ms(floor),
            writes_per_second=round(len(writes) / seconds, 1),
            experiments_per_minute=round(60 * count / seconds, 1),
        )


if __name__ == "__main__":
    run_benchmark(main)
