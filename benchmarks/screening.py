"""How fast a pool is screened, how well the student agrees with its teacher, and how much memory it takes.

Pools of growing size (the polymers of a file, then alternating copolymers of two of them) are screened over a grid of
2,000 points for each polymer: by the student with the surrogate as judge, as `ionloop screen` does by default, and a
smaller one by the surrogate alone. chemprop, untrained, predicts points of the same polymers and grid in the same run:
its rate does not hang on its weights. It reads one graph for each point, the repeat unit; salt, loading and temperature
are given to it as descriptors, which is the least it can be asked. Prints one JSON line.

    python benchmarks/screening.py PATH/spe_conductivity.csv PATH/candidate_polymers.csv --tg PATH/tg.csv
"""

import argparse
import csv
import logging
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from itertools import islice, product
from pathlib import Path

import numpy as np
import psutil

from benchmarks.line import print_line, run_benchmark
from chemistry.catalogue import salt
from ledger.literature import read_table
from models.cluster import crew
from models.crew import Crew
from models.saved import load_surrogate
from models.screening.grid import Grid
from models.screening.judge import Judge, judge_of
from models.screening.left_out import LeftOut
from models.screening.pool import rows_of
from models.screening.question import Question
from models.screening.screen import Screening, screen
from models.surrogates import surrogate

GRID = Grid(
    (salt("LiTFSI"), salt("LiFSI")),
    tuple(np.round(np.linspace(0.02, 0.25, 20), 4).tolist()),
    "Li/O",
    tuple(np.linspace(20, 118, 50).tolist()),
)


def main() -> None:
    """Screen, compare, and print the line."""
    parser = argparse.ArgumentParser(description="Screening of pools of polymers.")
    parser.add_argument("table", type=Path, help="spe_conductivity.csv of Bradford et al., to learn from")
    parser.add_argument("pool", type=Path, help="candidate_polymers.csv")
    parser.add_argument("--tg", type=Path, help="a table of glass transitions (SMILES, tg)")
    parser.add_argument("--model", default="average")
    parser.add_argument("--fitted", type=Path, help="a model saved before, in place of learning it anew")
    parser.add_argument("--points", type=float, nargs="+", default=[1e5, 1e6])
    parser.add_argument(
        "--by-teacher", type=float, default=3e4, help="points of the pool that the surrogate scores alone"
    )
    parser.add_argument("--chemprop", type=int, default=2000, help="points that chemprop predicts; 0 leaves it out")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    teacher = learnt(given)
    units = [text for _, text in rows_of(given.pool)]
    units = [units[i] for i in np.random.default_rng(0).permutation(len(units))]  # the file begins with hydrocarbons
    line: dict[str, object] = {"model": teacher.name, "processes": given.processes, "points_of_a_polymer": GRID.points}
    with tempfile.TemporaryDirectory() as name, crew(teacher, given.processes) as workers:
        folder = Path(name)
        alone, processor = screened(pool_of(units, given.by_teacher, folder), teacher, workers, student=False)
        line["teacher"] = {
            "points": alone.points,
            "points_per_second": rate(alone.points, alone.seconds.scan),
            "points_per_processor_second": rate(alone.points, processor),
        }
        students = []
        for points in sorted(given.points):
            pool = pool_of(units, points, folder)
            with watched() as peak:
                told, processor = screened(pool, teacher, workers, student=True)
            students.append(figures(told, processor, peak))
            print(students[-1], file=sys.stderr, flush=True)
        line["student"] = students
    if given.chemprop:
        wall, processor = chemprop_rate(units, given.chemprop)
        line["chemprop"] = {
            "points": given.chemprop,
            "points_per_second": wall,
            "points_per_processor_second": processor,
        }
        best = students[-1]
        line["student_over_chemprop"] = round(float(str(best["points_per_second"])) / wall, 1)
        line["student_over_chemprop_by_processor"] = round(
            float(str(best["points_per_processor_second"])) / processor, 1
        )
    print_line("screening", **line)


def learnt(given: argparse.Namespace) -> Judge:
    """The surrogate, learnt or loaded."""
    if given.fitted is not None and (given.fitted / "configuration.json").exists():
        return judge_of(load_surrogate(given.fitted))
    films = [item.film for item in read_table(given.table, "bradford").films]
    glasses = [] if given.tg is None else [item.film for item in read_table(given.tg, "tg").films]
    fitted = surrogate(given.model).fit([*films, *glasses], ["log10_conductivity"])
    if given.fitted is not None:
        fitted.save(given.fitted)
    return judge_of(fitted)


def pool_of(units: list[str], points: float, folder: Path, of_each: int = GRID.points) -> Path:
    """A pool of as many points, so many of each unit: the units as they are, then two after each other as one."""
    plain = [unit for unit in units if unit.startswith("[Cu]") and unit.endswith("[Au]")]
    pairs = (f"[Cu]{a[4:-4]}{b[4:-4]}[Au]" for a, b in product(plain, plain) if a != b)
    path = folder / f"pool_{int(points)}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["smiles"])
        writer.writerows([text] for text in islice((*units, *pairs), max(1, round(points / of_each))))
    return path


def screened(pool: Path, teacher: Judge, workers: Crew, student: bool) -> tuple[Screening, float]:
    """The best hundred, and the processor seconds of the scan, workers' included: they hang less on other work."""
    spent: list[float] = []

    def told(stage: str, done: int, of: int) -> None:
        if stage != "read":
            spent.append(processor_seconds())

    found = screen(pool, Question(GRID, student=student), teacher, workers, LeftOut(), told)
    return found, spent[-1] - spent[0]


def processor_seconds() -> float:
    """Of this process and those below it, so far."""
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def figures(told: Screening, processor: float, peak: list[float]) -> dict[str, object]:
    """Rates and agreement of one screening."""
    spent = told.seconds
    whole = spent.read + spent.teach + spent.scan + spent.judge
    return {
        "points": told.points,
        "polymers": told.polymers,
        "points_per_second": rate(told.points, spent.scan),
        "points_per_second_with_teaching": rate(told.points, whole),
        "points_per_processor_second": rate(told.points, processor),
        "seconds": {stage: round(seconds, 2) for stage, seconds in vars(spent).items()},
        "agreement": {} if told.agreement is None else {k: round(v, 4) for k, v in asdict(told.agreement).items()},
        "peak_memory_MiB": round(peak[0]),
    }


def rate(points: int, seconds: float) -> float:
    """Points per second of wall clock."""
    return round(points / max(seconds, 1e-9), 1)


@contextmanager
def watched() -> Iterator[list[float]]:
    """The largest memory (MiB) of this process and those below it, ten times a second while the block lasts."""
    peak, over, own = [0.0], threading.Event(), psutil.Process()

    def watch() -> None:
        while not over.wait(0.1):
            total = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total / 2**20)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def chemprop_rate(units: list[str], points: int) -> tuple[float, float]:
    """Points per second, and per processor second, of chemprop's prediction, reading of structures in the bargain."""
    try:
        # By name, for it is no dependency of ours, and is only here where somebody put it.
        data, models, nn = (import_module(f"chemprop.{name}") for name in ("data", "models", "nn"))
        lightning = import_module("lightning.pytorch")
        torch = import_module("torch")
    except ImportError as error:
        sys.exit(f"screening: chemprop is not installed ({error}); leave it out with --chemprop 0")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(2)
    random = np.random.default_rng(0)
    text = [units[i] for i in random.integers(0, len(units), points)]
    asked = np.stack(
        [
            random.integers(0, len(GRID.salts), points),
            random.choice(GRID.loadings, points),
            random.choice(GRID.temperatures_C, points) / 100,
        ],
        axis=1,
    )
    message_passing = nn.BondMessagePassing()
    network = models.MPNN(
        message_passing, nn.MeanAggregation(), nn.RegressionFFN(input_dim=message_passing.output_dim + 3)
    )
    network.eval()
    trainer = lightning.Trainer(
        logger=False, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu", devices=1
    )
    begun, used = time.perf_counter(), time.process_time()
    dataset = data.MoleculeDataset(
        [data.MoleculeDatapoint.from_smi(unit, x_d=row) for unit, row in zip(text, asked, strict=True)]
    )
    loader = data.build_dataloader(dataset, batch_size=256, num_workers=0, shuffle=False)
    told = trainer.predict(network, loader)
    spent, used = time.perf_counter() - begun, time.process_time() - used
    if told is None or sum(len(batch) for batch in told) != points:
        sys.exit("screening: chemprop did not predict every point")
    return rate(points, spent), rate(points, used)


if __name__ == "__main__":
    run_benchmark(main)
