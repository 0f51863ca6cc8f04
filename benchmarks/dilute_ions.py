"""Nernst-Einstein against collective conductivity of ions in a fluid of beads; prints one JSON line.

Few ions that hardly feel one another move by themselves: the two formulas agree within their errors, and the ionicity
is 1. Many ions that attract one another strongly move in pairs, which carry no current: it falls below 1. Two
systems show both ends; the fluid is that of single beads, in which ions diffuse soon.

    python benchmarks/dilute_ions.py [--beads 2000] [--segments 10] [--steps 20000]        (some ten minutes)
"""

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from sim.md.bead_spring import BeadSpring
from sim.md.molecule import single
from sim.md.packing import packed
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import EQUILIBRATE, PRODUCE
from sim.md.system import Species
from sim.md.transport import Transport, transport

DENSITY = 0.85
SYSTEMS = {"dilute": (0.01, 1.0), "concentrated": (0.08, 10.0)}
"""Ion pairs for each bead of the fluid, and the Bjerrum length in bead diameters."""


def main() -> None:
    """Run both systems and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beads", type=int, default=2000)
    parser.add_argument("--segments", type=int, default=10)
    parser.add_argument("--steps", type=int, default=20_000, help="of one segment")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = {name: _transport(given, *numbers) for name, numbers in SYSTEMS.items()}
    print_line(
        "dilute_ions",
        beads=given.beads,
        steps=given.segments * given.steps,
        systems={
            name: {**dict(zip(("pairs_a_bead", "bjerrum_length"), SYSTEMS[name], strict=True)), **_told(one)}
            for name, one in found.items()
        },
        agree=_apart(found["dilute"]) <= 2,
        pairs_carry_nothing=found["concentrated"].ionicity.value + 2 * found["concentrated"].ionicity.error < 1,
    )


def _transport(given: argparse.Namespace, pairs: float, bjerrum_length: float) -> Transport:
    random, ions = np.random.default_rng(given.seed), round(pairs * given.beads)
    species = [Species("M"), Species("C", 1.0), Species("A", -1.0)]
    molecules = [single("M")] * given.beads + [single("C")] * ions + [single("A")] * ions
    system = packed(species, molecules, random, density=DENSITY)
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(system, BeadSpring(bjerrum_length=bjerrum_length), Path(folder), given.seed)
        simulation.prepare()
        simulation.segment(EQUILIBRATE, 1, Segment(given.steps, 0, 100))
        for number in range(1, given.segments + 1):
            simulation.segment(PRODUCE, number, Segment(given.steps, 50, 100))
        return transport(simulation.trajectory(PRODUCE, given.segments), {"C": 1.0, "A": -1.0}, least_distance=1.0)


def _told(found: Transport) -> dict[str, object]:
    numbers = {"nernst_einstein": found.nernst_einstein, "collective": found.collective, "ionicity": found.ionicity}
    return {
        **{
            name: {"value": float(f"{one.value:.4g}"), "error": float(f"{one.error:.2g}")}
            for name, one in numbers.items()
        },
        "diffusive": found.diffusive,
        "apart_in_errors": round(_apart(found), 2),
    }


def _apart(found: Transport) -> float:
    """Distance of the two conductivities in standard errors of their difference."""
    one, other = found.nernst_einstein, found.collective
    return abs(one.value - other.value) / math.hypot(one.error, other.error)


if __name__ == "__main__":
    run_benchmark(main)
