"""What an experiment costs the controller, beside the floor of the libraries under it; two JSON lines.

    python benchmarks/controller_overhead.py [--experiments 30]        (about two minutes)

The real path: the campaign flow on a Prefect server of its own, ledger and lab record on SQLite (WAL, FULL), journal,
leases, RunEngine, six temperatures, a surrogate refitted after each result, pages renewed in the Prefect UI. Only the
instruments are instant (`simulated: {instant: true}`), and `sobol` plans. Experiments run one at a time, so that what
is subtracted from the wall clock was spent on that experiment's own path.

Subtracted: `suggest` of the planner, `fit` of the Gaussian process, its `diagnostics` and `foretold`; and the
simulated instruments (physics, and the commits of their own record), which stand where hardware would: with them is
another figure. Told apart, and subtracted only in the figure that says so: `judge_film` (Kramers-Kronig test, circuit
fits, temperature law). Told apart and never subtracted: the pages in the Prefect UI, which a thread of their own
renews. Not in an experiment: opening the session, the flow run's own start and end, the report; they are
`seconds_per_campaign`.

The floor, half of it before and half after, in a flow on the same server: as many bare Prefect tasks, the same
messages through a bare RunEngine on ophyd's own fake axis with readings of the same size, as many bare SQLite commits
(WAL, FULL) as ledger and lab record made. Processor seconds are those of this process; the server's stand beside them.
A second campaign with three experiments in flight is the second line: there the wall clock is the whole of it.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import psutil
import yaml

from benchmarks.library_floor import floor
from benchmarks.line import print_line, run_benchmark, spread
from benchmarks.watched_campaign import BENCH, SUBTRACTED, TOLD_APART, Watch, recorded_messages

EXAMPLES = Path(__file__).parents[1] / "examples"
WARM_UP = 5
"""Experiments of a first campaign, which imports, fills caches, and tells what the floor has to repeat."""


def campaign(folder: Path, name: str, experiments: int, batch: int) -> float:
    """Run a campaign of the example's space on the instant lab; wall seconds from call to end."""
    from flows.campaign import campaign as flow

    content = yaml.safe_load((EXAMPLES / "peo_salts.yaml").read_text(encoding="utf-8"))
    content["budget"] = {"experiments": experiments, "batch": batch, "failure_limit": 1.0}
    content["planner"] = {"name": "sobol", "start": max(experiments, 1)}
    content["name"] = name
    lab = yaml.safe_load((EXAMPLES / "simulated_lab.yaml").read_text(encoding="utf-8"))
    lab["simulated"]["instant"] = True
    lab["stock"] = {"default": 1e9}
    (folder / "simulated_lab.yaml").write_text(yaml.safe_dump(lab), encoding="utf-8")
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    began = time.perf_counter()
    flow.with_options(flow_run_name=name)(str(file), str(folder / name), show="none")
    return time.perf_counter() - began


def server_seconds() -> float:
    """Processor seconds of the Prefect server so far."""
    from flows.home import home

    times = psutil.Process(json.loads((home() / "server.json").read_text())["pid"]).cpu_times()
    return times.user + times.system


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=30)
    n = options.parse_args().experiments
    from flows.server.prefect_server import prefect_server

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ["IONLOOP_HOME"] = str(folder / "home")
        with prefect_server():
            warm = Watch()
            with warm.attached(), recorded_messages(warm):
                campaign(folder, "warm_up", WARM_UP, 1)
            before = floor(folder, warm, WARM_UP, n // 2)
            one, server = Watch(), server_seconds()
            with one.attached():
                whole = campaign(folder, "one_at_a_time", n, 1)
            server = server_seconds() - server
            after = floor(folder, warm, WARM_UP, n - n // 2)
            tell_one_at_a_time(one, whole, server, {kind: before[kind] + after[kind] for kind in before}, warm)
            three = Watch()
            with three.attached():
                campaign(folder, "three_in_flight", n, 3)
            tell_three_in_flight(three, n)


def tell_one_at_a_time(watch: Watch, whole: float, server: float, bare: dict[str, list[float]], warm: Watch) -> None:
    """Print the figures that the target is about."""
    seconds = watch.seconds(without=[BENCH])
    n, spent = len(seconds), watch.spent
    floors = {kind: statistics.median(values) for kind, values in bare.items()}
    third = max(1, n // 3)
    print_line(
        "controller_overhead",
        n=n,
        seeds=[7],
        in_flight=1,
        target_seconds=0.5,
        seconds_per_experiment=spread(seconds),
        mean=round(statistics.mean(seconds), 3),
        worst=round(max(seconds), 3),
        with_simulated_instruments=spread(watch.seconds()),
        without_analysis_of_spectra=spread(watch.seconds(without=[BENCH, "analysis"])),
        first_third=round(statistics.median(seconds[:third]), 3),
        last_third=round(statistics.median(seconds[-third:]), 3),
        floor=round(sum(floors.values()), 3),
        floor_of={kind: round(value, 3) for kind, value in floors.items()},
        times_the_floor=round(statistics.median(seconds) / sum(floors.values()), 2),
        subtracted_per_experiment={kind: round(spent.wall[kind] / n, 3) for kind in SUBTRACTED},
        told_apart_per_experiment={kind: round(spent.wall[kind] / n, 3) for kind in TOLD_APART},
        by_step={kind: round(value / n, 3) for kind, value in watch.steps.items()},
        tasks_per_experiment=round(watch.tasks / n, 1),
        messages_per_experiment=round(sum(map(len, warm.runs)) / WARM_UP, 1),
        commits_per_experiment=round(watch.commits / n, 1),
        processor_seconds_per_experiment=round((watch.loop_processor - spent.arithmetic(processor=True)) / n, 3),
        server_processor_seconds_per_experiment=round(server / n, 3),
        seconds_per_campaign=round(whole - watch.loop_wall, 2),
    )


def tell_three_in_flight(watch: Watch, n: int) -> None:
    """Print what an experiment costs where three are in flight, nothing subtracted from the wall clock."""
    print_line(
        "controller_overhead",
        n=n,
        seeds=[7],
        in_flight=3,
        wall_seconds_per_experiment_all_included=round(watch.loop_wall / n, 3),
        arithmetic_seconds_per_experiment=round(watch.spent.arithmetic() / n, 3),
        processor_seconds_per_experiment=round((watch.loop_processor - watch.spent.arithmetic(processor=True)) / n, 3),
    )


if __name__ == "__main__":
    run_benchmark(main)
