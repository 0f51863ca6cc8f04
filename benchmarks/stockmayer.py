"""Permittivity of the Stockmayer fluid as its dipole grows; prints one JSON line.

ε = 1 + 4 π ⟨M²⟩ / 3 V kT for a box in a conductor (Neumann, Mol. Phys. 1983, 50, 841). It is set beside Onsager's law,
(ε - 1) (2 ε + 1) / ε = 9 y with y = 4 π ρ μ² / 9 kT (J. Am. Chem. Soc. 1936, 58, 1486), which leaves out that
neighbours line up: the fluid is near it for small dipoles and above it for large ones.

    python benchmarks/stockmayer.py [--beads 500] [--steps 40000]        (some minutes)
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from sim.md.bead_spring import BeadSpring
from sim.md.blocks import mean_and_error
from sim.md.molecule import single
from sim.md.packing import packed
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import PRODUCE
from sim.md.system import Species

DENSITY, TEMPERATURE = 0.822, 1.15
SQUARED_DIPOLES = (0.25, 0.5, 1.0, 2.0)


def main() -> None:
    """Run each dipole and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beads", type=int, default=500)
    parser.add_argument("--steps", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = {squared: _permittivity(given, squared) for squared in SQUARED_DIPOLES}
    values = [value for value, _ in found.values()]
    print_line(
        "stockmayer",
        beads=given.beads,
        steps=given.steps,
        density=DENSITY,
        temperature=TEMPERATURE,
        permittivity={
            str(squared): {"value": round(value, 3), "error": round(error, 3), "onsager": round(_onsager(squared), 3)}
            for squared, (value, error) in found.items()
        },
        rises=bool((np.diff(values) > 0).all()),
    )


def _permittivity(given: argparse.Namespace, squared: float) -> tuple[float, float]:
    random = np.random.default_rng(given.seed)
    species = Species("M", dipole=squared**0.5)
    system = packed([species], [single("M")] * given.beads, random, density=DENSITY)
    model = BeadSpring(kT=TEMPERATURE, wells={("M", "M"): 1.0}, coulomb_cutoff=3.2, timestep=0.005, damping=1.0)
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(system, model, Path(folder), given.seed)
        simulation.prepare()
        simulation.segment(PRODUCE, 1, Segment(given.steps, 20, 100))
        dipoles = simulation.trajectory(PRODUCE, 1).dipoles
    if dipoles is None:
        raise ValueError("the trajectory holds no dipoles")
    moments = dipoles.sum(axis=1)[len(dipoles) // 8 :]
    mean, error = mean_and_error((moments**2).sum(axis=1))
    factor = 4 * np.pi / (3 * system.volume * TEMPERATURE)
    return 1 + factor * mean, factor * error


def _onsager(squared: float) -> float:
    """The larger root of 2 ε² - (1 + 9 y) ε - 1 = 0."""
    y = 4 * np.pi * DENSITY * squared / (9 * TEMPERATURE)
    return float((1 + 9 * y + np.sqrt((1 + 9 * y) ** 2 + 8)) / 4)


if __name__ == "__main__":
    run_benchmark(main)
