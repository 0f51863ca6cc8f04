"""Averages of unlike models learn a law, are honest about polymers they have not seen, and save as plain arrays."""

import json

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading
from models.averaged import Averaged
from models.boosting import Boosting
from models.evaluation import CONDUCTIVITY, evaluate
from models.fitted_average import load_average
from models.glass_estimate import GLASS_TRANSITION, glass_estimate
from models.interval_width import fitted_width
from models.kernel_machine import KernelRidge, SupportVectorRegression
from models.learning_table import grid
from models.protocols import Condition
from models.regressors import Forest
from models.saved_methods import OtherWeights, restored
from models.scores import NINETY
from models.splits import polymer_group
from models.structured_points import StructureLearnt
from models.surrogates import NAMES, surrogate
from models.tanimoto import farness

METHODS = (
    Forest("extra_trees", extra=True, trees=20, share_of_columns=0.5, rows_in_leaf=2),
    Boosting(rounds=40, rate=0.15),
    SupportVectorRegression(),
    KernelRidge(),
)
WARM = Condition(CONDUCTIVITY, 60.0)


def host(carbons):
    """Polyethers with ever fewer oxygens."""
    return Polymer.model_validate({"units": ["*" + "C" * carbons + "O*"]})


def truth(given, temperature):
    return -2.0 - 60.0 / given.polymer.sites_mol_kg - 1.5 * (1000 / (temperature + 273.15) - 2.8)


def film(carbons, loading, effect=0.0, temperatures=(40.0, 60.0, 80.0)):
    given = Formulation(polymer=host(carbons), salt=salt("LiTFSI"), salt_molality_mol_kg=loading)
    readings = tuple(
        Reading(property=CONDUCTIVITY, value=truth(given, t) + effect, sd=0.1, temperature_C=t) for t in temperatures
    )
    return Film(film_id=f"{carbons} {loading}", formulation=given, readings=readings)


@pytest.fixture(scope="module")
def films():
    random = np.random.default_rng(3)
    return [film(n, x, random.normal(0, 0.1)) for n in range(2, 14) for x in (0.5, 1.0, 1.5)]


@pytest.fixture(scope="module")
def fitted(films):
    return Averaged("average", METHODS).fit(films)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_learns_a_smooth_function_and_its_arrays_predict_the_same(method, tmp_path):
    random = np.random.default_rng(0)
    features = random.uniform(-1, 1, (300, 4))
    features[::7, 3] = np.nan
    target = 2 * features[:, 0] + features[:, 1] ** 2
    learnt = method.fit(features[:250], target[:250], np.ones(250), np.arange(250))
    told = learnt.predict(features[250:])
    assert np.corrcoef(told, target[250:])[0, 1] > 0.95
    np.savez(tmp_path / "weights.npz", **learnt.arrays())
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as kept:
        again = restored(learnt.kind, {name: kept[name] for name in kept.files})
    assert not isinstance(again, StructureLearnt)
    assert again.predict(features[250:]) == pytest.approx(told, abs=1e-12)


def test_boosting_predicts_what_scikit_learn_does():
    from sklearn.ensemble import HistGradientBoostingRegressor

    random = np.random.default_rng(4)
    features = random.normal(size=(200, 5))
    target = features[:, 0] * features[:, 1]
    ours = Boosting(rounds=30, share_of_columns=1.0).fit(features, target, np.ones(200), np.arange(200))
    theirs = HistGradientBoostingRegressor(
        max_iter=30,
        learning_rate=0.05,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        early_stopping=False,  # pyright: ignore[reportArgumentType]
        random_state=0,
    )
    assert ours.predict(features) == pytest.approx(theirs.fit(features, target).predict(features), abs=1e-9)


def test_support_vectors_take_few_rows_of_a_group_and_ignore_constant_columns():
    random = np.random.default_rng(5)
    features = np.column_stack([random.normal(size=400), np.full(400, 7.0)])
    groups = np.repeat([0, 1], [390, 10])
    learnt = SupportVectorRegression(rows_of_a_group=20, insensitive=0.0).fit(
        features, features[:, 0], np.ones(400), groups
    )
    assert len(learnt.supports) <= 30
    moved = features + np.array([0.0, 100.0])
    assert learnt.predict(moved) == pytest.approx(learnt.predict(features))


def test_it_learns_a_law_and_foretells_new_formulations(fitted):
    new = [film(n, 0.8).formulation for n in (3, 6, 9)]
    posterior = fitted.posterior(new, [WARM, Condition(CONDUCTIVITY, 45.0)])
    expected = np.array([[truth(given, 60.0), truth(given, 45.0)] for given in new])
    assert posterior.mean.shape == posterior.sd.shape == (3, 2)
    assert np.abs(posterior.mean - expected).max() < 0.5
    assert (posterior.sd > 0).all()
    assert (posterior.film_sd > 0).all()
    with pytest.raises(KeyError):
        fitted.posterior(new, [Condition("transference_number", 60.0)])


def test_it_is_less_sure_of_a_polymer_that_it_has_never_seen(fitted):
    strange = Polymer.model_validate({"units": ["*N=P(*)(OCCOCCOC)OCCOCCOC"]})
    given = Formulation(polymer=strange, salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    told = fitted.foretell(grid([film(4, 1.0).formulation, given], [WARM]), CONDUCTIVITY)
    assert told.seen.tolist() == [True, False]
    assert told.sd[1] > told.sd[0]
    assert told.outside[0] == 0 < told.outside[1]


def test_unseen_polymers_are_covered(films):
    test = [f for f in films if f.formulation.polymer in [host(4), host(7), host(10)]]
    train = [f for f in films if f not in test]
    outcome = evaluate(Averaged("average", METHODS), train, test)
    assert outcome.scores.coverage_90 >= 0.7
    assert outcome.scores.spearman > 0.7
    assert set(outcome.polymers) == {polymer_group(host(n)) for n in (4, 7, 10)}
    assert outcome.fit_seconds > 0


def test_the_order_and_the_names_of_films_change_nothing(films):
    method = (SupportVectorRegression(),)
    one = Averaged("support_vectors", method, calibrate=False).fit(films)
    other = Averaged("support_vectors", method, calibrate=False).fit(films[::-1])
    points = grid([film(5, 0.7).formulation], [WARM])
    assert one.foretell(points, CONDUCTIVITY).mean == pytest.approx(
        other.foretell(points, CONDUCTIVITY).mean, abs=1e-12
    )


def test_a_grid_in_parts_is_the_grid(fitted, monkeypatch):
    points = grid([film(n, 0.7).formulation for n in (3, 5)], [Condition(CONDUCTIVITY, float(t)) for t in range(7)])
    whole = fitted.foretell(points, CONDUCTIVITY)
    monkeypatch.setattr("models.fitted_average._AT_ONCE", 3)
    parts = fitted.foretell(points, CONDUCTIVITY)
    assert parts.mean == pytest.approx(whole.mean)
    assert parts.sd == pytest.approx(whole.sd)


def test_saved_weights_are_plain_and_foretell_the_same(fitted, tmp_path):
    fitted.save(tmp_path / "kept")
    with np.load(tmp_path / "kept" / "weights.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.hasobject is False for name in file.files)
    again = load_average(tmp_path / "kept")
    points = grid([film(5, 0.7).formulation], [WARM])
    assert again.foretell(points, CONDUCTIVITY).mean == pytest.approx(fitted.foretell(points, CONDUCTIVITY).mean)
    assert again.foretell(points, CONDUCTIVITY).sd == pytest.approx(fitted.foretell(points, CONDUCTIVITY).sd)
    assert again.notes == fitted.notes
    assert again.trained_on == fitted.trained_on != ""


def test_weights_of_another_version_and_an_empty_folder_are_refused(fitted, tmp_path):
    fitted.save(tmp_path)
    told = json.loads((tmp_path / "configuration.json").read_text())
    (tmp_path / "configuration.json").write_text(json.dumps({**told, "format": 99}))
    with pytest.raises(OtherWeights, match="another version"):
        load_average(tmp_path)
    with pytest.raises(OtherWeights, match="'oracle' are unknown"):
        restored("oracle", {})
    with pytest.raises(BadInput, match="no saved surrogate"):
        load_average(tmp_path / "nowhere")


def test_few_polymers_teach_no_glass_transition_and_it_is_said(fitted, films):
    assert glass_estimate(films) is None
    assert any("T - Tg is left out" in note for note in fitted.notes)


def neat(smiles, value):
    chain = Polymer.model_validate({"units": [smiles]})
    reading = Reading(property=GLASS_TRANSITION, value=value, sd=5)
    return Film(film_id=smiles, formulation=Formulation(polymer=chain), readings=(reading,))


@pytest.fixture(scope="module")
def glasses():
    chains = ["*" + "C" * n + "O*" for n in range(1, 20)] + ["*" + "C" * n + "C(=O)O*" for n in range(1, 19)]
    chains += ["*CC(*)" + "C" * n + "c1ccccc1" for n in range(1, 20)]
    return [neat(smiles, -60.0 + 100 * ("c1" in smiles) + 20 * ("=O" in smiles)) for smiles in chains]


def test_no_glass_transition_is_estimated_by_a_model_that_saw_it(glasses):
    estimate = glass_estimate(glasses)
    assert estimate is not None
    polymers = [glass.formulation.polymer for glass in glasses]
    before = estimate.of(polymers).mean_C
    # A value that is plainly wrong does not come back as the estimate of the polymer that it was given for.
    wrong = [neat("*CCOCCOC*", 900.0), *glasses]
    after = glass_estimate(wrong)
    assert after is not None
    assert after.of([wrong[0].formulation.polymer]).mean_C[0] < 500
    styrene = np.array(["c1" in polymer.units[0].smiles for polymer in polymers])
    assert before[styrene].mean() > before[~styrene].mean() + 50


def test_with_glass_transitions_the_surrogate_knows_how_far_above_it_is_and_saves_it(films, glasses, tmp_path):
    small = (Forest("extra_trees", extra=True, trees=5, share_of_columns=0.5, rows_in_leaf=2),)
    fitted = Averaged("extra_trees", small, calibrate=False).fit([*films, *glasses])
    assert fitted.notes == ()
    assert set(fitted.learnt) == {CONDUCTIVITY, GLASS_TRANSITION}
    assert fitted.learnt[CONDUCTIVITY].with_glass
    assert not fitted.learnt[GLASS_TRANSITION].with_glass
    fitted.save(tmp_path)
    points = grid([film(5, 0.7).formulation], [WARM])
    again = load_average(tmp_path)
    assert again.foretell(points, CONDUCTIVITY).mean == pytest.approx(fitted.foretell(points, CONDUCTIVITY).mean)


def test_widths_hold_nine_of_ten_errors_and_grow_with_distance():
    random = np.random.default_rng(6)
    distance = random.uniform(0, 1, 3000)
    error = random.normal(0, 0.2 + distance)
    width = fitted_width(error, np.zeros(3000), distance, np.arange(3000))
    sd = width.sd(np.zeros(3000), distance)
    assert (np.abs(error) <= NINETY * sd).mean() == pytest.approx(0.9, abs=0.01)
    assert width.by_distance > 0
    few = fitted_width(error, np.zeros(3000), distance, np.arange(3000) % 10)
    assert few.factor > width.factor


def test_the_same_fingerprint_is_not_far_and_another_is():
    known = np.array([[2.0, 0.0, 1.0], [0.0, 3.0, 0.0]])
    assert farness(known, known).tolist() == [0, 0]
    assert farness(2 * known, known) == pytest.approx([0, 0])
    assert farness(np.array([[0.0, 0.0, 5.0]]), known[1:])[0] == 1
    assert farness(known, known[:0]).tolist() == [1, 1]


def test_every_name_has_a_surrogate_and_another_is_refused():
    assert {surrogate(name).name for name in NAMES} == set(NAMES)
    with pytest.raises(BadInput, match="there is no model 'oracle'"):
        surrogate("oracle")
    with pytest.raises(BadInput, match="no film has a reading"):
        surrogate("average").fit([])
