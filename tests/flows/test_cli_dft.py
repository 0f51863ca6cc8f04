"""`ionloop dft` ends with its line, draws its picture, and refuses before it calculates."""

import json
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyscf", reason="needs pyscf")
pytest.importorskip("tblite", reason="needs tblite")

from chemistry import catalogue
from chemistry.formulation import Formulation
from flows.cli.main import main
from flows.computing.spec import Computing
from flows.theory import film_window
from flows.theory.asking import Theory
from flows.theory.kept_windows import keep_window
from flows.theory.workers import Workers
from ledger.store import Ledger
from sim.dft.solvent import Medium
from sim.dft.window import PEO, RedoxWindow, window_key
from tests.flows.made_up_window import made_up

FEW = ("--functional", "PBE", "--basis", "sto-3g", "--dispersion", "none")


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))


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


def test_what_the_ledger_knows_is_not_calculated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = str(tmp_path / "ledger.sqlite")
    first, again, once_more = (
        json.loads(ionloop(monkeypatch, capsys, "O", *FEW, "--json", "--ledger", ledger, *more)[1])
        for more in ((), (), ("--again",))
    )
    assert [one.pop("known") for one in (first, again, once_more)] == [False, True, False]
    assert first == again  # the very result, seconds included
    assert once_more["key"] == first["key"]
    assert once_more["oxidation_V_vs_Li"] == pytest.approx(first["oxidation_V_vs_Li"], abs=1e-3)
    with Ledger.open(ledger, create=False) as kept:
        answer = kept.theory(first["key"])
    assert answer is not None
    assert RedoxWindow.from_json(answer.text).seconds == first["seconds"]  # the first answer stays
    elsewhere = json.loads(ionloop(monkeypatch, capsys, "O", *FEW, "--json")[1])
    assert elsewhere["known"] is False  # ionloop's home has a ledger of its own


def test_a_hand_calculation_and_a_campaign_find_each_others_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def window(smiles: str, permittivity: float) -> RedoxWindow:
        return made_up(window_key(smiles, medium=Medium(permittivity)), oxidation_V_vs_Li=5.1)

    ledger, film = tmp_path / "campaign.sqlite", peo_film()
    calculated: list[str] = []

    def as_json(smiles: str, permittivity: float) -> str:
        calculated.append(smiles)
        return window(smiles, permittivity).model_dump_json()

    monkeypatch.setattr(film_window, "window_as_json", as_json)
    with Ledger.open(ledger) as kept:
        film_window.film_window(film, [25.0], [1], Theory(kept, Workers(Computing())))
    by_hand = json.loads(ionloop(monkeypatch, capsys, "*OCC*", "--json", "--ledger", ledger)[1])
    assert (by_hand["known"], by_hand["oxidation_V_vs_Li"]) == (True, 5.1)

    other = tmp_path / "by hand.sqlite"
    with Ledger.open(other) as kept:
        keep_window(kept, lambda: window(by_hand["model"], PEO.permittivity))
        found = film_window.film_window(film, [25.0], [1], Theory(kept, Workers(Computing())))
    assert calculated == ["COCCOC"]
    assert (found.readings[0].value, found.core_hours) == (5.1, 0)


def peo_film() -> Formulation:
    return Formulation(polymer=catalogue.polymer("PEO"), salt=catalogue.salt("LiTFSI"), salt_molality_mol_kg=1.0)


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
        (("C" * 121,), r"121 heavy atoms, and a window of more than 120"),
        (("CO", "--geometry", "a.pdb"), r"no geometry can be a\.pdb"),
        (("CO", "--geometry", "nowhere/a.xyz"), r"there is no folder nowhere"),
        (("CO", "--ledger", " "), r"--ledger names nothing"),
        (("CO", "--ledger", "a", "--campaign", "b"), r"both --ledger and --campaign"),
    ],
)
def test_bad_input_is_one_paragraph_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    status, out, err = ionloop(monkeypatch, capsys, *words)
    assert status == 2
    assert "Traceback" not in out + err
    assert re.search(message, err)


@pytest.mark.parametrize(("option", "name"), [("--picture", "a.png"), ("--geometry", "a.xyz")])
def test_an_output_in_the_place_of_a_folder_is_refused_before_anything_is_calculated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, name: str
) -> None:
    (tmp_path / name).mkdir()
    status, out, err = ionloop(monkeypatch, capsys, "O", *FEW, option, tmp_path / name)
    assert status == 2
    assert f"{option}: nothing can be written" in err
    assert "geometry by" not in out + err


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
