"""One model over experiment and theory: theory helps where it goes with experiment, and does no harm elsewhere."""

import json
from functools import cache

import numpy as np
import pytest
import torch

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading, Source
from models.campaign_models import any_surrogate, why_not_for_planner
from models.features import feature_matrix
from models.fidelity import SHORT_MD, fidelities
from models.fidelity_kernels import FidelityProcess, SourcePrior
from models.gaussian_process import GaussianProcess, UnusableWeights
from models.multi_fidelity import MultiFidelity, load
from models.out_of_sample import LeavesOut
from models.protocols import Condition, JointModel
from models.saved import load_packed, pack
from models.splits import polymer_group

SIGMA = "log10_conductivity"
ASKED = [Condition(SIGMA, 40.0), Condition(SIGMA, 80.0)]
HOSTS = ("*CCO*", "*CCCO*", "*CC(C)O*", "*CCOC(=O)O*", "*COCCO*", "*CC(*)OC", "*CC(*)C#N", "*CC(=O)OCC*")
MOST_HARM = 1.05
"""The error on held-out experiments may grow by a twentieth where theory is noise."""


@cache
def formulation(host, loading):
    polymer = Polymer.model_validate({"units": [HOSTS[host]]})
    return Formulation(polymer=polymer, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)


EVERYTHING = [(host, loading) for host in range(len(HOSTS)) for loading in (0.5, 1.0, 1.5, 2.0)]


def truth(given, T):
    slope = 2 * (1000 / (T + 273.15) - 3.0)
    return -3.5 - 25 / given.polymer.sites_mol_kg - (given.salt_molality_mol_kg - 1.5) ** 2 / 2 - slope


def biased(given, T):
    return 0.8 * truth(given, T) - 2.0 + 0.3 * given.salt_molality_mol_kg


def film(given, source, law, effect, sd, random, temperatures=(40.0, 80.0)):
    readings = tuple(
        Reading(
            property=SIGMA, value=law(given, T) + effect + random.normal(0, sd), sd=sd, temperature_C=T, source=source
        )
        for T in temperatures
    )
    return Film(film_id=f"{source} {given.key}", formulation=given, readings=readings)


def case(seed, experiments=8):
    """Films that were measured, simulations of all formulations, simulations that are noise, and what is held out."""
    random = np.random.default_rng(seed)
    order = [EVERYTHING[place] for place in random.permutation(len(EVERYTHING))]
    given = [formulation(*one) for one in order]
    measured = [film(f, Source.MEASURED, truth, random.normal(0, 0.08), 0.03, random) for f in given[:experiments]]
    simulated = [film(f, Source.MD, biased, random.normal(0, 0.1), 0.1, random) for f in given]
    noise = [film(f, Source.MD, lambda *_: -4.0, random.normal(0, 0.8), 0.1, random) for f in given]
    return measured, simulated, noise, given[experiments:]


def error(model, films, held_out):
    wanted = np.array([[truth(given, condition.temperature_C) for condition in ASKED] for given in held_out])
    return float(np.abs(model.fit(films).posterior(held_out, ASKED).mean - wanted).mean())


@pytest.fixture(scope="module")
def told():
    """Errors without theory, with theory, and with noise that says that it is theory; three draws."""
    rows = []
    for seed in range(3):
        measured, simulated, noise, held_out = case(seed)
        rows.append(
            [error(MultiFidelity(), films, held_out) for films in (measured, measured + simulated, measured + noise)]
        )
    return np.array(rows)


@pytest.fixture(scope="module")
def fitted():
    measured, simulated, _, _ = case(0)
    return MultiFidelity().fit(measured + simulated)


def test_theory_with_a_smooth_offset_and_noise_makes_the_error_on_experiments_fall(told):
    alone, with_theory, _ = told.T
    assert (with_theory < alone).all()
    assert with_theory.mean() < 0.7 * alone.mean()


def test_theory_that_is_noise_does_no_harm(told):
    alone, _, with_noise = told.T
    assert with_noise.mean() < MOST_HARM * alone.mean()


def test_without_theory_it_is_the_process_of_campaigns():
    measured, _, _, held_out = case(1)
    one, other = (model.fit(measured).posterior(held_out, ASKED) for model in (GaussianProcess(), MultiFidelity()))
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-9)
    np.testing.assert_allclose(one.sd, other.sd, atol=1e-9)
    np.testing.assert_allclose(one.film_sd, other.film_sd, atol=1e-9)


def test_it_foretells_experiment_and_not_theory(fitted):
    """Where only theory was read, the answer lies at experiment, a decade away from what theory says."""
    *_, held_out = case(0)
    mean = fitted.posterior(held_out, ASKED).mean
    to_experiment, to_theory = (
        np.abs(mean - [[law(given, c.temperature_C) for c in ASKED] for given in held_out]).mean()
        for law in (truth, biased)
    )
    assert to_experiment < 0.5 * to_theory
    assert fitted.sources[SIGMA] == ("measured", "md")
    assert 0.5 < fitted.agreement(SIGMA)["md"] < 1


def test_what_tells_nothing_of_experiments_is_left_aside_and_named():
    measured, _, noise, _ = case(0)
    learnt = MultiFidelity().fit(measured + noise)
    assert learnt.sources[SIGMA] == ("measured",)
    assert learnt.aside == {SIGMA: ("md",)}


def test_theory_alone_is_foretold_as_theory_says():
    _, simulated, _, held_out = case(0)
    learnt = MultiFidelity().fit(simulated)
    wanted = [[biased(given, c.temperature_C) for c in ASKED] for given in held_out]
    assert np.abs(learnt.posterior(held_out, ASKED).mean - wanted).mean() < 0.15
    assert learnt.foretold(simulated) == []


def test_simulations_are_long_or_short_by_the_error_that_they_state():
    def reading(source, sd, trust=1.0):
        return Reading(property=SIGMA, value=-4.0, sd=sd, source=source, trust=trust)

    given = [reading(Source.MD, sd) for sd in (0.1, 0.2, 0.21, 0.4)]
    assert fidelities(given) == ["md", "md", SHORT_MD, SHORT_MD]
    assert fidelities([reading(Source.MD, 0.1), reading(Source.MD, 0.1, trust=0.1)]) == ["md", SHORT_MD]
    assert fidelities([reading(Source.DFT, 0.9), reading(Source.MEASURED, 0.01)]) == ["dft", "measured"]
    assert fidelities([reading(Source.MD, 0.0), reading(Source.MD, 0.0)]) == ["md", "md"]


def test_each_source_has_a_noise_of_its_own():
    """Short runs that scatter are told from long ones that do not, though both say less than they should."""
    random = np.random.default_rng(5)
    given = [formulation(*one) for one in EVERYTHING]
    long = [film(f, Source.MD, biased, 0.0, 0.05, random) for f in given[::4]]
    short = [film(f, Source.MD, biased, random.normal(0, 0.5), 0.15, random) for f in given]
    learnt = MultiFidelity().fit(long + short)
    assert learnt.sources[SIGMA] == ("md", SHORT_MD)
    own = learnt.learnt[SIGMA].process.log
    assert own["other_film_sd"].exp()[0] > 2 * own["film_sd"].exp()


def test_a_covariance_over_sources_is_one():
    process = FidelityProcess({"all": (0, 1)}, 0.1, 0.1, [SourcePrior(0.5, a, 0.2, 0.1) for a in (0.5, 1.0, 2.0)])
    with torch.no_grad():
        process.log["agreement"] += torch.tensor([-20.0, 0.0, 20.0])
        between = process.between_sources()
    assert torch.linalg.eigvalsh(between).min() > -1e-12
    assert between[0].tolist() == pytest.approx([1.0, 0.0, 0.73, 2.0], abs=1e-6)
    assert between.diagonal().tolist() == pytest.approx([1.0, 0.25, 1.0, 4.0])


def test_order_and_names_play_no_part(fitted):
    measured, simulated, _, held_out = case(0)
    films = [one.model_copy(update={"film_id": f"another {i}"}) for i, one in enumerate(measured + simulated)][::-1]
    again = MultiFidelity().fit(films)
    assert again.trained_on == fitted.trained_on
    assert (again.posterior(held_out, ASKED).mean == fitted.posterior(held_out, ASKED).mean).all()


def test_it_saves_arrays_alone_and_comes_back_the_same(fitted, tmp_path):
    *_, held_out = case(0)
    fitted.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["configuration.json", "weights.npz"]
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fi" for name in arrays.files)
    for again in (load(tmp_path), load_packed(pack(fitted))):
        for one, other in zip(
            vars(fitted.posterior(held_out, ASKED)).values(),
            vars(again.posterior(held_out, ASKED)).values(),
            strict=True,
        ):
            np.testing.assert_allclose(one, other, rtol=1e-12)
    told = json.loads((tmp_path / "configuration.json").read_text())
    (tmp_path / "configuration.json").write_text(json.dumps({**told, "format": 0}))
    with pytest.raises(UnusableWeights, match="another version"):
        load(tmp_path)


def test_it_serves_a_planner_with_a_joint_posterior(fitted):
    *_, held_out = case(0)
    botorch = fitted.botorch_model(ASKED)
    assert isinstance(MultiFidelity().fit(case(0)[0]), JointModel)
    assert why_not_for_planner("multi_fidelity") == ""
    assert any_surrogate("multi_fidelity").name == "multi_fidelity"
    told = botorch.posterior(torch.from_numpy(fitted.features(held_out[:5])))
    np.testing.assert_allclose(told.mean.numpy(), fitted.posterior(held_out[:5], ASKED).mean, atol=1e-8)


def test_a_film_is_left_out_with_its_experiments_while_theory_on_it_stays(fitted):
    measured, simulated, _, _ = case(0)
    told = fitted.foretold(measured)
    assert isinstance(MultiFidelity().fit(measured), LeavesOut)
    assert len(told) == sum(len(one.readings) for one in measured)
    learnt = fitted.learnt[SIGMA]
    whole = fitted.posterior([one.formulation for one in measured], ASKED).mean.ravel()
    left_out = np.array([one.mean for one in told])
    assert np.abs(left_out - [one.value for one in told]).mean() > np.abs(whole - [one.value for one in told]).mean()
    scores = fitted.diagnostics()[SIGMA]
    assert scores["films"] == len(measured)
    assert scores["readings"] == len(told) < len(learnt.data.value)
    assert scores["rmse"] < 0.4
    both = measured[0].model_copy(update={"readings": (*measured[0].readings, *simulated[0].readings)})
    assert len(fitted.foretold([both])) == len(measured[0].readings)


def test_where_there_is_too_much_theory_is_thinned_and_no_experiment_is_lost():
    measured, simulated, _, _ = case(0)
    learnt = MultiFidelity(most_readings=30).fit(measured + simulated)
    assert learnt.sources[SIGMA] == ("measured", "md")
    source = vars(learnt.learnt[SIGMA].data)["source"]
    assert int((source == 0).sum()) == sum(len(one.readings) for one in measured)
    assert len(source) <= 30
    known = {polymer_group(one.formulation.polymer) for one in measured}
    asked = [one for one in simulated if polymer_group(one.formulation.polymer) in known]
    assert 0 < len(asked) < len(simulated)
    near = sum(len(one.readings) for one in asked)
    learnt = MultiFidelity(most_readings=len(measured) * 2 + near).fit(measured + simulated).learnt[SIGMA]
    kept = learnt.data.features[vars(learnt.data)["film"][vars(learnt.data)["source"] == 1].unique()]
    wanted = feature_matrix([one.formulation for one in asked])
    assert sorted(map(tuple, kept.tolist())) == sorted(map(tuple, wanted.tolist()))


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(BadInput, match="no film has a reading"):
        MultiFidelity().fit([])
