"""Molecular dynamics as a recipe of campaigns: one answer to one question, in the ledger's properties."""

import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from chemistry import catalogue
from chemistry.formulation import Formulation
from flows.computing.spec import Computing
from flows.theory import chain_transport
from flows.theory.asking import Theory
from flows.theory.chain_transport import MODEL_SD
from flows.theory.folders import folder_of
from flows.theory.workers import Workers
from ledger.film import Source
from ledger.store import Ledger

FILM = Formulation(polymer=catalogue.polymer("PEO"), salt=catalogue.salt("LiTFSI"), salt_molality_mol_kg=1.0)


@pytest.fixture
def theory(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        yield Theory(ledger, Workers(Computing()))


def test_a_run_for_each_temperature_and_none_twice(theory: Theory, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def made_up(content: str, temperature_C: float, question: str, cores: int) -> str:
        assert Formulation.model_validate_json(content) == FILM
        asked.append(temperature_C)
        numbers = {
            "log10_conductivity": {"value": -4.0 + temperature_C / 100, "sd": 0.1, "unit": "log10(S/cm)"},
            "transference_number": {"value": 0.6, "sd": 0.05, "unit": "1"},
            "ionicity": {"value": 0.4, "sd": 0.1, "unit": "1"},
        }
        return json.dumps({"numbers": numbers, "equilibrated": True, "diffusive": True, "whole": True, "notes": []})

    monkeypatch.setattr(chain_transport, "transport_as_json", made_up)
    first = chain_transport.chain_transport(FILM, [60.0, 80.0], [1, 1], theory)
    assert chain_transport.chain_transport(FILM, [80.0, 60.0], [2, 9], theory).core_hours == 0
    assert asked == [60.0, 80.0]
    assert [(r.property, r.temperature_C) for r in first.readings] == [
        (name, T) for T in (60.0, 80.0) for name in ("log10_conductivity", "transference_number")
    ]
    assert all(reading.source is Source.MD for reading in first.readings)
    assert first.readings[0].value == pytest.approx(-3.4)
    assert first.readings[0].sd == pytest.approx((0.1**2 + MODEL_SD**2) ** 0.5)
    assert first.readings[1].sd == 0.05


def test_a_run_on_other_cores_has_another_folder_and_the_same_chance(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run that was cut off on one core cannot go on with two, so it must not be in the way either."""
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    with folder_of("the same", 1) as (one, seed), folder_of("the same", 2) as (two, other_seed):
        assert one != two
        assert seed == other_seed


def test_two_that_ask_at_once_take_turns_in_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    inside, seen = [], []

    def simulated(*_: object) -> SimpleNamespace:
        inside.append(1)
        seen.append(len(inside))
        time.sleep(0.2)
        inside.pop()
        return SimpleNamespace(numbers={}, equilibrated=True, diffusive=True, whole=True, notes=())

    monkeypatch.setattr("sim.md.recipe.simulate", simulated)
    asked = (FILM.model_dump_json(), 80.0, "the same", 1)
    both = [threading.Thread(target=chain_transport.transport_as_json, args=asked) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert seen == [1, 1]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_small_box_is_simulated_and_leaves_no_folder(
    theory: Theory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IONLOOP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(chain_transport, "BEADS", 600)
    monkeypatch.setattr(chain_transport, "CORE_HOURS", 0.01)
    found = chain_transport.chain_transport(FILM, [80.0], [1], theory)
    (run,) = found.told["runs"].values()
    assert run["whole"]
    assert {reading.property for reading in found.readings} <= {
        "log10_conductivity",
        "log10_lithium_diffusivity",
        "log10_anion_diffusivity",
        "transference_number",
    }
    assert found.core_hours > 0
    assert not [left for left in (tmp_path / "home" / "simulations").iterdir() if left.is_dir()]
