"""Boxes of atoms: they hold together, keep temperature and stillness, resume, and frames bear their own labels."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import ase
import ase.io
import ase.units
import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from sim.md.all_atom import Conditions
from sim.md.atomic_box import AtomicBox, electrolyte
from sim.md.atomic_recipe import AtomicSettings, refuse_unknown, simulate_atoms
from sim.md.evaluation import evaluated
from sim.md.labelled_frames import KCAL_MOL_eV, labelled_frames, write_extxyz
from sim.md.lithium_shell import lithium_shell
from sim.md.program import Program
from sim.md.script import Segment
from sim.md.simulation import Simulation
from sim.md.stages import EQUILIBRATE, PRODUCE, Plan, equilibrate, produce
from sim.md.trajectory import Trajectory
from tests.sim.md.test_simulation import SHORT as COARSE
from tests.sim.md.test_simulation import system_of

PUSH = 400
SHORT = Segment(steps=100, frame_every=50, thermo_every=10, forces=True)
T = 353.15


def small(pressure_atm: float | None = 1.0) -> AtomicBox:
    """A dozen oligomers, with a short cut-off so that so small a box will do."""
    return electrolyte(420, 3, 0.08, Conditions(T, pressure_atm, cutoff_A=6.0), 1)


@pytest.fixture(scope="module")
def box() -> AtomicBox:
    return small()


@pytest.fixture(scope="module")
def run(box: AtomicBox, program: Program, tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    """Two segments of production after one of equilibration."""
    folder = tmp_path_factory.mktemp("atoms")
    simulation = Simulation(box.system, box.model, folder, seed=1, push_steps=PUSH, program=program)
    produce(simulation, Plan(SHORT, most_equilibration=1, most_production=2), lambda _: False)
    return simulation


def test_a_box_holds_what_was_asked_for(box: AtomicBox) -> None:
    counts = dict(box.contents)
    oligomers = counts.pop("COCCOCCOCCOC")
    assert set(counts.values()) == {round(oligomers * 4 * 0.08)}
    assert box.system.n == len(box.elements) == 30 * oligomers + 16 * counts["[Li+]"]
    assert box.system.charges.sum() == pytest.approx(0, abs=1e-9)
    assert len(box.system.chains) == oligomers
    assert all(box.elements[chain].tolist() == list("COCCOCCOCCOC") for chain in box.system.chains)
    again = small()
    assert (again.system.positions == box.system.positions).all()


def test_atoms_hold_together_warm_and_still(run: Simulation, box: AtomicBox) -> None:
    seen, thermo = run.trajectory(PRODUCE, 2), run.thermo(PRODUCE, 2)
    assert seen.times[-1] - seen.times[0] == 200
    assert thermo["Temp"].mean() == pytest.approx(T, rel=0.1)
    assert thermo["c_bond"].mean() == pytest.approx(1.26, abs=0.03)  # of C-H 1.09, C-O 1.41 and C-C 1.53 Å
    assert 0.5 < thermo["Density"].mean() < 1.4
    masses = np.array([one.mass for one in box.system.species])[box.system.types]
    centre = np.einsum("fnk,n->fk", seen.in_mean_box().positions, masses) / masses.sum()
    assert np.abs(centre - centre[0]).max() < 1e-3
    lengths = np.linalg.norm(
        seen.positions[:, box.system.bonds[:, 0]] - seen.positions[:, box.system.bonds[:, 1]], axis=-1
    )
    assert lengths.max() < 2.1
    assert lengths.min() > 0.9


def test_frames_bear_their_own_energy_and_forces(run: Simulation, box: AtomicBox, program: Program) -> None:
    frames = labelled_frames(run, box.elements, PRODUCE, 2)
    assert frames.frames == 5
    assert len(set(frames.edges[:, 0])) == 5  # the barostat moves the box
    for frame in (0, 3):
        there = replace(box.system, edge=float(frames.edges[frame, 0]), positions=frames.positions[frame])
        # The mesh is laid anew for each box, so the two sums differ within the error that the model allows itself.
        found = evaluated(there, box.model, program=program)
        assert frames.forces[frame] == pytest.approx(found.forces * KCAL_MOL_eV, abs=0.02)
        assert frames.energies[frame] == pytest.approx(found.energy * KCAL_MOL_eV, abs=0.05)


def test_labelled_frames_go_through_ase(run: Simulation, box: AtomicBox, tmp_path: Path) -> None:
    assert pytest.approx(ase.units.kcal / ase.units.mol, rel=1e-6) == KCAL_MOL_eV
    frames = labelled_frames(run, box.elements, PRODUCE, 2)
    file = tmp_path / "frames.extxyz"
    write_extxyz(frames, file)
    read = [image for image in ase.io.iread(file) if isinstance(image, ase.Atoms)]
    assert len(read) == frames.frames
    for k, atoms in enumerate(read):
        assert atoms.get_chemical_symbols() == box.elements.tolist()
        assert atoms.positions == pytest.approx(frames.positions[k], abs=1e-7)
        assert atoms.get_forces() == pytest.approx(frames.forces[k], abs=1e-7)
        assert atoms.get_potential_energy() == pytest.approx(frames.energies[k], abs=1e-6)
        assert atoms.cell.lengths() == pytest.approx(frames.edges[k])
        assert atoms.pbc.all()
        assert atoms.info["time_ps"] == pytest.approx(frames.times[k])
        assert atoms.arrays["molecules"].tolist() == frames.molecules.tolist()
    assert [path.name for path in tmp_path.iterdir()] == ["frames.extxyz"]


def test_frames_without_forces_or_energies_are_refused(
    run: Simulation, box: AtomicBox, program: Program, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="hold no forces"):
        labelled_frames(run, box.elements, EQUILIBRATE, 1)
    coarse = Simulation(*system_of("melt"), tmp_path, seed=1, push_steps=50, program=program)
    with pytest.raises(BadInput, match="`units lj` have no eV"):
        labelled_frames(coarse, box.elements, PRODUCE, 1)


def test_forces_of_a_bath_are_left_out(program: Program, tmp_path: Path) -> None:
    """Langevin's kicks on a bead are many times kT a bond length: written with them, forces would not fit."""
    system, model = system_of("melt")
    simulation = Simulation(system, model, tmp_path, seed=1, push_steps=150, program=program)
    simulation.prepare()
    simulation.segment(PRODUCE, 1, replace(COARSE, forces=True))
    last = simulation.trajectory(PRODUCE, 1)
    assert last.forces is not None
    there = evaluated(system, model, last.positions[-1], program=program)
    assert last.forces[-1] == pytest.approx(there.forces, abs=1e-3)


def test_a_box_without_barostat_keeps_its_edge(program: Program, tmp_path: Path) -> None:
    fixed = small(pressure_atm=None)
    simulation = Simulation(fixed.system, fixed.model, tmp_path, seed=1, push_steps=PUSH, program=program)
    simulation.prepare()
    simulation.segment(PRODUCE, 1, SHORT)
    assert np.ptp(simulation.trajectory(PRODUCE, 1).edges) == 0


def test_equilibrium_is_judged_by_density_and_energy(box: AtomicBox, program: Program, tmp_path: Path) -> None:
    """A box that was just packed draws together: nobody may call that equilibrium."""
    simulation = Simulation(box.system, box.model, tmp_path, seed=2, push_steps=PUSH, program=program)
    found, segments = equilibrate(simulation, Plan(replace(SHORT, thermo_every=2), most_equilibration=2))
    assert segments == 2
    assert not found.reached
    assert any("density" in reason or "potential energy" in reason for reason in found.reasons)
    assert found.memory is not None
    assert found.memory > 0.3


KILLED = """
import sys
from pathlib import Path
from tests.sim.md.test_all_atom import PRODUCE, PUSH, Plan, SHORT, Simulation, produce, small
box = small()
produce(
    Simulation(box.system, box.model, Path(sys.argv[1]), seed=1, push_steps=PUSH),
    Plan(SHORT, most_equilibration=1, most_production=2),
    lambda seen: False,
)
"""


def test_a_killed_run_resumes_to_the_same_end(run: Simulation, box: AtomicBox, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 60
    while not (tmp_path / "equilibrate-0001.restart").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not (tmp_path / "produce-0002.restart").exists()
    subprocess.run(command, env=environment, check=True)
    resumed = Simulation(box.system, box.model, tmp_path, seed=1, push_steps=PUSH)
    one, other = (labelled_frames(found, box.elements, PRODUCE, 2) for found in (run, resumed))
    for name in ("positions", "forces", "energies", "edges"):
        assert (getattr(one, name) == getattr(other, name)).all()


@pytest.mark.slow
def test_lithium_is_held_by_five_oxygens_at_two_angstroms(box: AtomicBox, program: Program, tmp_path: Path) -> None:
    """As neutrons see it in PEO/LiTFSI (Mao et al., Phys. Rev. Lett. 2000, 84, 5536); 8 ps from anywhere are enough."""
    simulation = Simulation(box.system, box.model, tmp_path, seed=1, push_steps=PUSH, program=program)
    segment = Segment(steps=4000, frame_every=50, thermo_every=10, forces=True)
    produce(simulation, Plan(segment, most_equilibration=1, most_production=2), lambda _: False)
    found = lithium_shell(simulation.trajectory(PRODUCE, 2))
    assert found.distance.value == pytest.approx(2.05, abs=0.15)
    assert found.ether_oxygens.value + found.anion_oxygens.value == pytest.approx(5, abs=1)
    assert found.ether_oxygens.value > found.anion_oxygens.value


def test_a_box_too_small_for_the_cutoff_is_refused(program: Program, tmp_path: Path) -> None:
    tiny = electrolyte(300, 4, 0.0, Conditions(T), 1)
    with pytest.raises(BadInput, match="too small for a cut-off of 9"):
        Simulation(tiny.system, tiny.model, tmp_path, seed=1, program=program)


def test_no_lithium_left_is_refused() -> None:
    with pytest.raises(BadInput, match="no ion is left"):
        electrolyte(400, 4, 0.001, Conditions(T), 1)
    with pytest.raises(BadInput, match="above zero"):
        Conditions(-3.0)


def peo(**changed: object) -> Formulation:
    from chemistry import catalogue

    told = {"polymer": catalogue.polymer("PEO"), "salt": catalogue.salt("LiTFSI"), "salt_molality_mol_kg": 2.0}
    return Formulation(**{**told, **changed})  # pyright: ignore[reportArgumentType]


def test_what_the_force_field_does_not_know_is_refused() -> None:
    from chemistry import catalogue

    refuse_unknown(peo())
    for other in (
        peo(salt=catalogue.salt("LiPF6")),
        peo(polymer=catalogue.polymer("PPO")),
        peo(salt=None, salt_molality_mol_kg=0.0),
    ):
        with pytest.raises(BadInput, match="cannot be simulated atom by atom"):
            refuse_unknown(other)


def test_a_formulation_becomes_numbers(program: Program, tmp_path: Path) -> None:
    settings = AtomicSettings(
        atoms=420,
        units=3,
        cutoff_A=6.0,
        push_steps=PUSH,
        plan=Plan(Segment(150, 10, 5, forces=True), most_equilibration=1, least_production=1, most_production=1),
    )
    found = simulate_atoms(peo(salt_molality_mol_kg=1.8), 80.0, tmp_path, 1, settings)
    assert found.numbers["density"].unit == "g/cm3"
    assert not found.complete
    assert any("not in equilibrium" in note for note in found.notes)
    assert any("Li does not diffuse yet" in note for note in found.notes)
    assert not any("conductivity" in name or "diffusivity" in name for name in found.numbers)
    assert found.frames().frames == 16


def test_the_shell_of_lithium_is_counted() -> None:
    """Five ether oxygens at 2.1 Å and one of an anion about each lithium of a wide lattice, others far."""
    random = np.random.default_rng(3)
    lithium = np.array([[x, y, z] for x in (5, 15) for y in (5, 15) for z in (5, 15)], float)
    near = random.normal(size=(8, 6, 3))
    near *= 2.1 / np.linalg.norm(near, axis=-1, keepdims=True)
    oxygens = (lithium[:, None] + near).reshape(-1, 3)
    names = np.array(["Li"] * 8 + [*["O (ether)"] * 5, "O (TFSI)"] * 8)
    positions = np.repeat(np.concatenate([lithium, oxygens])[None], 4, axis=0)
    found = lithium_shell(Trajectory(np.arange(4.0), positions, np.full((4, 3), 20.0), names))
    assert found.distance.value == pytest.approx(2.1, abs=0.02)
    assert found.ether_oxygens.value == pytest.approx(5)
    assert found.ether_oxygens.error == 0
    assert found.anion_oxygens.value == pytest.approx(1)
    with pytest.raises(BadInput, match="no O"):
        lithium_shell(Trajectory(np.arange(4.0), positions[:, :8], np.full((4, 3), 20.0), names[:8]))
