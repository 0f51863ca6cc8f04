"""`ionloop dft` ends with its line, draws its picture, and refuses before it calculates."""

import json
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyscf", reason="needs pyscf")
pytest.importorskip("tblite", reason="needs tblite")

from flows.cli.main import main

FEW = ("--functional", "PBE", "--basis", "sto-3g", "--dispersion", "none")


def ionloop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["ionloop", "dft", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    output = capsys.readouterr()
    return int(end.value.code or 0), output.out, output.err


def test_json_ends_with_one_line_of_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, geometry = tmp_path / "orbitals.png", tmp_path / "water.xyz"
    words = ("O", *FEW, "--json", "--picture", picture, "--geometry", geometry)
    status, out, err = ionloop(monkeypatch, capsys, *words)
    (line,) = out.splitlines()
    told = json.loads(line)
    assert status == 0
    assert set(told) >= {
        "homo_eV",
        "lumo_eV",
        "vertical_ionisation_eV",
        "vertical_affinity_eV",
        "oxidation_V_vs_Li",
        "reduction_V_vs_Li",
        "method",
        "converged",
    }
    assert told["converged"] is True
    assert told["method"] == "PBE/sto-3g"
    assert told["homo_eV"] < told["lumo_eV"]
    assert told["reduction_V_vs_Li"] < told["oxidation_V_vs_Li"]
    assert "neutral molecule" in err
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert geometry.read_text().startswith("3\n")


def test_a_polymer_is_calculated_in_its_own_permittivity(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = ionloop(monkeypatch, capsys, "*CC*", "--units", 1, *FEW)
    assert status == 0
    assert "oxidation limit" in out
    assert "IEF-PCM(2.3) shift" in out  # polyethylene's, from the catalogue
    assert "Beware: The anion is not bound in the gas phase" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nonsense",), r"is not a SMILES"),
        (("[NH4+]",), r"has charge \+1"),
        (("[CH3]",), r"open valence"),
        (("O=O", *FEW), r"open shell given as a closed one"),
        (("CI", "--basis", "6-31g*"), r"no functions for I"),
        (("CO", "--functional", "B4LYP"), r"functional 'B4LYP' is not known"),
        (("CO", "--permittivity", "0.3"), r"relative permittivity of 0\.3"),
        (("*CCO*", "--units", "7"), r"7 repeat units"),
        (("CO", "--picture", "a.tiff"), r"no picture can be a\.tiff"),
    ],
)
def test_bad_input_is_one_paragraph_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    status, out, err = ionloop(monkeypatch, capsys, *words)
    assert status == 2
    assert "Traceback" not in out + err
    assert re.search(message, err)


@pytest.mark.parametrize(("module", "package"), [("pyscf.gto.basis", "pyscf"), ("tblite.ase", "tblite")])
def test_an_engine_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str, package: str
) -> None:
    from sim.dft import methods

    methods._covers.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    status, _, err = ionloop(monkeypatch, capsys, "O", *FEW)
    assert status == 2
    assert f"{package} is not installed" in err
    assert f"pip install {package}" in err
