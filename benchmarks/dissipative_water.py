"""Water of dissipative particles (a = 25 kT, ρ = 3) against published simulations; prints one JSON line.

Groot and Warren, J. Chem. Phys. 1997, 107, 4423, fitted p = ρ kT + α a ρ² with α = 0.101 ± 0.001 to densities up to 8,
and set a so that the inverse compressibility 1 + 2 α a ρ / kT is that of water, 16. At ρ = 3 itself their line lies
above the simulations: the pressure is compared with two published ones of this fluid, by the thermostats of Lowe and of
Shardlow, 23.637 and 23.635 ± 0.002 (the examples that go with Allen and Tildesley, Computer Simulation of Liquids, 2nd
ed., 2017), and with the line as well. The compressibility is the slope of the pressure between ρ = 2.8 and 3.2.

    python benchmarks/dissipative_water.py [--beads 3000] [--steps 20000] [--timestep 0.01]        (some minutes)
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from sim.md.blocks import mean_and_error
from sim.md.dissipative import Dissipative
from sim.md.molecule import single
from sim.md.packing import packed
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import PRODUCE
from sim.md.system import Species

ALPHA, REPULSION, DENSITY, STEP = 0.101, 25.0, 3.0, 0.2
PRESSURE = 23.636
"""Of two simulations (see above)."""
WATER = 15.98
"""Inverse compressibility of water at room temperature, 1 / n kT κ (Groot and Warren 1997)."""


def main() -> None:
    """Run three densities and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beads", type=int, default=3000)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--timestep", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    low, (pressure, error, temperature), high = (
        _pressure(given, density) for density in (DENSITY - STEP, DENSITY, DENSITY + STEP)
    )
    slope = (high[0] - low[0]) / (2 * STEP)
    slope_error = float(np.hypot(high[1], low[1])) / (2 * STEP)
    print_line(
        "dissipative_water",
        beads=given.beads,
        steps=given.steps,
        timestep=given.timestep,
        temperature=round(temperature, 4),
        pressure=_against(pressure, error, PRESSURE),
        of_the_fit_of_1997=round(DENSITY + ALPHA * REPULSION * DENSITY**2, 2),
        alpha=round((pressure - DENSITY) / (REPULSION * DENSITY**2), 4),
        inverse_compressibility=_against(slope, slope_error, 1 + 2 * ALPHA * REPULSION * DENSITY),
        of_water=WATER,
    )


def _pressure(given: argparse.Namespace, density: float) -> tuple[float, float, float]:
    """Mean pressure, its error, and the temperature over the last three quarters of a run."""
    random = np.random.default_rng(given.seed)
    system = packed([Species("W")], [single("W")] * given.beads, random, density=density)
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(system, Dissipative(timestep=given.timestep), Path(folder), given.seed)
        simulation.prepare()
        simulation.segment(PRODUCE, 1, Segment(given.steps, 0, 10))
        thermo = simulation.thermo(PRODUCE, 1)
    late = len(thermo["Press"]) // 4
    return (*mean_and_error(thermo["Press"][late:]), float(thermo["Temp"][late:].mean()))


def _against(value: float, error: float, published: float) -> dict[str, object]:
    apart = value - published
    return {
        "value": round(value, 3),
        "error": round(error, 3),
        "published": round(published, 3),
        "off": f"{100 * apart / published:+.1f} %",
        "met": abs(apart) <= max(0.03 * published, 2 * error),
    }


if __name__ == "__main__":
    run_benchmark(main)
