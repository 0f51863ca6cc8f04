"""How long the drift test is silent on steady errors, how soon it speaks after a shift, how soon it takes that back.

Run lengths in results, of standard normal errors with a shift added: mean over the runs, with its standard error.

    python benchmarks/drift_test.py [--runs 400]        (a minute or two)
"""

import argparse

import numpy as np

from benchmarks.line import print_line, run_benchmark
from models.drift import ALARM, BACK, MOST, Watch


def main() -> None:
    """Print one JSON line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=400)
    runs = options.parse_args().runs
    random = np.random.default_rng(0)
    print_line(
        "drift_test",
        runs=runs,
        alarm=ALARM,
        back=BACK,
        most=MOST,
        results_to_alarm={f"{shift:g}": _mean(random, runs, shift, drifting=False) for shift in (0.0, 0.5, 1.0, 2.0)},
        results_to_alarm_where_sd_is_too_small={
            f"{ratio:g}": _mean(random, runs, 0.0, drifting=False, spread=ratio) for ratio in (1.2, 1.5)
        },
        results_to_end={f"{shift:g}": _mean(random, runs, shift, drifting=True) for shift in (0.0, 0.5, 1.0, -1.0)},
    )


def _mean(
    random: np.random.Generator, runs: int, shift: float, *, drifting: bool, spread: float = 1.0
) -> dict[str, float]:
    """Results until the state changes, in which the test is or is not."""
    lengths = []
    for _ in range(runs):
        watch = Watch()
        while drifting and watch.present is None:  # an alarm first, called as fast as it can be
            watch.add(MOST)
        length = 0
        while (watch.present is not None) == drifting:
            watch.add(random.normal(shift, spread))
            length += 1
        lengths.append(length)
    return {
        "mean": round(float(np.mean(lengths)), 2),
        "standard_error": round(float(np.std(lengths) / runs**0.5), 2),
        "median": float(np.median(lengths)),
    }


if __name__ == "__main__":
    run_benchmark(main)
