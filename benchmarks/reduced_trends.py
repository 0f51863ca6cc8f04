"""How lithium's conductivity goes with each number of the reduced model, one at a time, from several starts.

    python -m benchmarks.reduced_trends --seeds 2

About a base of chains of 10 beads without side beads, 0.15 lithium for each bead, anions of 1.4 and a dipole of 2 D.
Prints a line for the base and for each number: the mean over starts at its low and its high value with standard errors
of that scatter, their difference in decades, and in how many runs lithium diffused.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.line import named, print_line, run_benchmark
from sim.md.recipe import Settings
from sim.md.reduced import Reduced, simulate_reduced
from sim.md.script import Segment
from sim.md.stages import Plan

BASE = Reduced(temperature_K=353.15, chain_beads=10, loading=0.15, anion_diameter=1.4, dipole_D=2.0, pressure=3.0)
ENDS: dict[str, tuple[float, float]] = {
    "dipole_D": (0.8, 3.0),
    "chain_beads": (4, 30),
    "loading": (0.05, 0.3),
    "anion_diameter": (1.0, 2.4),
    "side_diameter": (0.5, 1.4),
}


def main() -> None:
    """Run both ends of each number from each start."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--beads", type=int, default=400)
    parser.add_argument(
        "--steps", type=int, default=8000, help="of a segment; one of equilibration, four of production"
    )
    parser.add_argument("--numbers", default=",".join(ENDS), help="with commas between; empty for the base alone")
    asked = parser.parse_args()
    print_line("reduced_trends", number="base", found=_found(asked))
    for name in named(asked.numbers, ENDS, "--numbers") if asked.numbers else ():
        ends = ENDS[name]
        low, high = (_found(asked, **{name: end}) for end in ends)
        apart = high["mean"] - low["mean"]
        error = float(np.hypot(low["se"], high["se"]))
        print_line(
            "reduced_trends", number=name, ends=ends, low=low, high=high, decades=round(apart, 3), se=round(error, 3)
        )


def _found(asked: argparse.Namespace, **change: Any) -> dict[str, Any]:
    steps = asked.steps
    plan = Plan(Segment(steps, steps // 100, steps // 200), most_equilibration=1, most_production=4)
    settings = Settings(asked.beads, precision=1e-6, plan=plan, push_steps=1000)
    values, diffused = [], 0
    for seed in range(1, asked.seeds + 1):
        with tempfile.TemporaryDirectory(prefix="ionloop-trend-") as folder:
            found = simulate_reduced(replace(BASE, **change), Path(folder) / "run", seed, settings)
        if found.log10 is not None:
            values.append(found.log10.value)
            diffused += found.diffusive
    scatter = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return {"mean": round(float(np.mean(values)), 3), "se": round(scatter, 3), "diffusive": diffused}


if __name__ == "__main__":
    run_benchmark(main)
