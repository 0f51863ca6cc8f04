"""What a surrogate sees of how films were made."""

import numpy as np
import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from chemistry.process import Cast, Cure, Dissolve, Dry, Press, Process, Step
from ledger.film import Film, Reading, Source
from models.features import NAMES, feature_matrix
from models.gaussian_process import GaussianProcess, load
from models.multi_fidelity import MultiFidelity
from models.process_features import PROCESS_NAMES, process_matrix, told_apart, told_apart_here
from models.protocols import Condition
from models.success import learn_success

CONDUCTS = Condition("log10_conductivity", 30.0)


def process(dry_C: float = 60.0, *more: Step) -> Process:
    return Process(steps=(Dissolve(), Cast(), Dry(temperature_C=dry_C), *more, Press()))


def formulation(made: Process, loading: float = 1.5) -> Formulation:
    return Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=loading, process=made)


def film(given: Formulation, value: float, source: Source = Source.MEASURED) -> Film:
    reading = Reading(property="log10_conductivity", value=value, sd=0.02, temperature_C=30.0, source=source)
    return Film(film_id=f"{given.key} {source}", formulation=given, readings=(reading,))


@pytest.fixture(scope="module")
def films() -> list[Film]:
    """Drier is worse by a decade from 60 to 100 °C, whatever the loading."""
    return [
        film(formulation(process(dry_C), x), -5.0 - (dry_C - 60) / 40 - (x - 1.5) ** 2)
        for dry_C in (60, 80, 100)
        for x in (0.8, 1.2, 1.6, 2.0, 2.4)
    ]


def test_the_usual_process_is_zero_and_so_is_one_that_nobody_stated() -> None:
    usual, unstated = (formulation(made) for made in (Process(), Process(steps=())))
    assert not process_matrix([usual, unstated], PROCESS_NAMES).any()


@pytest.mark.parametrize(
    ("other", "columns"),
    [
        (process(80.0), {"dry_temperature_C"}),
        (process(60.0, Cure()), {"cure_times"}),
        (process(60.0, Press()), {"press_times"}),
        (Process(steps=(Dissolve(solvent="THF"), Cast(), Dry(), Press())), {"solvent_boiling_point_C"}),
        (Process(steps=(Dissolve(), Cast(), Dry(), Press(pressure_MPa=8.0))), {"press_pressure_MPa"}),
    ],
)
def test_processes_are_told_apart_by_what_differs(other: Process, columns: set[str]) -> None:
    names = told_apart([formulation(Process()), formulation(other)])
    assert {name.removeprefix("process.") for name in names} == columns
    one, two = process_matrix([formulation(Process()), formulation(other)], names)
    assert np.isfinite(two).all()
    assert not np.array_equal(one, two)


def test_films_that_were_made_alike_have_no_column_of_it() -> None:
    """However all of them were made, and however others made theirs."""
    own = [film(formulation(process(80.0), x), -5.0) for x in (1.0, 2.0)]
    published = [film(formulation(Process(steps=())), -5.0, Source.LITERATURE)]
    assert told_apart_here([*own, *published]) == ()
    assert told_apart_here([*own, film(formulation(process(60.0)), -5.0)]) == ("process.dry_temperature_C",)
    fitted = GaussianProcess().fit([*own, *published])
    assert fitted.features([formulation(process(60.0))]).shape == (1, len(NAMES))


@pytest.mark.parametrize("surrogate", [GaussianProcess(), MultiFidelity()], ids=lambda one: one.name)
def test_a_setting_that_matters_is_learnt(surrogate, films: list[Film]) -> None:
    fitted = surrogate.fit(films)
    asked = [formulation(process(dry_C), 1.5) for dry_C in (60, 80, 100)]
    told = fitted.posterior(asked, [CONDUCTS])
    assert told.mean[:, 0] == pytest.approx([-5.0, -5.5, -6.0], abs=0.15)
    assert fitted.features(asked).shape == (3, len(NAMES) + 1)
    assert np.array_equal(fitted.features(asked)[:, :-1], feature_matrix(asked))


def test_a_surrogate_is_saved_with_its_columns(films: list[Film], tmp_path) -> None:
    fitted = GaussianProcess().fit(films)
    fitted.save(tmp_path)
    again, asked = load(tmp_path), [formulation(process(70.0), 1.1)]
    assert again.process == fitted.process == ("process.dry_temperature_C",)
    assert again.posterior(asked, [CONDUCTS]).mean == fitted.posterior(asked, [CONDUCTS]).mean
    assert fitted.foretold([film(asked[0], -5.0)])[0].mean == pytest.approx(
        float(fitted.posterior(asked, [CONDUCTS]).mean[0, 0])
    )


def test_films_that_crack_at_one_setting_are_told_of_it() -> None:
    good = [formulation(process(60.0), x) for x in (0.8, 1.2, 1.6, 2.0)]
    bad = [formulation(process(100.0), x) for x in (0.8, 1.2, 1.6, 2.0)]
    cool, hot = learn_success(good, bad)([formulation(process(60.0), 1.4), formulation(process(100.0), 1.4)])
    assert cool > 0.7 > 0.4 > hot
