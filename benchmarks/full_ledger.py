"""What an experiment costs by how many the ledger holds already; one JSON line.

    python benchmarks/full_ledger.py [--experiments 20] [--holding 0 1000 5000 20000] [--statements]

(About ten minutes.) A first campaign of the example's space is run on the simulated lab, then its rows are copied, with
all that they refer to, until the ledger holds so many experiments; in each ledger one more campaign of `--experiments`
is run, one experiment at a time, without Prefect. Told for each: processor and wall seconds of an experiment (median
and middle 80 %), time in the database, and what the file takes. The slope is that of the processor time, least
squares over all experiments, with its standard error. `--statements` prints, to standard error, the statements that
take longer in the fullest ledger than in the emptiest.

Within one campaign the same is told of its first and last experiments: `--experiments 300` says what a long one costs.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sqlalchemy import event

from benchmarks.grown_ledger import grow
from benchmarks.line import print_line, run_benchmark, slopes, spread
from benchmarks.week import LEAST, STOCK_MG, size
from ledger.store import Ledger
from tests.flows.small_campaign import Place, write_campaign

FIRST = 20
"""Experiments of the campaign that is copied."""


class Database:
    """Seconds in the statements of every database of this process, by their text."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def attach(self) -> None:
        """Watch every engine from now on."""
        from sqlalchemy.engine import Engine

        begun: dict[int, float] = {}

        def before(connection: Any, cursor: Any, *_: Any) -> None:
            begun[id(cursor)] = time.perf_counter()

        def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            self.seconds[statement] += time.perf_counter() - begun.pop(id(cursor), time.perf_counter())

        event.listen(Engine, "before_cursor_execute", before)
        event.listen(Engine, "after_cursor_execute", after)


def campaign(place: Place, experiments: int) -> tuple[list[float], list[float]]:
    """Run a campaign; wall and processor seconds of each experiment."""
    from flows.crew import Crew, Work
    from flows.learn import learn_from
    from flows.loop import run_loop
    from flows.session import open_session
    from ledger.kinds import CampaignState

    write_campaign(place.folder, experiments=experiments, batch=1, start=3, planner={"name": "sobol"}, **LEAST)
    lab = place.folder / "simulated_lab.yaml"
    lab.write_text(yaml.safe_dump(yaml.safe_load(lab.read_text()) | {"stock": {"default": STOCK_MG}}))
    wall, processor = [time.perf_counter()], [time.process_time()]
    with open_session(place.file, place.run, None, hardware=False) as session:

        def learn(work: Work) -> None:
            learn_from(session, work)
            wall.append(time.perf_counter())
            processor.append(time.process_time())

        with Crew(session) as crew:
            run_loop(session, crew, learn)
        session.ledger.set_campaign_state(session.campaign_id, CampaignState.FINISHED)
    return np.diff(wall).tolist(), np.diff(processor).tolist()


def main() -> None:
    """Run in one ledger after another, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=20)
    options.add_argument("--holding", type=int, nargs="+", default=[0, 1000, 5000, 20_000])
    options.add_argument("--statements", action="store_true")
    asked = options.parse_args()
    database, told, statements = Database(), [], []
    x: list[float] = []
    y: list[float] = []
    database.attach()
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name), Path(name) / "home")
        os.environ["IONLOOP_HOME"] = str(place.home)
        campaign(place, FIRST)
        held = FIRST
        for holding in sorted(asked.holding):
            if holding > held:
                with Ledger.open(place.ledger) as ledger:
                    grow(ledger, round(holding / held))
                    held = sum(ledger.count_experiments(row.id) for row in ledger.campaigns())
            database.seconds.clear()
            began = time.perf_counter()
            wall, processor = campaign(place, asked.experiments)
            whole = time.perf_counter() - began
            x += [held / 1000.0] * (len(processor) - 1)
            y += [1e3 * one for one in processor[1:]]
            statements.append(dict(database.seconds))
            tenth = max(1, len(processor) // 10)
            told.append(
                {
                    "holding": held,
                    "processor_s": spread(processor[1:]),
                    "wall_s": spread(wall[1:]),
                    "database_s": round(sum(database.seconds.values()) / asked.experiments, 3),
                    "first_tenth_processor_s": round(float(np.median(processor[1 : tenth + 1])), 3),
                    "last_tenth_processor_s": round(float(np.median(processor[-tenth:])), 3),
                    "whole_campaign_s": round(whole, 1),
                    "ledger_MB": round(size(place.ledger) / 1e6, 1),
                }
            )
            print(told[-1], file=sys.stderr, flush=True)
            held += asked.experiments
    if asked.statements:
        tell_statements(statements[0], statements[-1], asked.experiments)
    grows, error = slopes(np.array(y), np.array(x))[0] if len(told) > 1 else (None, None)
    print_line(
        "full_ledger",
        experiments=asked.experiments,
        ledgers=told,
        processor_ms_per_experiment_for_1000_more=grows and round(grows, 3),
        standard_error=error and round(error, 3),
    )


def tell_statements(few: dict[str, float], many: dict[str, float], experiments: int) -> None:
    """The statements that grew most, ms an experiment in the emptiest and fullest ledger."""
    grown = sorted(many, key=lambda text: few.get(text, 0.0) - many[text])
    for text in grown[:12]:
        before, after = (1e3 * told.get(text, 0.0) / experiments for told in (few, many))
        print(f"{before:8.2f} {after:8.2f} ms  {' '.join(text.split())}", file=sys.stderr)


if __name__ == "__main__":
    run_benchmark(main)
