"""A Kremer-Grest melt (ρ 0.85, kT 1) against published values; prints one JSON line.

Chain sizes are those of Kremer and Grest, J. Chem. Phys. 1990, 92, 5057, Table I; so is the bond length, and so is the
friction of a bead, ζ = (25 ± 2) τ⁻¹. With it the Rouse model has beads in the middle of a chain move by
g1(t) = √(12 kT b² t / π ζ) before the chain relaxes, and chains diffuse by D = kT / N ζ, as long chains do: short ones
are mostly ends. A value is taken as met within 3 % or two standard errors, whichever is larger, a motion within 15 %.

    python benchmarks/kremer_grest.py [--beads 5000] [--n 20] [--segments 12] [--folder FOLDER]        (ten minutes)
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from sim.md.bead_spring import BeadSpring
from sim.md.blocks import mean_and_error
from sim.md.chains import bond_lengths, characteristic_ratio, end_to_end, squared_gyration
from sim.md.displacement import diffusivity, mean_squared_displacement
from sim.md.molecule import homopolymer
from sim.md.packing import packed
from sim.md.program import Parallel
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import PRODUCE, Plan, produce
from sim.md.system import Species
from sim.md.trajectory import Trajectory

PUBLISHED = {20: (29.7, 5.0), 50: (82.7, 13.3)}
"""⟨R²⟩ and ⟨R_g²⟩ by the number of beads (Kremer and Grest 1990)."""
BOND, FRICTION = 0.97, 25.0
BEAD_TIME = 10.0
"""At which the motion of beads is compared: they have left their cages, and chains have not yet relaxed."""


def main() -> None:
    """Run and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beads", type=int, default=5000)
    parser.add_argument("--n", type=int, default=20, choices=sorted(PUBLISHED))
    parser.add_argument("--segments", type=int, default=12, help="of production, of 100 Lennard-Jones times each")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the run here; one that was killed goes on")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        run(given, given.folder or Path(spare))


def run(given: argparse.Namespace, folder: Path) -> None:
    """Run a melt in a folder and print what it came to."""
    random = np.random.default_rng(given.seed)
    system = packed([Species("M")], [homopolymer("M", given.n)] * (given.beads // given.n), random, density=0.85)
    simulation = Simulation(system, BeadSpring(), folder, given.seed, Parallel(given.ranks))
    plan = Plan(Segment(10_000, 500, 100), most_equilibration=40, most_production=given.segments)
    produced = produce(simulation, plan, lambda _: False)
    melt, thermo = produced.trajectory.without_drift(), simulation.thermo(PRODUCE, produced.segments)
    squared_ends = np.square(end_to_end(melt.positions, system.chains)).sum(axis=-1).mean(axis=0)
    squared_sizes = squared_gyration(melt.positions, system.chains).mean(axis=0)
    ends, gyration = _over_chains(squared_ends), _over_chains(squared_sizes)
    centre = diffusivity(_centres(melt, given.n), melt.interval)
    published_ends, published_gyration = PUBLISHED[given.n]
    bond = mean_and_error(np.sqrt((bond_lengths(melt.positions, system.bonds) ** 2).mean(axis=1)))
    # The ratio's own published value follows from the two sizes; C(N) from ⟨R²⟩ and the bond length.
    ratio = _quotient(squared_ends, squared_sizes)
    ratio_of_chain = characteristic_ratio(melt.positions, system.chains)
    print_line(
        "kremer_grest",
        beads=system.n,
        n=given.n,
        equilibrium={
            "reached": produced.equilibrium.reached,
            "after_times": produced.equilibration_segments * 100,
            "memory": produced.equilibrium.memory,
        },
        times=round(float(melt.times[-1] - melt.times[0])),
        pressure=_shown(mean_and_error(thermo["Press"])),
        temperature=_shown(mean_and_error(thermo["Temp"])),
        bond_length=_against(bond, BOND),
        squared_end_to_end=_against(ends, published_ends),
        squared_gyration=_against(gyration, published_gyration),
        ratio=_against(ratio, published_ends / published_gyration),
        characteristic_ratio=_against(
            (ratio_of_chain, ratio_of_chain * ends[1] / ends[0]), published_ends / ((given.n - 1) * BOND**2)
        ),
        bead_displacement=_against(*_bead_displacement(melt, given.n, ends[0] / (given.n - 1)), 0.15),
        chain_diffusivity={
            **_against((centre.value, centre.error), 1 / (given.n * FRICTION), 0.15),
            "exponent": round(centre.exponent, 3),
            "diffusive": centre.diffusive,
        },
        core_hours=round(produced.core_hours, 3),
    )


def _bead_displacement(melt: Trajectory, n: int, bond_squared: float) -> tuple[tuple[float, float], float]:
    """g1 of the two beads in the middle of each chain, with its error over eight stretches of time, and the law's."""
    middle = melt.positions.reshape(melt.frames, -1, n, 3)[:, :, n // 2 - 1 : n // 2 + 1].reshape(melt.frames, -1, 3)
    lag = round(BEAD_TIME / melt.interval)
    stretches = np.array_split(middle, 8)
    found = [mean_squared_displacement(stretch, melt.interval).squared[lag] for stretch in stretches]
    law = np.sqrt(12 * bond_squared * BEAD_TIME / (np.pi * FRICTION))
    return (float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(8))), float(law)


def _centres(melt: Trajectory, beads: int) -> np.ndarray:
    return melt.positions.reshape(melt.frames, -1, beads, 3).mean(axis=2)


def _over_chains(values: np.ndarray) -> tuple[float, float]:
    """Mean of what each chain has over the run, and its error by their scatter.

    A chain keeps its size for thousands of times, longer than any stretch of a run that could be told from another, but
    chains hardly know of one another.
    """
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _quotient(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Of two means over the same chains, whose sizes rise and fall together; its error by leaving out one at a time."""
    n = len(one)
    without = (one.sum() - one) / (other.sum() - other)
    return float(one.sum() / other.sum()), float(np.sqrt((n - 1) / n * np.square(without - without.mean()).sum()))


def _shown(found: tuple[float, float]) -> dict[str, float]:
    return {"value": round(found[0], 5), "error": round(found[1], 5)}


def _against(found: tuple[float, float], published: float, share: float = 0.03) -> dict[str, object]:
    apart = found[0] - published
    met = abs(apart) <= max(share * published, 2 * found[1])
    return {**_shown(found), "published": round(published, 5), "off": f"{100 * apart / published:+.1f} %", "met": met}


if __name__ == "__main__":
    run_benchmark(main)
