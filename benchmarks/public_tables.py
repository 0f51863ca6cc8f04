"""How well models foretell other public tables than the one of `unseen_polymers.py`; prints one JSON line.

Conductivity with whole papers held out (`pe_i.csv`, ten folds), glass transition of unseen polymers (`tg.csv`, five
folds) and conductivity of one MD run each, unseen polymers (`htpmd.csv`, five). A table that is not in the folder is
left out, and said to be.

    python benchmarks/public_tables.py FOLDER [--models forest,average] [--tables pe_i,tg,htpmd]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.line import named, print_line, run_benchmark
from benchmarks.workers import add_place, hired
from chemistry.errors import BadInput
from ledger.literature import read_table
from models.comparison import Comparison, compare
from models.surrogates import NAMES, REFERENCE

SEED = 2026
TABLES = {
    "pe_i": ("paper", "log10_conductivity", 10),
    "tg": ("polymer", "glass_transition", 5),
    "htpmd": ("polymer", "log10_conductivity", 5),
}
"""Split, property and folds of each table, which is in the file and the form of its name."""


def main() -> None:
    """Compare on each table and print the line."""
    parser = argparse.ArgumentParser(description="Models on public tables.")
    parser.add_argument("folder", type=Path, help="with pe_i.csv, tg.csv and htpmd.csv")
    parser.add_argument("--models", default=f"{REFERENCE},average", help=f"comma-separated, of {', '.join(NAMES)}")
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--seed", type=int, default=SEED, help="of the folds")
    add_place(parser)
    given = parser.parse_args()
    hire = hired(given)
    told: dict[str, object] = {}
    models = named(given.models, NAMES, "--models")
    for name in named(given.tables, TABLES, "--tables"):
        split, asked, folds = TABLES[name]
        try:
            items = read_table(given.folder / f"{name}.csv", name).films
        except BadInput as error:
            told[name] = f"left out: {error}"
            continue
        comparison = Comparison(
            films=[item.film for item in items],
            references=[item.reference if split == "paper" else "" for item in items],
            split=split,
            models=models,
            folds=folds,
            seed=given.seed,
            asked=asked,
        )
        with tempfile.TemporaryDirectory() as folder:
            told[name] = compare(
                comparison, Path(folder) / "record.jsonl", told=lambda line: print(line, file=sys.stderr), hire=hire
            )
    print_line("public_tables", seed=given.seed, **told)


if __name__ == "__main__":
    run_benchmark(main)
