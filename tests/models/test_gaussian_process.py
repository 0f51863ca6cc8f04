import json

import numpy as np
import pytest
import torch

from chemistry.catalogue import additive, polymer, salt
from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, Formulation
from ledger.film import Film, Reading, Source
from models.drift import before_shift
from models.features import NAMES, feature_matrix, groups
from models.film_data import FilmData
from models.film_process import FilmProcess, reduced_temperature, temperature_C
from models.gaussian_process import GaussianProcess, UnusableWeights, load, training_hash
from models.protocols import Condition, JointModel

CONDUCTS = Condition("log10_conductivity", 30.0)


def formulation(host="PEO", anion="LiTFSI", loading=1.5, plasticiser=0.0):
    content = (AdditiveContent(additive=additive("tetraglyme"), weight_fraction=plasticiser),) if plasticiser else ()
    return Formulation(polymer=polymer(host), salt=salt(anion), salt_molality_mol_kg=loading, additives=content)


def truth(given, temperature):
    other = sum(content.weight_fraction for content in given.additives)
    slope = -2.0 * (1000 / (temperature + 273.15) - 3.3)
    return -5.0 - (given.salt_molality_mol_kg - 2) ** 2 / 2 + 4 * other + slope


def film(name, given, effect=0.0, sd=0.01, temperatures=(30, 50, 70), **more):
    readings = tuple(
        Reading(property="log10_conductivity", value=truth(given, T) + effect, sd=sd, temperature_C=float(T), **more)
        for T in temperatures
    )
    return Film(film_id=name, formulation=given, readings=readings)


@pytest.fixture(scope="module")
def films():
    random = np.random.default_rng(1)
    made = [formulation(loading=x, plasticiser=p) for x in (0.6, 1.2, 1.8, 2.4, 3.0) for p in (0.0, 0.1, 0.2)]
    return [film(f"film {i}", given, random.normal(0, 0.05)) for i, given in enumerate(made)]


@pytest.fixture(scope="module")
def fitted(films):
    return GaussianProcess().fit(films)


def test_features_have_one_row_each_and_finite_moderate_numbers():
    given = [formulation(host, anion) for host in ("PEO", "PEC", "PTHF") for anion in ("LiTFSI", "LiBF4", "LiBOB")]
    matrix = feature_matrix(given)
    assert matrix.shape == (9, len(NAMES))
    assert np.isfinite(matrix).all()
    assert np.abs(matrix).max() < 10
    assert len(np.unique(matrix, axis=0)) == 9
    assert sum(len(columns) for columns in groups().values()) == len(NAMES)
    assert feature_matrix([]).shape == (0, len(NAMES))


def test_additive_features_grow_with_the_dose_and_vanish_without_it():
    none, some, more = feature_matrix([formulation(), formulation(plasticiser=0.1), formulation(plasticiser=0.2)])
    columns = groups()["additive"]
    assert not none[list(columns)].any()
    assert more[list(columns)] == pytest.approx(2 * some[list(columns)])


def test_an_unknown_fact_is_said_to_be_unknown():
    from chemistry.polymer import Polymer

    strange = Polymer(units=({"smiles": "*CC(CCCCCOC)O*"},))  # type: ignore[arg-type]
    row = feature_matrix([Formulation(polymer=strange)])[0]
    assert row[NAMES.index("host.glass_transition_C_unknown")] == 1
    assert row[NAMES.index("anion.absent")] == 1


def test_it_learns_a_smooth_truth(fitted):
    new = [formulation(loading=x, plasticiser=p) for x in (0.9, 1.5, 2.1) for p in (0.05, 0.15)]
    posterior = fitted.posterior(new, [CONDUCTS, Condition("log10_conductivity", 60.0)])
    expected = np.array([[truth(given, 30), truth(given, 60)] for given in new])
    assert posterior.mean == pytest.approx(expected, abs=0.15)
    assert isinstance(fitted, JointModel)


def test_uncertainty_grows_away_from_the_films(fitted):
    posterior = fitted.posterior([formulation(loading=1.8), formulation("PEC", "LiBF4", 9.0)], [CONDUCTS])
    assert posterior.sd[1, 0] > 3 * posterior.sd[0, 0]


def test_the_film_effect_is_shared_by_all_readings_of_a_film(fitted):
    """More temperatures of one film do not make its formulation known: the film effect stays."""
    given = formulation()
    one = [film("a", given, 0.2, temperatures=np.linspace(25, 80, 12))]
    many = [film(str(i), given, effect) for i, effect in enumerate(np.linspace(-0.2, 0.2, 12))]
    alone, averaged = (GaussianProcess().fit(known).posterior([given], [CONDUCTS]) for known in (one, many))
    assert alone.sd[0, 0] > 0.5 * alone.film_sd[0]
    assert averaged.sd[0, 0] < 0.6 * averaged.film_sd[0]
    assert averaged.mean[0, 0] == pytest.approx(truth(given, 30), abs=0.05)


def test_a_fit_knows_neither_the_order_nor_the_names_of_films(films, fitted):
    turned = [one.model_copy(update={"film_id": f"x{i}"}) for i, one in enumerate(reversed(films))]
    again = GaussianProcess().fit(turned)
    given = [formulation(loading=2.2), formulation("PPO", "LiTf", 1.0)]
    assert (again.posterior(given, [CONDUCTS]).mean == fitted.posterior(given, [CONDUCTS]).mean).all()
    assert again.trained_on == fitted.trained_on == training_hash(films)


def test_the_hash_changes_with_any_reading(films):
    changed = films[0].model_copy(update={"readings": films[0].readings[:-1]})
    assert training_hash([changed, *films[1:]]) != training_hash(films)


def test_what_is_saved_comes_back_to_the_last_bit(fitted, tmp_path):
    fitted.save(tmp_path / "version")
    again = load(tmp_path / "version")
    given = [formulation(loading=x) for x in (0.5, 1.7, 2.9)]
    one, other = fitted.posterior(given, [CONDUCTS]), again.posterior(given, [CONDUCTS])
    assert (one.mean == other.mean).all()
    assert (one.sd == other.sd).all()
    assert again.trained_on == fitted.trained_on
    configuration = tmp_path / "version" / "configuration.json"
    content = json.loads(configuration.read_text(encoding="utf-8"))
    configuration.write_text(json.dumps({**content, "features": ["other"]}), encoding="utf-8")
    with pytest.raises(UnusableWeights, match="another version"):
        load(tmp_path / "version")


def test_trust_widens_the_noise():
    given = formulation()
    sure = [film("a", given, sd=0.2), film("b", formulation(loading=2.5))]
    doubted = [film("a", given, sd=0.2, source=Source.LITERATURE, trust=0.1), film("b", formulation(loading=2.5))]
    fits = [GaussianProcess().fit(known) for known in (sure, doubted)]
    assert float(fits[1].learnt["log10_conductivity"].data.variance.max()) > 5 * float(
        fits[0].learnt["log10_conductivity"].data.variance.max()
    )


def test_too_many_literature_readings_are_thinned_and_own_films_kept(films):
    foreign = [
        film(f"paper {i}", formulation(loading=0.5 + 0.01 * i), source=Source.LITERATURE, trust=0.5) for i in range(60)
    ]
    fit = GaussianProcess(most_readings=100).fit([*foreign, *films])
    data = fit.learnt["log10_conductivity"].data
    assert len(data.value) <= 100
    assert len(data.features) > len(films)


def test_theory_is_left_aside_where_there_are_experiments_and_learnt_where_there_are_none(films, fitted):
    asked = [formulation(loading=1.0), formulation("PEC")]
    for source in (Source.MD, Source.DFT):
        theory = [film(f"run {x}", formulation(loading=x), effect=3.0, source=source) for x in (0.5, 1.0, 1.5)]
        beside = GaussianProcess().fit([*theory, *films]).posterior(asked, [CONDUCTS])
        alone = fitted.posterior(asked, [CONDUCTS])
        assert np.array_equal(beside.mean, alone.mean)
        assert np.array_equal(beside.sd, alone.sd)
        told = GaussianProcess().fit(theory).posterior([formulation(loading=1.0)], [CONDUCTS])
        assert told.mean[0, 0] == pytest.approx(truth(formulation(loading=1.0), 30) + 3.0, abs=0.3)


def test_a_property_never_seen_is_a_key_error_and_nothing_to_learn_bad_input(fitted):
    with pytest.raises(KeyError):
        fitted.posterior([formulation()], [Condition("transference_number")])
    with pytest.raises(BadInput, match="no film"):
        GaussianProcess().fit([])


def test_leaving_a_film_out_agrees_with_doing_so(fitted, films):
    """The closed form against the process conditioned on the others, with the same hyperparameters."""
    learnt = fitted.learnt["log10_conductivity"]
    mean, sd = learnt.leave_one_film_out()
    process, data = learnt.process, learnt.data
    left = data.film == 4
    others = FilmData(data.features, data.film[~left], data.tau[~left], data.value[~left], data.variance[~left])
    with torch.no_grad():
        whole = process.covariance(data, process.distances(data.features, data.features))
        inverse = torch.linalg.inv(whole[~left][:, ~left])
        cross = whole[left][:, ~left]
        residual = others.value - process.mean_at(others.tau)
        expected = process.mean_at(data.tau[left]) + cross @ inverse @ residual
        variance = (whole[left][:, left] - cross @ inverse @ cross.T).diagonal()
    assert mean[left].numpy() == pytest.approx((learnt.centre + learnt.scale * expected).numpy(), abs=1e-6)
    assert sd[left].numpy() == pytest.approx((learnt.scale * variance.sqrt()).numpy(), rel=1e-4)
    scores = fitted.diagnostics()["log10_conductivity"]
    assert scores["films"] == len(films)
    assert scores["coverage_90"] > 0.7


def test_botorch_sees_the_same_posterior(fitted):
    given = [formulation(loading=x, plasticiser=0.1) for x in (0.7, 1.6, 2.8)]
    conditions = [CONDUCTS, Condition("log10_conductivity", 70.0)]
    model = fitted.botorch_model(conditions)
    joint = model.posterior(torch.from_numpy(fitted.features(given)))
    plain = fitted.posterior(given, conditions)
    assert joint.mean.numpy() == pytest.approx(plain.mean, abs=1e-9)
    assert joint.variance.sqrt().numpy() == pytest.approx(plain.sd, abs=1e-4)
    batch = model.posterior(torch.from_numpy(fitted.features(given)).unsqueeze(0).expand(5, 3, -1))
    assert batch.mean.shape == (5, 3, 2)


def test_the_gradient_of_the_fit_is_that_of_its_loss(films):
    rows = torch.from_numpy(feature_matrix([one.formulation for one in films]))
    tau = torch.tensor([reduced_temperature(30.0)] * len(films), dtype=torch.double)
    value = torch.tensor([one.readings[0].value + 5 for one in films], dtype=torch.double)
    data = FilmData(rows, torch.arange(len(films)), tau, value, torch.full_like(value, 0.01))
    process = FilmProcess(groups(), 0.1, 0.02)
    distances = process.distances(rows, rows)
    _, slope = process.loss(data, distances)
    (gradient,) = torch.autograd.grad(slope, [process.log["offset_sd"]])
    step = 1e-5
    values = []
    for sign in (1, -1):
        with torch.no_grad():
            process.log["offset_sd"] += sign * step
            values.append(process.loss(data, distances)[0])
            process.log["offset_sd"] -= sign * step
    assert float(gradient) == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-4)


def test_the_covariance_is_one_on_the_diagonal_and_positive(films):
    process = FilmProcess(groups(), 0.1, 0.02)
    rows = torch.from_numpy(feature_matrix([one.formulation for one in films]))
    with torch.no_grad():
        covariance = process.over_features(process.distances(rows, rows))
    assert covariance.diagonal().numpy() == pytest.approx(1.0)
    assert float(torch.linalg.eigvalsh(covariance).min()) > -1e-10


def test_a_reading_of_the_films_own_law_teaches_nothing_and_is_not_foretold(films, fitted):
    """It rests on readings that are learnt from already: counted twice, the model would be too sure."""
    law = Reading(property="log10_conductivity", value=3.0, sd=1e-3, temperature_C=40.0, derived=True)
    with_laws = [film.model_copy(update={"readings": (*film.readings, law)}) for film in films]
    again = GaussianProcess().fit(with_laws)
    asked = [film.formulation for film in films]
    for one, other in zip(
        vars(fitted.posterior(asked, [CONDUCTS])).values(),
        vars(again.posterior(asked, [CONDUCTS])).values(),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    new = with_laws[0].model_copy(update={"formulation": formulation("PTHF")})
    plain = films[0].model_copy(update={"formulation": formulation("PTHF")})
    told, asked_plain = again.foretold([new]), fitted.foretold([plain])
    assert len(told) == len(plain.readings)
    assert [one.log_score for one in told] == pytest.approx([one.log_score for one in asked_plain])


def test_what_is_foretold_of_a_known_film_is_what_the_others_say_of_it(films, fitted):
    """So two versions can be compared on a film that only one of them has seen."""
    learnt = fitted.learnt["log10_conductivity"]
    mean, sd = learnt.leave_one_film_out()
    told = {(one.value, one.temperature_C): (one.mean, one.sd) for one in fitted.foretold(films)}
    assert len(told) == len(mean) == sum(len(film.readings) for film in films)
    value = learnt.centre + learnt.scale * learnt.data.value
    for row in range(len(mean)):
        key = (float(value[row]), temperature_C(float(learnt.data.tau[row])))
        assert told[key] == pytest.approx((float(mean[row]), float(sd[row])))
    assert {one.temperature_C for one in fitted.foretold(films[:1])} == {30.0, 50.0, 70.0}


def test_films_before_a_shift_tell_the_shape_and_not_the_level(films):
    """All but three were read half a decade lower: what is foretold of the others' compositions is today's level."""
    now = [f.formulation.salt_molality_mol_kg == 1.8 for f in films]
    lower = [
        f if today else f.model_copy(update={"readings": tuple(moved(r, -0.5) for r in f.readings)})
        for f, today in zip(films, now, strict=True)
    ]
    dated = [f if today else before_shift(f, "log10_conductivity") for f, today in zip(lower, now, strict=True)]
    asked = [f.formulation for f, today in zip(films, now, strict=True) if not today]
    wanted = np.array([truth(given, 30) for given in asked])
    blind, aware = (GaussianProcess().fit(some).posterior(asked, [CONDUCTS]) for some in (lower, dated))
    assert abs((aware.mean[:, 0] - wanted).mean()) < 0.1
    assert (blind.mean[:, 0] - wanted).mean() < -0.3
    assert (aware.sd > blind.sd).all(), "the size of the shift is not known"
    assert np.abs((aware.mean[:, 0] - wanted) / aware.sd[:, 0]).max() < 3


def test_a_shift_that_all_films_came_before_moves_no_mean_and_is_kept_by_save(films, tmp_path):
    steady = GaussianProcess().fit(films)
    since = [before_shift(before_shift(f, "log10_conductivity"), "log10_storage_modulus") for f in films]
    fitted = GaussianProcess().fit(since)
    assert fitted.trained_on != steady.trained_on
    asked = [formulation(loading=2.0)]
    told, plain = (one.posterior(asked, [CONDUCTS]) for one in (fitted, steady))
    assert told.sd[0, 0] > plain.sd[0, 0]
    fitted.save(tmp_path / "weights")
    assert load(tmp_path / "weights").posterior(asked, [CONDUCTS]).mean == told.mean
    ours, theirs = ({(one.film, one.temperature_C) for one in some.foretold(films)} for some in (fitted, steady))
    assert ours == theirs, "a film is the same one whatever came after it"


def moved(reading, by):
    return reading.model_copy(update={"value": reading.value + by})
