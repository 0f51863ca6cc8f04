"""How often the promotion rule refuses a challenger that is as good, and promotes one that is worse.

Films are standard normal values; the champion's mean is off by 0.3 sd at random, and its sd says so. A challenger is as
far off in its own way (`as good`), or worse by a stated kind. Each rate is a share of the runs.

    python benchmarks/promotion_rule.py [--runs 400]        (two minutes)
"""

import argparse

import numpy as np

from benchmarks.line import print_line, run_benchmark
from models.out_of_sample import ForetoldReading
from models.promotion import FEWEST, LEVEL, verdict

FILMS = (FEWEST, 10, 20, 30, 50)
OWN_ERROR = 0.3
"""How far the mean of either model is off, of the sd of a film."""


def main() -> None:
    """Print one JSON line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=400)
    runs = options.parse_args().runs
    random = np.random.default_rng(0)
    worse = {
        "sd half of what it should be": {"spread": 0.5},
        "sd twice what it should be": {"spread": 2.0},
        "mean off by 1 sd at random": {"own_error": 1.0},
        "mean off by 1 sd always": {"bias": 1.0},
        "mean off by 3 sd always": {"bias": 3.0},
    }
    print_line(
        "promotion_rule",
        runs=runs,
        level=LEVEL,
        refused_though_as_good={str(n): round(1 - _promoted(random, runs, n), 3) for n in FILMS},
        promoted_though_worse={
            kind: {str(n): _promoted(random, runs, n, **how) for n in FILMS} for kind, how in worse.items()
        },
    )


def _promoted(
    random: np.random.Generator,
    runs: int,
    films: int,
    *,
    spread: float = 1.0,
    own_error: float = OWN_ERROR,
    bias: float = 0.0,
) -> float:
    """Share of challengers that are promoted."""
    taken = 0
    for _ in range(runs):
        errors = random.normal(size=films)
        champion = _told(errors, random.normal(0, OWN_ERROR, films), (1 + OWN_ERROR**2) ** 0.5)
        honest = (1 + OWN_ERROR**2) ** 0.5
        challenger = _told(errors, bias + random.normal(0, own_error, films), honest * spread)
        taken += verdict(challenger, champion).promote
    return round(taken / runs, 3)


def _told(values: np.ndarray, means: np.ndarray, sd: float) -> list[ForetoldReading]:
    return [
        ForetoldReading(str(place), "log10_conductivity", 30.0, float(value), float(mean), sd)
        for place, (value, mean) in enumerate(zip(values, means, strict=True))
    ]


if __name__ == "__main__":
    run_benchmark(main)
