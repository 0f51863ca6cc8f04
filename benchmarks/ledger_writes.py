"""How long the ledger takes to write and to tell: one JSON line.

    python benchmarks/ledger_writes.py [URL_OR_PATH]        (about ten seconds)

A new SQLite file in a temporary folder by default.

Beside the ledger's own times stands the floor: a bare commit of one row by `sqlite3` with the same settings, in the
same run. Times are milliseconds: median and 95 % quantile of the wall clock, and the median processor time of the
thread, which a busy machine does not blur.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.line import print_line, run_benchmark
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer, RepeatUnit
from chemistry.salt import Salt
from ledger.film import Film, Reading
from ledger.journal import Journal
from ledger.store import Ledger

FILMS, READINGS = 200, 6


class Times:
    """Wall and processor times of named kinds of call."""

    def __init__(self) -> None:
        self._wall: dict[str, list[float]] = defaultdict(list)
        self._processor: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def of(self, kind: str) -> Iterator[None]:
        """Time one call."""
        wall, processor = time.perf_counter(), time.thread_time()
        yield
        self._wall[kind].append(1e3 * (time.perf_counter() - wall))
        self._processor[kind].append(1e3 * (time.thread_time() - processor))

    def told(self) -> dict[str, dict[str, float]]:
        """Figures by kind, ms."""
        return {
            kind: {
                "n": len(wall),
                "median": round(statistics.median(wall), 2),
                "p95": round(statistics.quantiles(wall, n=20)[-1], 2),
                "processor_median": round(statistics.median(self._processor[kind]), 2),
            }
            for kind, wall in self._wall.items()
        }


def bare_commits(folder: Path, times: Times) -> None:
    """The floor: one row a transaction, same settings."""
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE t (a)")
        for number in range(FILMS):
            with times.of("bare commit"):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO t VALUES (?)", (number,))
                connection.execute("COMMIT")


def campaign(ledger: Ledger, times: Times) -> int:
    """A campaign of many films, each written as the flows write it."""
    polymer = Polymer(units=(RepeatUnit(smiles="*CCO*"),), fractions=(1.0,), name="PEO")
    salt = Salt(smiles="[Li+].F[B-](F)(F)F", name="LiBF4")
    begun = ledger.begin_campaign("benchmark", {}, 1)
    journal = Journal(ledger)
    for index in range(FILMS):
        made = Formulation(polymer=polymer, salt=salt, salt_molality_mol_kg=0.1 + 0.01 * index)
        with times.of("suggest"):
            experiment = ledger.add_suggestion(
                begun.id, index=index, formulation=made, action={}, reason={}, planner="none", knowledge_event=0
            )
        with times.of("move"):
            ledger.move(experiment.id, "making")
        sample = ledger.add_sample(experiment.id, "A1")
        order = str(uuid.uuid4())
        with times.of("journal: intend and confirm"):
            journal.intend(order, "dispenser", "synthesis", "dose LiBF4", sample.id, {"mass_mg": 1.0}, 1, True)
            journal.confirm(order, {"mass_mg": 1.01})
        ledger.as_made(sample.id, made, 150.0, 0.785)
        for state in ("made", "measuring", "measured"):
            ledger.move(experiment.id, state)
        readings = tuple(
            Reading(property="log10_conductivity", value=-5.0 + 0.1 * place, sd=0.05, temperature_C=30.0 + 10 * place)
            for place in range(READINGS)
        )
        film = Film(film_id=sample.id, formulation=made, readings=readings)
        with times.of("observe"):
            ledger.observe(experiment.id, film, {"verdicts": ["accepted"] * READINGS})
    return begun.id


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("ledger", nargs="?", help="URL or path of the ledger")
    asked = options.parse_args()
    times = Times()
    with tempfile.TemporaryDirectory() as name:
        bare_commits(Path(name), times)
        with Ledger.open(asked.ledger or Path(name) / "ledger.sqlite") as ledger:
            number = campaign(ledger, times)
            event = ledger.last_event()
            for _ in range(20):
                with times.of(f"films: {FILMS} of {READINGS} readings"):
                    ledger.films(number, event)
            database = ledger.database.engine.dialect.name
    print_line("ledger_writes", database=database, unit="ms", **times.told())


if __name__ == "__main__":
    run_benchmark(main)
