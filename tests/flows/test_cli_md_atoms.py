"""`ionloop md` of a file with `atoms`: atom by atom, frames to learn from, and slips told in one paragraph."""

import json
from pathlib import Path

import ase
import ase.io
import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.units import li_per_site
from chemistry.value_file import read_yaml_value
from flows.dynamics.formulation_file import MdFile
from sim.md.all_atom import Conditions
from sim.md.atomic_box import electrolyte
from sim.md.atomic_recipe import refuse_unknown
from sim.md.program import find_program
from tests.flows.command import Command

FILE = """
polymer: PEO
salt: LiTFSI
loading: {value: 0.08, unit: Li/O}
temperatures: [80 °C]
atoms: {count: 420, oligomer_units: 3, cutoff_A: 6}
"""
SHORT = ("--segments", "1", "--equilibration", "1", "--segment-steps", "200")


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (("cutoff_A: 6", "cutoff_A: 9"), (), "too small for a cut-off of 9"),
        (("0.08", "0.001"), (), "no ion is left"),
        (("LiTFSI", "LiPF6"), (), "cannot be simulated atom by atom"),
        (("PEO", "PPO"), (), "cannot be simulated atom by atom"),
        (("oligomer_units: 3", "oligomer_units: 0"), (), "oligomer_units"),
        (("cutoff_A: 6", "charge_scale: 1.5"), (), "charge_scale"),
        (("cutoff_A: 6", "cutof: 6"), (), "cutof"),
        (("salt: LiTFSI", "salt: LiTFSI\nwell_kT: 4"), (), "would be of the coarse-grained model"),
        (("", ""), ("--beads", "500"), "--beads 500 of a box of atoms"),
        (("", ""), ("--frames", "out.csv"), "no frames can be .csv"),
        (("", ""), ("--frames", "/dev/null/out.extxyz"), "nothing can be written"),
        (("[80 °C]", "[-270 °C]"), (), "oligomers are simulated as liquids"),
        (("0.08", "5"), (), "at most 0.5 dissolves"),
        (
            ("atoms: {count: 420, oligomer_units: 3, cutoff_A: 6}", ""),
            ("--frames", "a.extxyz"),
            "--frames are of atoms",
        ),
        (("[80 °C]", "[80 °C, 90 °C]"), ("--frames", "a.extxyz"), "for 2 temperatures"),
    ],
)
def test_slips_are_told(
    ionloop: Command, tmp_path: Path, change: tuple[str, str], options: tuple[str, ...], reason: str
) -> None:
    try:
        find_program()
    except BadInput as missing:
        pytest.skip(str(missing))
    file = tmp_path / "a.yaml"
    file.write_text(FILE.replace(*change) if change[0] else FILE)
    said = ionloop("md", str(file), *SHORT, *options)
    assert said.status == 2
    assert reason in said.err
    assert said.err.count("\n") == 1


def test_the_example_can_be_built() -> None:
    given = read_yaml_value(MdFile, Path(__file__).parents[2] / "examples" / "peo_litfsi_atoms.yaml")
    assert given.atoms is not None
    refuse_unknown(given.formulation)
    conditions = Conditions(353.15)
    box = electrolyte(given.atoms.count, given.atoms.oligomer_units, li_per_site(given.formulation), conditions, seed=1)
    assert box.system.n == pytest.approx(given.atoms.count, rel=0.05)
    oxygens, lithium = (box.system.count(name) for name in ("O (ether)", "Li"))
    assert lithium / oxygens == pytest.approx(given.loading.value, rel=0.1)
    assert box.system.edge >= 2 * (box.model.reach(box.system) + box.model.scale.skin)


def test_atoms_are_simulated_and_frames_are_written(ionloop: Command, tmp_path: Path) -> None:
    try:
        find_program()
    except BadInput as missing:
        pytest.skip(str(missing))
    file, frames, picture = tmp_path / "a.yaml", tmp_path / "out.extxyz", tmp_path / "out.svg"
    file.write_text(FILE)
    files = ("--folder", str(tmp_path / "run"), "--frames", str(frames), "--plot", str(picture))
    said = ionloop("md", str(file), *SHORT, *files, "--json")
    assert said.status == 0, said.err
    (one,) = json.loads(said.out)["temperatures"]
    assert one["density"]["unit"] == "g/cm3"
    assert 0.5 < one["density"]["value"] < 1.5
    assert one["complete"] is False
    assert one["charge_scale"] == 0.79
    assert sum(one["molecules"].values()) > 12
    assert any("not in equilibrium" in note for note in one["notes"])
    assert any("not those of a film" in note for note in one["notes"])
    read = [image for image in ase.io.iread(frames) if isinstance(image, ase.Atoms)]
    assert len(read) == one["frames"] == 41
    assert len(read[0]) == one["atoms"]
    assert np.isfinite(read[-1].get_forces()).all()
    assert picture.exists()
    again = ionloop("md", str(file), *SHORT, *files)
    assert again.status == 0, again.err
    assert "density" in again.out
    assert f"Frames: {frames}" in again.out
