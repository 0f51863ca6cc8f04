"""A screen of a million candidates by two workers of a Dask cluster beside one; one JSON line.

    python benchmarks/screen_workers.py PATH/spe_conductivity.csv PATH/candidate_polymers.csv [--tg PATH/tg.csv]

(Some ten minutes, most of them learning; `--fitted FOLDER` keeps what was learnt.) A candidate is a polymer with a
salt, its loading and a temperature. The pool is screened as `ionloop screen --dask` does, by a cluster on this machine
with one worker process of one thread, then with two, and as often as `--rounds` says in turn, so that other work meets
both. Told for each: wall seconds of every stage, processor seconds of all processes, and the largest memory of them
all together; the ratio of the medians; and the memory for a tenth of the candidates, which says whether it is flat.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.line import print_line, run_benchmark
from benchmarks.screening import learnt, pool_of, processor_seconds, watched
from chemistry.catalogue import salt
from models.cluster import crew
from models.crew import Crew
from models.screening.grid import Grid
from models.screening.judge import Judge
from models.screening.left_out import LeftOut
from models.screening.pool import rows_of
from models.screening.question import Question
from models.screening.screen import screen

GRID = Grid(
    (salt("LiTFSI"), salt("LiFSI")),
    tuple(np.linspace(0.04, 0.2, 5).round(4).tolist()),
    "Li/O",
    (20.0, 50.0, 80.0, 110.0),
)
"""Few candidates of each polymer: a pool of a million is one of 25,000 polymers, whose features are the work."""


@contextmanager
def cluster(teacher: Judge, workers: int) -> Iterator[Crew]:
    """So many Dask workers on this machine, a process of one thread each."""
    distributed: Any = import_module("distributed")  # its types say that a cluster is a coroutine
    local = distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    with local, crew(teacher, cluster=local.scheduler_address) as spread:
        yield spread


def screened(pool: Path, warm: Path, teacher: Judge, workers: int) -> dict[str, Any]:
    """One screening by workers that have imported what they need, on other polymers."""
    with cluster(teacher, workers) as spread:
        screen(warm, Question(GRID, student=False), teacher, spread, LeftOut())
        before = processor_seconds()
        with watched() as peak:
            found = screen(pool, Question(GRID, student=True), teacher, spread, LeftOut())
        stages = {stage: round(seconds, 2) for stage, seconds in vars(found.seconds).items()}
        return {
            "workers": workers,
            "candidates": found.points,
            "seconds": round(sum(vars(found.seconds).values()), 2),
            "stages": stages,
            "processor_seconds": round(processor_seconds() - before, 1),
            "peak_memory_MiB": round(peak[0]),
        }


def main() -> None:
    """Screen by one and by two, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="spe_conductivity.csv of Bradford et al., to learn from")
    parser.add_argument("pool", type=Path, help="candidate_polymers.csv")
    parser.add_argument("--tg", type=Path, help="a table of glass transitions (SMILES, tg)")
    parser.add_argument("--model", default="average")
    parser.add_argument("--fitted", type=Path, help="a model saved before, or where it is to be saved")
    parser.add_argument("--candidates", type=float, default=1e6)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    teacher = learnt(given)
    units = [text for _, text in rows_of(given.pool)]
    units = [units[i] for i in np.random.default_rng(0).permutation(len(units))]
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm = pool_of(units[-8:], 8 * GRID.points, folder, GRID.points)
        whole, tenth = (pool_of(units[:-8], given.candidates / part, folder, GRID.points) for part in (1, 10))
        small = screened(tenth, warm, teacher, 2)
        for _ in range(given.rounds):
            for workers in (1, 2):
                runs.append(screened(whole, warm, teacher, workers))
                print(runs[-1], file=sys.stderr, flush=True)
    one, two = ([run for run in runs if run["workers"] == workers] for workers in (1, 2))
    print_line(
        "screen_workers",
        model=teacher.name,
        target_ratio=1.8,
        ratio=ratio(one, two, lambda run: run["seconds"]),
        ratio_of_stages={stage: ratio(one, two, lambda run, s=stage: run["stages"][s]) for stage in one[0]["stages"]},
        memory_MiB_for_a_tenth=small["peak_memory_MiB"],
        runs=runs,
    )


def ratio(one: list[dict[str, Any]], two: list[dict[str, Any]], of: Any) -> float:
    """Median seconds of one worker over those of two."""
    return round(statistics.median(map(of, one)) / max(statistics.median(map(of, two)), 1e-9), 2)


if __name__ == "__main__":
    run_benchmark(main)
