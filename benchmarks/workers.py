"""Options of benchmarks that say where their trials are done, as those of `ionloop planners compare` do."""

import argparse
import sys
from functools import partial
from pathlib import Path

from flows.computing.place import Place
from models.crew import Hire


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add `--processes`, `--dask` and `--slurm`."""
    parser.add_argument("--processes", type=int, default=1, help="on this machine; each takes time from the others")
    parser.add_argument("--dask", help="address of a Dask scheduler, such as tcp://HOST:8786")
    parser.add_argument("--slurm", type=Path, help="a YAML file that says which SLURM jobs do the work")


def hired(given: argparse.Namespace) -> Hire:
    """Who does the trials; raises `BadInput` where two places are given."""
    place = Place(given.processes, given.dask, given.slurm)
    return partial(place.crew, told=partial(print, file=sys.stderr))
