"""How precise the ion conductivity of the coarse-grained model is after so many minutes; prints one JSON line.

The film of `examples/peo_litfsi_md.yaml` at 80 °C, from the push-off on: equilibration until its test is passed, the
rest of the time production. Told are the relative standard errors of the conductivity by Nernst-Einstein and by the
collective formula, from blocks of time, and the settings. Minutes are of wall time, so the machine should be idle.

    python benchmarks/conductivity_precision.py [--minutes 15] [--ranks 2] [--beads 5000]
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.line import print_line, run_benchmark
from chemistry.value_file import read_yaml_value
from flows.dynamics.formulation_file import MdFile
from sim.md.program import Parallel
from sim.md.recipe import SEGMENT, Settings, simulate
from sim.md.stages import Plan
from sim.md.transport import Estimate

EXAMPLE = Path(__file__).parents[1] / "examples" / "peo_litfsi_md.yaml"
TEMPERATURE_C = 80.0


def main() -> None:
    """Run and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--beads", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    plan = Plan(SEGMENT, most_equilibration=4, most_production=1000, core_hours=given.ranks * given.minutes / 60)
    settings = replace(Settings(), beads=given.beads, precision=0.0, plan=plan, parallel=Parallel(ranks=given.ranks))
    film, began = read_yaml_value(MdFile, EXAMPLE).formulation, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(film, TEMPERATURE_C, Path(folder), given.seed, settings)
    print_line(
        "conductivity_precision",
        beads=found.box.system.n,
        ranks=given.ranks,
        minutes=round((time.monotonic() - began) / 60, 1),
        steps={
            "equilibration": found.produced.equilibration_segments * SEGMENT.steps,
            "production": found.produced.segments * SEGMENT.steps,
        },
        timestep=found.box.model.timestep,
        nernst_einstein=_told(found.transport.nernst_einstein),
        collective=_told(found.transport.collective),
        ionicity=_told(found.transport.ionicity),
        transference=_told(found.transport.transference_ideal),
        equilibrated=found.equilibrated,
        diffusive=found.diffusive,
    )


def _told(one: Estimate) -> dict[str, float]:
    return {"value": float(f"{one.value:.3g}"), "relative_error": round(one.relative_error, 3)}


if __name__ == "__main__":
    run_benchmark(main)
