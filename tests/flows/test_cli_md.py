"""`ionloop md`: a formulation is simulated, foreign trajectories are analysed, and slips are told in one paragraph."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from flows.dynamics.analysis import ion_of
from sim.md.program import find_program
from tests.flows.command import Command
from tests.sim.md.walks import random_walks

D_Li, D_X = 0.01, 0.03  # Å²/fs
FILE = """
polymer: PEO
salt: LiTFSI
loading: {value: 0.1, unit: Li/O}
temperatures: [80 °C]
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Ions that walk by themselves in a box of 20 Å: wrapped positions without image counts, columns as they come."""
    walk = random_walks({"2": 20, "3": 20}, {"2": D_Li, "3": D_X}, 400, seed=1, edge=20.0)
    lines = []
    for frame, places in enumerate(walk.positions % 20.0):
        lines += ["ITEM: TIMESTEP", str(1000 * frame), "ITEM: NUMBER OF ATOMS", "40"]
        lines += ["ITEM: BOX BOUNDS pp pp pp", *["0 20"] * 3, "ITEM: ATOMS type x id y z"]
        rows = zip(walk.names, places, strict=True)
        lines += [f"{kind} {x:.5f} {i} {y:.5f} {z:.5f}" for i, (kind, (x, y, z)) in enumerate(rows, 1)]
    file = tmp_path / "ions.lammpstrj.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))
    return file


def analyse(dump: Path) -> list[str]:
    return ["md", "analyse", str(dump), "--ion", "2=+1:Li", "--ion", "3=-1:TFSI", "--timestep", "0.001"]


def test_a_foreign_trajectory_has_its_transport(ionloop: Command, dump: Path) -> None:
    said = ionloop(*analyse(dump), "--temperature", "400", "--least-distance", "1", "--json")
    assert said.status == 0, said.err
    told = json.loads(said.out)
    found = told["diffusivity_cm2_s"]
    assert found["Li"]["value"] == pytest.approx(D_Li * 0.1, rel=0.2)  # Å²/fs are 0.1 cm²/s
    assert found["TFSI"]["value"] == pytest.approx(D_X * 0.1, rel=0.2)
    assert found["Li"]["exponent"] == pytest.approx(1, abs=0.15)
    sigma = 1.602176634e-19**2 * 20 / 8e-21 * (D_Li + D_X) * 0.1 / (1.380649e-23 * 400)
    assert told["conductivity_nernst_einstein_S_cm"]["value"] == pytest.approx(sigma, rel=0.15)
    ionicity = told["ionicity"]
    assert abs(ionicity["value"] - 1) < 3 * ionicity["error"]
    assert told["transference_number"]["value"] == pytest.approx(0.25, abs=0.05)
    assert not told["drift_removed"]
    assert told["frames"] == 400
    assert "shortest way" in told["notes"][0]


def test_a_picture_is_drawn_and_figures_are_shown(ionloop: Command, dump: Path, tmp_path: Path) -> None:
    picture = tmp_path / "out.png"
    said = ionloop(*analyse(dump), "--temperature", "400", "--plot", str(picture))
    assert said.status == 0, said.err
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert "diffusivity cm2 s Li" in said.out
    assert "ionicity" in said.out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "without a temperature"),
        (["--temperature", "400", "--units", "si"], "no style that is read"),
        (["--temperature", "400", "--ion", "x"], "names no ion"),
        (["--temperature", "400", "--ion", "7=+1"], "no ion 7 is in the trajectory"),
        (["--temperature", "400", "--plot", "a.doc"], "no picture can be .doc"),
        (["--temperature", "400", "--timestep", "0"], "--timestep 0"),
        (["--temperature", "400", "--timestep", "inf"], "--timestep inf"),
        (["--temperature", "inf"], "--temperature inf"),
        (["--temperature", "-4"], "--temperature -4"),
        (["--temperature", "400", "--least-distance", "nan"], "--least-distance nan"),
        (["--temperature", "400", "--least-distance", "-3"], "--least-distance -3"),
        (["--temperature", "400", "--ion", "2=-1:X"], "two --ion have the type '2'"),
        (["--temperature", "400", "--ion", "1=-1:Li"], "two --ion have the name 'Li'"),
    ],
)
def test_slips_are_told(ionloop: Command, dump: Path, options: list[str], reason: str) -> None:
    said = ionloop(*analyse(dump), *options)
    assert said.status == 2
    assert reason in said.err
    assert said.err.count("\n") == 1


def test_a_picture_in_the_place_of_a_folder_is_refused(ionloop: Command, dump: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    said = ionloop(*analyse(dump), "--temperature", "400", "--plot", str(tmp_path / "a.png"))
    assert said.status == 2
    assert "which is a folder" in said.err


def test_ions_that_have_not_gone_far_are_told_so(ionloop: Command, dump: Path) -> None:
    said = ionloop(*analyse(dump), "--temperature", "400", "--least-distance", "1000")
    assert said.status == 0
    assert "where motion counts from 1000 on" in said.out


def test_ions_are_named_by_type() -> None:
    assert ion_of("Li=1").name == "Li"
    for wrong in ("=1", "2", "2=", "2=0", "2=x:Li"):
        with pytest.raises(BadInput, match="names no ion"):
            ion_of(wrong)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("PEO", "PEOO"), "PEOO"),
        (("0.1, unit: Li/O", "0.00001, unit: Li/O"), "no ion is left"),
        (("80 °C", "-70 °C"), "a glass"),
        (("salt: LiTFSI", "salt: LiTFSI\nsaltt: 1"), "saltt"),
        (("80 °C", "80 parsec"), "parsec"),
    ],
)
def test_formulations_that_cannot_be_simulated(
    ionloop: Command, tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FILE.replace(*change))
    said = ionloop("md", str(file), "--beads", "200")
    assert said.status == 2
    assert reason in said.err


@pytest.mark.parametrize("option", ["--ranks", "--threads"])
def test_more_processes_than_cores_are_refused(ionloop: Command, tmp_path: Path, option: str) -> None:
    file, cores = tmp_path / "a.yaml", len(os.sched_getaffinity(0))
    file.write_text(FILE)
    said = ionloop("md", str(file), option, str(cores + 1), "--folder", str(tmp_path / "run"))
    assert said.status == 2
    assert f"at most {cores} in all" in said.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("temperature", ["nan", "inf"])
def test_a_temperature_that_is_no_number_is_refused(ionloop: Command, tmp_path: Path, temperature: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FILE)
    said = ionloop("md", str(file), "--beads", "200", "--temperature", temperature)
    assert said.status == 2
    assert f"a temperature of {temperature} °C" in said.err


@pytest.mark.parametrize("temperature", ["900", "nan"])
def test_atoms_hold_their_limits_of_temperature_in_the_option_too(
    ionloop: Command, tmp_path: Path, temperature: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FILE + "atoms: {count: 1000}\n")
    said = ionloop("md", str(file), "--temperature", temperature)
    assert said.status == 2
    assert f"--temperature: atoms at {temperature} °C" in said.err


@pytest.mark.parametrize("in_the_way", ["run", "run/80C/run.json"])
def test_a_folder_that_cannot_hold_the_run_is_refused(ionloop: Command, tmp_path: Path, in_the_way: str) -> None:
    file, other = tmp_path / "a.yaml", tmp_path / in_the_way
    file.write_text(FILE)
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text("{")
    said = ionloop("md", str(file), "--beads", "200", "--folder", str(tmp_path / "run"))
    assert said.status == 2
    assert str(tmp_path / "run" / "80C") in said.err
    assert other.read_text() == "{"


def test_a_formulation_is_simulated(ionloop: Command, tmp_path: Path) -> None:
    try:
        find_program()
    except BadInput as missing:
        pytest.skip(str(missing))
    file, picture = tmp_path / "a.yaml", tmp_path / "out.svg"
    file.write_text(FILE)
    options = [
        "--beads",
        "300",
        "--segments",
        "1",
        "--equilibration",
        "1",
        "--segment-steps",
        "200",
        "--json",
        "--folder",
        str(tmp_path / "run"),
    ]
    said = ionloop("md", str(file), *options, "--plot", str(picture))
    assert said.status == 0, said.err
    told = json.loads(said.out)
    (one,) = told["temperatures"]
    assert told["formulation"] == "PEO + LiTFSI r=0.100"
    assert np.isfinite(one["log10_conductivity"]["value"])
    assert one["log10_conductivity"]["unit"] == "log10(S/cm)"
    assert one["complete"] is False
    assert any("not in equilibrium" in note for note in one["notes"])
    assert one["core_hours"] > 0
    assert picture.exists()
