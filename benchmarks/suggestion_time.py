"""How long a suggestion takes at 200 films of six temperatures and two objectives, fit and acquisition included.

Films are spread over the space of `examples/peo_salts.yaml` and read on the twin; every repetition has other films, so
that nothing is remembered but the components and the even spread, which depend on the campaign's seed alone. The very
first suggestion of a process, which also imports and draws that spread, is told apart.

    python benchmarks/suggestion_time.py [--films 200] [--repeats 10] [--at-once 1]        (under a minute)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time

import numpy as np
import yaml

from benchmarks.bayesian_against_sobol import EXAMPLE, TEMPERATURES_C, observed
from benchmarks.line import print_line, run_benchmark, spread
from planners.choice import planner
from planners.objectives import Objective
from planners.points import formulation_at
from planners.protocols import Knowledge
from planners.sampling import sample
from planners.space import DesignSpace


def main() -> None:
    """Print one JSON line; times in seconds, of the wall clock and of the processor."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--films", type=int, default=200)
    options.add_argument("--repeats", type=int, default=10)
    options.add_argument("--at-once", type=int, default=1)
    asked = options.parse_args()
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    objectives = tuple(
        Objective(property=o["property"], goal=o["goal"], temperature_C=30.0, reference=o["reference"])
        for o in example["objectives"]
    )
    space = DesignSpace.model_validate(example["space"])
    who = planner("bayesian")
    wall, processor = [], []
    for repeat in range(asked.repeats + 1):
        random = np.random.default_rng(repeat)
        points = sample(space, asked.films, 100 + repeat)
        films = tuple(observed(formulation_at(space, point), i, random) for i, point in enumerate(points))
        known = Knowledge(space=space, objectives=objectives, films=films, seed=0, suggested=asked.films)
        began, spent = time.perf_counter(), time.process_time()
        who.suggest(asked.at_once, known)
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
    print_line(
        "suggestion_time",
        n=asked.films,
        readings=asked.films * (len(TEMPERATURES_C) + 1),
        suggestions_at_once=asked.at_once,
        seeds=asked.repeats,
        target_seconds=2.0,
        seconds=spread(wall[1:]),
        processor_seconds=spread(processor[1:]),
        first_of_the_process_seconds=round(wall[0], 2),
    )


if __name__ == "__main__":
    run_benchmark(main)
