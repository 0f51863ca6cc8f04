"""The window of a film is that of its weakest molecule, and no molecule is calculated twice."""

import json
from pathlib import Path

import pytest

from chemistry import catalogue
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.polymer import Polymer
from flows.computing.spec import Computing
from flows.theory import film_window
from flows.theory.asking import Theory
from flows.theory.film_window import CORE_HOURS, SD_V, window_as_json
from flows.theory.workers import Workers
from ledger.film import Source
from ledger.store import Ledger
from sim.dft.solvent import Medium
from sim.dft.window import RedoxWindow, window_key

LIMITS = {"COCCOC": 4.9, "N#CCCC#N": 6.1}


@pytest.fixture
def theory(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        yield Theory(ledger, Workers(Computing(cores=2)))


def film(*additives: str, polymer: str = "PEO") -> Formulation:
    contents = [AdditiveContent(additive=catalogue.additive(name), weight_fraction=0.2) for name in additives]
    return Formulation(
        polymer=catalogue.polymer(polymer),
        salt=catalogue.salt("LiTFSI"),
        salt_molality_mol_kg=1.0,
        additives=tuple(contents),
    )


def made_up(smiles: str, permittivity: float) -> str:
    return json.dumps({"oxidation_V_vs_Li": LIMITS[smiles], "reduction_V_vs_Li": -0.5, "notes": []})


def test_the_weakest_molecule_tells_and_none_is_calculated_twice(
    theory: Theory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(smiles: str, permittivity: float) -> str:
        asked.append(smiles)
        return made_up(smiles, permittivity)

    monkeypatch.setattr(film_window, "window_as_json", counted)
    plain = film_window.film_window(film(), [25.0, 60.0], [1], theory)
    soft = film_window.film_window(film("succinonitrile"), [25.0], [1], theory)
    assert asked == ["COCCOC", "N#CCCC#N"]
    for found in (plain, soft):
        assert {reading.value for reading in found.readings} == {4.9}
        assert all((r.source, r.sd, r.property) == (Source.DFT, SD_V, "oxidation_limit") for r in found.readings)
    assert [reading.temperature_C for reading in plain.readings] == [25.0, 60.0]
    assert soft.told["molecules"]["N#CCCC#N"]["oxidation_V_vs_Li"] == 6.1
    again = film_window.film_window(film("succinonitrile"), [25.0], [1], theory)
    assert again.core_hours == 0
    assert plain.core_hours > 0


def test_a_charged_unit_is_refused_before_anything_is_calculated(theory: Theory) -> None:
    ionomer = film().model_copy(update={"polymer": Polymer.model_validate({"units": ("*CC(*)C(=O)[O-]",)})})
    with pytest.raises(BadInput):
        film_window.film_window(ionomer, [25.0], [1], theory)


@pytest.mark.slow
def test_a_result_has_the_key_under_which_it_is_asked_for() -> None:
    window = RedoxWindow.from_json(window_as_json("COC", 7.5))
    assert window.key == window_key("COC", medium=Medium(7.5))
    assert 0 < window.seconds / 3600 < CORE_HOURS
