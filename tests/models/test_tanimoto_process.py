"""Kinship is a kernel; the process on it interpolates, doubts what is far, and needs few readings to stand for many."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chemistry.catalogue import salt
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from models.averaged import Averaged
from models.composition import polymer_fingerprints
from models.evaluation import CONDUCTIVITY
from models.few_readings import few_of_each_group
from models.film_data import FilmData
from models.kinship.conditioned import Conditioned, exact, sparse
from models.kinship.inputs import Kinship
from models.kinship.learnt import LearntKinship
from models.kinship.method import TanimotoProcess
from models.kinship.process import KinshipProcess
from models.learning_table import grid
from models.protocols import Condition
from models.regressors import OtherWeights
from models.saved import load_surrogate
from models.searched_settings import settings_of, with_settings
from models.structured_points import structured_points
from models.surrogates import surrogate
from models.tanimoto import tanimoto
from tests.models.test_averaged import film, truth

WARM = Condition(CONDUCTIVITY, 60.0)


def polymer(*units):
    smiles, fractions = zip(*units, strict=True)
    return Polymer.model_validate({"units": list(smiles), "fractions": list(fractions)})


def homopolymers(*smiles):
    return polymer_fingerprints([polymer((one, 1.0)) for one in smiles])


@pytest.fixture(scope="module")
def films():
    random = np.random.default_rng(3)
    return [film(n, x, random.normal(0, 0.05)) for n in range(2, 14) for x in (0.5, 1.0, 1.5)]


def learnt(films, **changes):
    fitted = Averaged("tanimoto_process", (TanimotoProcess(**changes),), calibrate=False).fit(films)
    return fitted, fitted.learnt[CONDUCTIVITY].members[0]


@pytest.fixture(scope="module")
def fitted(films):
    return learnt(films)


@pytest.fixture(scope="module")
def through_few(films):
    return learnt(films, exact_readings=10, support=24)


@given(arrays(np.int64, (8, 5), elements=st.integers(0, 4)))
@settings(max_examples=60, deadline=None)
def test_tanimoto_is_a_kernel_with_one_on_its_diagonal(counts):
    kernel = tanimoto(counts, counts)
    assert kernel == pytest.approx(kernel.T)
    assert kernel.diagonal() == pytest.approx(1.0)
    assert ((kernel >= 0) & (kernel <= 1)).all()
    assert np.linalg.eigvalsh(kernel).min() > -1e-9
    assert tanimoto(3 * counts, counts) == pytest.approx(kernel)


def test_kinship_does_not_hang_on_where_the_chain_was_cut_nor_on_how_many_units_were_drawn():
    one = homopolymers("*CCO*", "*CC(*)C(=O)OC", "*CCCOC(=O)O*")
    other = homopolymers("*COCCOC*", "*C(C(=O)OC)C*", "*OC(=O)OCCC*")
    assert tanimoto(one, other).diagonal() == pytest.approx(1.0)
    assert tanimoto(one, other)[0, 1] < 0.9


def test_a_copolymer_is_more_like_the_unit_that_it_has_more_of():
    ends = homopolymers("*CCO*", "*CC(*)C#N")
    mixed = polymer_fingerprints([polymer(("*CCO*", f), ("*CC(*)C#N", 1 - f)) for f in (0.1, 0.5, 0.9)])
    likeness = tanimoto(mixed, ends)
    assert (np.diff(likeness[:, 0]) > 0).all()
    assert (np.diff(likeness[:, 1]) < 0).all()


def prior_of(learnt, formulations):
    """Covariance of formulations at 60 °C before any reading."""
    points = structured_points(CONDUCTIVITY, grid(formulations, [WARM]), True, None)
    from models.kinship.inputs import inputs_of

    inputs = inputs_of(points, learnt.columns)
    with torch.no_grad():
        return learnt.process.over_features(
            learnt.process.apart(Kinship.of(inputs, inputs), inputs, slice(None), inputs)
        ).numpy()


def test_the_covariance_of_formulations_is_positive_and_one_on_its_diagonal(fitted):
    _, member = fitted
    lithium = salt("LiTFSI")
    several = [film(n, x).formulation for n in (2, 5, 9) for x in (0.5, 1.5)]
    several += [Formulation(polymer=one.polymer) for one in several[::2]]
    several += [Formulation(polymer=polymer(("*CCO*", f), ("*CC(*)C#N", 1 - f)), salt=lithium, salt_molality_mol_kg=1)
                for f in (0.2, 0.8)]  # fmt: skip
    kernel = prior_of(member, several)
    assert kernel.diagonal() == pytest.approx(1.0)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9


def noiseless(member, weight=0.0):
    """The same process with readings that do not err and films that are all alike."""
    groups = {str(k): columns for k, columns in enumerate(member.process.groups)}
    process = KinshipProcess(groups, 1e-4, 1e-4, member.process.glass)
    with torch.no_grad():
        process.log["weight"].fill_(weight)
    return process, replace(member.data, variance=torch.zeros_like(member.data.variance))


def over_films(process, member):
    with torch.no_grad():
        return process.over_features(
            process.apart(Kinship.of(member.inputs, member.inputs), member.inputs, slice(None), member.inputs)
        )


def told(process, data: FilmData, conditioned: Conditioned, cross):
    """Mean and variance at the readings themselves, of their covariance with all, `n x n`."""
    kept = cross[:, conditioned.rows]
    with torch.no_grad():
        mean = process.mean_of(data) + kept @ conditioned.weights
        return mean, process.variance_at(data.tau) - (kept @ conditioned.root.T).square().sum(dim=1)


def between_readings(process, data, covariance):
    with torch.no_grad():
        return covariance[data.film][:, data.film] * process.over_temperature(data.tau, data.tau)


def test_without_noise_it_passes_through_its_readings(films):
    _, member = learnt([film(n, x) for n in range(2, 12) for x in (0.5, 1.5)])
    process, data = noiseless(member)
    covariance = over_films(process, member)
    mean, variance = told(process, data, exact(process, data, covariance), between_readings(process, data, covariance))
    assert mean.numpy() == pytest.approx(data.value.numpy(), abs=1e-3)
    assert variance.numpy() == pytest.approx(0.0, abs=1e-4)


def test_far_from_all_that_it_read_it_returns_to_the_prior(fitted):
    _, member = fitted
    process, data = noiseless(member, weight=20.0)  # e^20: kernels without a constant part
    conditioned = exact(process, data, over_films(process, member))
    strange = Formulation(
        polymer=polymer(("*[Si](C)(C)*", 1.0))
    )  # nothing in common: neither a substructure nor a salt
    far = LearntKinship(process, member.inputs, data, member.columns, member.centre, member.scale, None, conditioned)
    points = structured_points(CONDUCTIVITY, grid([strange], [WARM]), True, None)
    mean, variance = far.formulation(points)
    tau = torch.tensor([(1000 / 333.15 - 3.05) / 0.25], dtype=torch.double)
    with torch.no_grad():
        assert mean == pytest.approx(member.centre + member.scale * process.mean_at(tau).numpy(), abs=1e-3)
        assert variance == pytest.approx(member.scale**2 * process.variance_at(tau).numpy(), rel=1e-3)


def test_readings_that_stand_for_all_say_what_all_say(fitted):
    """Through as many as it asks for: means within a thousandth of an sd. Through half of all: within 2 % of it."""
    _, member = fitted
    process, data, covariance = member.process, member.data, over_films(member.process, member)
    cross = between_readings(process, data, covariance)
    mean, variance = told(process, data, exact(process, data, covariance), cross)
    for support, tolerance in ((len(data.value), 1e-3), (len(data.value) // 2, 0.02)):
        few = sparse(process, data, lambda place: covariance[place], support)
        assert len(few.rows) <= support
        about, spread = told(process, data, few, cross)
        assert float(((about - mean).abs() / variance.sqrt()).max()) < tolerance
        assert (spread / variance).sqrt().numpy() == pytest.approx(1.0, abs=tolerance)


def test_the_first_readings_that_stand_for_all_are_of_unlike_polymers(fitted):
    _, member = fitted
    covariance = over_films(member.process, member)
    few = sparse(member.process, member.data, lambda place: covariance[place], 6)
    polymers = member.inputs.polymer[member.data.film[few.rows].numpy()]
    assert len(set(polymers.tolist())) > 3


@pytest.mark.parametrize("which", ["fitted", "through_few"])
def test_a_saved_one_foretells_the_same(which, request, tmp_path):
    model, member = request.getfixturevalue(which)
    assert (member.support is None) == (which == "fitted")
    model.save(tmp_path)
    again = load_surrogate(tmp_path)
    asked = [film(n, 0.7).formulation for n in (3, 6)]
    before, after = (one.posterior(asked, [WARM]) for one in (model, again))
    assert after.mean == pytest.approx(before.mean, abs=1e-9)
    assert after.sd == pytest.approx(before.sd, abs=1e-9)


@pytest.mark.parametrize("which", ["fitted", "through_few"])
def test_it_learns_a_law_and_parts_are_the_whole(which, request, monkeypatch):
    model, _ = request.getfixturevalue(which)
    asked = [film(n, 0.8).formulation for n in (3, 6, 9)]
    conditions = [Condition(CONDUCTIVITY, t) for t in (45.0, 60.0, 75.0)]
    whole = model.posterior(asked, conditions)
    expected = np.array([[truth(one, c.temperature_C) for c in conditions] for one in asked])
    assert np.abs(whole.mean - expected).max() < 0.3
    monkeypatch.setattr("models.kinship.learnt._AT_ONCE", 2)
    parts = model.posterior(asked, conditions)
    assert parts.mean == pytest.approx(whole.mean, abs=1e-9)
    assert parts.sd == pytest.approx(whole.sd, abs=1e-9)


def test_a_reading_that_states_a_large_error_counts_for_less(films):
    def wrong(sd):
        one = film(7, 1.2, effect=3.0)
        readings = tuple(reading.model_copy(update={"sd": sd}) for reading in one.readings)
        return one.model_copy(update={"readings": readings})

    asked = [film(7, 1.2).formulation]
    means = [learnt([*films, wrong(sd)])[0].posterior(asked, [WARM]).mean[0, 0] for sd in (0.1, 3.0)]
    assert means[0] > means[1] + 0.1


def test_every_polymer_has_a_film_before_any_has_a_second():
    films = np.repeat(np.arange(12), 3)
    groups = np.repeat([0] * 9 + [1, 2, 3], 3)
    rows = few_of_each_group(films, groups, films=2, readings=2, most=100, seed=0)
    assert len(rows) == 2 * (2 + 3)
    assert {int(groups[row]) for row in few_of_each_group(films, groups, 2, 2, 8, 0)} == {0, 1, 2, 3}
    assert len(set(rows.tolist())) == len(rows)


def test_its_settings_can_be_tuned():
    model = surrogate("tanimoto_process")
    assert {setting.name for setting in settings_of(model)["tanimoto_process"]} <= set(vars(TanimotoProcess()))
    (method,) = with_settings(model, {"tanimoto_process.learn_films": 5}).methods
    assert method == replace(TanimotoProcess(), learn_films=5)


def test_weights_of_another_version_are_refused(fitted):
    _, member = fitted
    with pytest.raises(OtherWeights, match="another version"):
        LearntKinship.of(member.arrays(), {**member.configuration(), "version": 99})
