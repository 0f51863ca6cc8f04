"""The all-atom system against published values; prints one JSON line a part.

`glyme`: density of tetraglyme at 25 °C, 1.009 g/cm³ (as suppliers give it). `electrolyte`: PEO oligomers of eight units
with LiTFSI at 80 °C; lithium in PEO/LiTFSI has five ether oxygens (Mao, Saboungi, Price, Armand and Howells, Phys. Rev.
Lett. 2000, 84, 5536) at 2.1 Å (Mao et al., ECS Proc. 1999-41, 247). Both tell the speed in wall time and in processor
time, which others' work hardly touches.

    python benchmarks/all_atom.py [--part glyme|electrolyte] [--atoms N] [--segments 6] [--folder FOLDER]     (an hour)
"""

import argparse
import resource
import tempfile
from pathlib import Path

from benchmarks.line import print_line, run_benchmark
from sim.md.all_atom import Conditions
from sim.md.atomic_box import CHARGE_SCALE, AtomicBox, electrolyte
from sim.md.blocks import mean_and_error
from sim.md.lithium_shell import lithium_shell
from sim.md.program import Parallel
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import EQUILIBRATE, PRODUCE, Plan, Produced, produce
from sim.md.transport import Estimate

GLYME_DENSITY_g_cm3, GLYME_K = 1.009, 298.15
OXYGENS, DISTANCE_A = 5.0, 2.1
ELECTROLYTE_K = 353.15


def main() -> None:
    """Run the parts that are asked for and print a line of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("glyme", "electrolyte"), help="one of both")
    parser.add_argument("--atoms", type=int, default=1000, help="of either box")
    parser.add_argument("--units", type=int, default=8, help="of an oligomer of the electrolyte")
    parser.add_argument("--loading", type=float, default=0.05, help="Li/O of the electrolyte")
    parser.add_argument("--charge-scale", type=float, default=CHARGE_SCALE)
    parser.add_argument("--steps", type=int, default=10_000, help="fs of a segment")
    parser.add_argument("--equilibration", type=int, default=20, help="segments at most")
    parser.add_argument("--segments", type=int, default=6, help="of production")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the runs here; one that was killed goes on")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = given.folder or Path(spare)
        if given.part != "electrolyte":
            glyme(given, folder / "glyme")
        if given.part != "glyme":
            lithium(given, folder / "electrolyte")


def glyme(given: argparse.Namespace, folder: Path) -> None:
    """Density of pure tetraglyme."""
    box = electrolyte(given.atoms, 4, 0.0, Conditions(GLYME_K), given.seed)
    produced, simulation, speed = _run(given, box, folder)
    density = mean_and_error(simulation.thermo(PRODUCE, produced.segments)["Density"])
    off = 100 * (density[0] / GLYME_DENSITY_g_cm3 - 1)
    print_line(
        "all_atom",
        part="glyme",
        **_told(box, produced, given),
        density_g_cm3={
            "value": round(density[0], 4),
            "error": round(density[1], 4),
            "published": GLYME_DENSITY_g_cm3,
            "off": f"{off:+.1f} %",
        },
        **speed,
    )


def lithium(given: argparse.Namespace, folder: Path) -> None:
    """What holds lithium."""
    box = electrolyte(
        given.atoms, given.units, given.loading, Conditions(ELECTROLYTE_K), given.seed, charge_scale=given.charge_scale
    )
    produced, simulation, speed = _run(given, box, folder)
    density = mean_and_error(simulation.thermo(PRODUCE, produced.segments)["Density"])
    shell = lithium_shell(produced.trajectory)
    print_line(
        "all_atom",
        part="electrolyte",
        units=given.units,
        lithium_per_oxygen=given.loading,
        charge_scale=given.charge_scale,
        **_told(box, produced, given),
        density_g_cm3={"value": round(density[0], 4), "error": round(density[1], 4)},
        lithium_oxygen_A=_shown(shell.distance, DISTANCE_A),
        ether_oxygens=_shown(shell.ether_oxygens, OXYGENS),
        anion_oxygens=_shown(shell.anion_oxygens),
        **speed,
    )


def _run(given: argparse.Namespace, box: AtomicBox, folder: Path) -> tuple[Produced, Simulation, dict[str, object]]:
    simulation = Simulation(box.system, box.model, folder, given.seed, Parallel(given.ranks))
    steps = given.steps
    plan = Plan(
        Segment(steps, steps // 40, steps // 200, forces=True),
        most_equilibration=given.equilibration,
        least_production=given.segments,
        most_production=given.segments,
    )
    before, began = _ended(folder), _processor_s()
    produced = produce(simulation, plan, lambda _: False)
    processor, here = _processor_s() - began, _ended(folder) - before
    loops = sum(
        simulation.seconds(stage, count)
        for stage, count in ((EQUILIBRATE, produced.equilibration_segments), (PRODUCE, produced.segments))
    )
    segment = steps * box.model.timestep / 1e6
    moved = (produced.equilibration_segments + produced.segments) * segment
    speed: dict[str, object] = {"ns_per_day": round(moved / loops * 86400, 2)}
    if here:  # segments that were there before cost nothing now
        speed["ns_per_processor_day"] = round(here * segment / processor * 86400, 2)
    return produced, simulation, speed


def _ended(folder: Path) -> int:
    """Segments that a folder holds."""
    return len([path for path in folder.glob("*-*.restart") if not path.name.startswith("partial")])


def _told(box: AtomicBox, produced: Produced, given: argparse.Namespace) -> dict[str, object]:
    found = produced.equilibrium
    return {
        "atoms": box.system.n,
        "equilibrium": {
            "reached": found.reached,
            "after_ps": round(produced.equilibration_segments * given.steps * box.model.timestep / 1000),
            "memory": None if found.memory is None else round(found.memory, 2),
            "reasons": list(found.reasons),
        },
        "production_ps": round(produced.segments * given.steps * box.model.timestep / 1000),
    }


def _shown(found: Estimate, published: float | None = None) -> dict[str, float]:
    told = {"value": round(found.value, 3), "error": round(found.error, 3)}
    return told if published is None else {**told, "published": published}


def _processor_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    run_benchmark(main)
