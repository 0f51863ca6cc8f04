"""How long a campaign's model takes to learn one more result at 500 observations; the target is under 5 s.

Films are spread over the space of `examples/peo_salts.yaml` and read on the twin at six temperatures, with a modulus.
Timed apart: the fit; what a version needs beside it (scores with each film left out, weights packed); and the
challenge, in which it and the champion are asked for the last 50 films. The champion's own fit is remembered from when
it was made. Both readings of "500 observations" are taken: 500 readings, and 500 films of seven readings, where the
exact process keeps to its bound of 2,400 readings of a property.

    python benchmarks/refit_time.py [--repeats 3]        (some minutes)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time

import numpy as np
import yaml

from benchmarks.bayesian_against_sobol import EXAMPLE, TEMPERATURES_C, observed
from benchmarks.line import print_line, run_benchmark, spread
from ledger.film import Film
from models.gaussian_process import GaussianProcess
from models.promotion import RECENT, verdict
from models.saved import pack
from planners.points import formulation_at
from planners.sampling import sample
from planners.space import DesignSpace

TARGET_S = 5.0


def main() -> None:
    """Print one JSON line for each size; seconds of the wall clock and of the processor."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=3)
    repeats = options.parse_args().repeats
    space = DesignSpace.model_validate(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["space"])
    per_film = len(TEMPERATURES_C) + 1
    for films in (round(500 / per_film), 500):
        _measure(space, films, repeats, per_film)


def _measure(space: DesignSpace, n: int, repeats: int, per_film: int) -> None:
    fit_s, rest_s, challenge_s, processor_s = [], [], [], []
    for repeat in range(repeats + 1):
        films = _films(space, n, repeat)
        champion = GaussianProcess().fit(films[:-1])
        champion.diagnostics()  # as when it was a challenger
        began, spent = time.perf_counter(), time.process_time()
        challenger = GaussianProcess().fit(films)
        fitted = time.perf_counter()
        challenger.diagnostics()
        pack(challenger)
        told = time.perf_counter()
        verdict(challenger.foretold(films[-RECENT:]), champion.foretold(films[-RECENT:]))
        done = time.perf_counter()
        if repeat:  # the first also imports, and works components out for the first time
            fit_s.append(fitted - began)
            rest_s.append(told - fitted)
            challenge_s.append(done - told)
            processor_s.append(time.process_time() - spent)
    whole = [sum(parts) for parts in zip(fit_s, rest_s, challenge_s, strict=True)]
    print_line(
        "refit_time",
        model="gaussian_process",
        films=n,
        readings=n * per_film,
        repeats=repeats,
        target_seconds=TARGET_S,
        seconds=spread(whole),
        fit_seconds=spread(fit_s),
        scores_and_weights_seconds=spread(rest_s),
        challenge_seconds=spread(challenge_s),
        processor_seconds=spread(processor_s),
    )


def _films(space: DesignSpace, n: int, seed: int) -> list[Film]:
    random = np.random.default_rng(seed)
    return [observed(formulation_at(space, point), i, random) for i, point in enumerate(sample(space, n, 100 + seed))]


if __name__ == "__main__":
    run_benchmark(main)
