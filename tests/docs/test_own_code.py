"""The planner and the surrogate of the pages on writing one: taken from the pages, and held to what the pages say."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chemistry.catalogue import additive, polymer, salt
from chemistry.formulation import AdditiveContent, Formulation
from ledger.film import Film, Reading, Source
from models.protocols import Condition
from planners.points import reasons_not_to
from tests.docs.pages import ROOT

SIGMA = "log10_conductivity"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "how_to" / f"{page}.md").read_text(), re.DOTALL)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Writes a block of a page into a module, as the reader does, and imports it."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def write(name: str, page: str) -> ModuleType:
        (tmp_path / f"{name}.py").write_text(blocks(page)[0])
        made.append(name)
        return importlib.import_module(name)

    yield write
    for name in made:
        sys.modules.pop(name)


def test_the_planner_of_the_page_climbs_and_suggests_what_may_be_made(written: Any) -> None:
    written("climber", "write_a_planner")
    told: dict[str, Any] = {}
    exec(compile(blocks("write_a_planner")[1], "write_a_planner.md", "exec"), told)
    knowledge, found = told["knowledge"], told["found"]
    made = [film.formulation for film in knowledge.films]
    assert len({formulation.key for formulation in made}) == len(made) == 30
    assert not any(reasons_not_to(knowledge.space, formulation) for formulation in made)
    assert max(found) > max(found[:5])
    assert max(found) > -5.1
    (suggestion,) = told["planner"].suggest(1, knowledge)
    assert suggestion.reason.summary.startswith("One step from film ")


def formulation(molality: float, plasticiser: float) -> Formulation:
    additives = (
        (AdditiveContent(additive=additive("succinonitrile"), weight_fraction=plasticiser),) if plasticiser else ()
    )
    return Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=molality, additives=additives)


def films(line: Any, n: int, film_sd: float = 0.0) -> list[Film]:
    """Films on a line of the page's own descriptors, read at three temperatures."""
    random = np.random.default_rng(3)
    truth = np.array([-5.0, 1.0, -0.5, 4.0, -2.5])
    made = []
    for number in range(n):
        own = formulation(*random.uniform((0.3, 0.0), (2.5, 0.3)))
        shift = random.normal(0, film_sd) if film_sd else 0.0
        readings = tuple(
            Reading(
                property=SIGMA,
                value=float(truth @ line.described(own, T)) + shift + random.normal(0, 0.02),
                sd=0.02,
                temperature_C=T,
            )
            for T in (30.0, 55.0, 80.0)
        )
        made.append(Film(film_id=f"film {number}", formulation=own, readings=readings))
    return made


@pytest.fixture
def line(written: Any) -> Any:
    return written("plain_line", "write_a_surrogate")


def test_the_surrogate_of_the_page_finds_a_line_within_its_error(line: Any) -> None:
    truth = np.array([-5.0, 1.0, -0.5, 4.0, -2.5])
    fitted = line.PlainLine().fit(films(line, 60, film_sd=line.FILM_SD))
    mean, covariance = fitted.coefficients[SIGMA]
    assert abs(mean - truth) / np.sqrt(np.diag(covariance)) == pytest.approx(0, abs=3.5)
    near, far = formulation(1.0, 0.1), formulation(9.0, 0.1)
    told = fitted.posterior([near, far], [Condition(SIGMA, 40.0), Condition(SIGMA, 60.0)])
    assert told.mean.shape == told.sd.shape == (2, 2)
    assert (told.sd[1] > 3 * told.sd[0]).all()
    with pytest.raises(KeyError):
        fitted.posterior([near], [Condition("glass_transition")])


def test_ten_readings_of_one_film_are_one_film_and_theory_is_no_film(line: Any) -> None:
    (one, *others) = films(line, 12)
    often = one.model_copy(update={"readings": one.readings * 10})
    asked = [one.formulation], [Condition(SIGMA, 55.0)]
    once = line.PlainLine().fit([one, *others]).posterior(*asked).sd
    ten = line.PlainLine().fit([often, *others]).posterior(*asked).sd
    assert 0.8 < ten / once <= 1
    off = tuple(reading.model_copy(update={"value": 0.0, "source": Source.MD}) for reading in one.readings)
    theory = one.model_copy(update={"film_id": "calculated", "readings": off})
    beside = line.PlainLine().fit([one, *others, theory]).posterior(*asked)
    assert beside.mean == pytest.approx(line.PlainLine().fit([one, *others]).posterior(*asked).mean)


def test_the_surrogate_of_the_page_comes_back_from_its_folder_the_same(line: Any, tmp_path: Path) -> None:
    fitted = line.PlainLine().fit(films(line, 8))
    fitted.save(tmp_path / "kept")
    asked = [formulation(1.2, 0.2)], [Condition(SIGMA, 45.0)]
    again = line.load(tmp_path / "kept").posterior(*asked)
    assert again.mean == fitted.posterior(*asked).mean
    assert again.sd == fitted.posterior(*asked).sd
