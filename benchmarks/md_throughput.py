"""Speed of LAMMPS through ionloop beside the bare program on one system; prints one JSON line.

The bare program runs as many steps in one process, without restart files and frames. Both are run in turn, so that a
busy machine slows both; processor time, which others' work hardly touches, is set beside wall time. Ionloop's includes
starting the program for each segment, and reading frames and logs.

    python benchmarks/md_throughput.py [--beads 5000] [--segments 3] [--steps 10000] [--rounds 3]        (some minutes)
"""

import argparse
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark, spread
from sim.md.bead_spring import BeadSpring
from sim.md.molecule import homopolymer, single
from sim.md.packing import packed
from sim.md.program import Parallel, find_program
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import PRODUCE
from sim.md.system import Species, System


def main() -> None:
    """Time both and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beads", type=int, default=5000)
    parser.add_argument("--segments", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--ions", action="store_true", help="with one ion pair for 20 beads, in place of a neutral melt"
    )
    given = parser.parse_args()
    system, model = _system(given)
    segment = Segment(given.steps, max(1, given.steps // 80), 100)
    wall, processor = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pushed = Simulation(system, model, folder / "pushed", 1)
        pushed.prepare()
        for turn in range(given.rounds):
            copy = folder / f"through-{turn}"
            shutil.copytree(folder / "pushed", copy)
            bare = _timed(lambda: _bare(folder / "bare", copy, system, model, segment, given.segments))  # noqa: B023
            ours = _timed(lambda: _through(copy, system, model, segment, given.segments))  # noqa: B023
            wall.append(bare[0] / ours[0])
            processor.append(bare[1] / ours[1])
    print_line(
        "md_throughput",
        beads=system.n,
        ions=given.ions,
        steps=given.segments * given.steps,
        share_of_bare_speed={"wall": spread(wall), "processor": spread(processor)},
    )


def _system(given: argparse.Namespace) -> tuple[System, BeadSpring]:
    random = np.random.default_rng(1)
    if not given.ions:
        return packed([Species("M")], [homopolymer("M", 20)] * (given.beads // 20), random), BeadSpring()
    pairs = given.beads // 22
    molecules = [homopolymer("M", 20)] * pairs + [single("Li")] * pairs + [single("X")] * pairs
    system = packed([Species("M"), Species("Li", 1.0, 0.5), Species("X", -1.0, 1.9)], molecules, random)
    return system, BeadSpring(bjerrum_length=16.0, wells={("Li", "M"): 4.0}, timestep=0.008)


def _bare(folder: Path, pushed: Path, system: System, model: BeadSpring, segment: Segment, segments: int) -> None:
    from sim.md.script import segment_script

    folder.mkdir(exist_ok=True)
    shutil.copy(pushed / "pushed.restart", folder)
    whole = Segment(segment.steps * segments, 0, segment.thermo_every)
    text = segment_script(system, model, Path("pushed.restart"), Path("end"), Path("dump"), whole, 1)
    (folder / "in").write_text(re.sub(r"write_restart.*\n", "", text))
    program = find_program()
    command = program.command(Path("in"), Path("log"), Parallel())
    subprocess.run(command, cwd=folder, env=dict(program.environment(Parallel())), check=True)


def _through(folder: Path, system: System, model: BeadSpring, segment: Segment, segments: int) -> None:
    simulation = Simulation(system, model, folder, 1)
    for number in range(1, segments + 1):
        simulation.segment(PRODUCE, number, segment)
    simulation.trajectory(PRODUCE, segments)
    simulation.thermo(PRODUCE, segments)


def _timed(action: Callable[[], None]) -> tuple[float, float]:
    """Wall and processor seconds of an action and of what it starts."""
    began, spent = time.perf_counter(), _processor_s()
    action()
    return time.perf_counter() - began, _processor_s() - spent


def _processor_s() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    run_benchmark(main)
