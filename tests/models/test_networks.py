"""Networks learn a law, are the same for a seed, whatever the order of things, and save to the last bit."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading
from models.averaged import Averaged
from models.evaluation import CONDUCTIVITY
from models.fitted_average import load_average
from models.kinship.method import TanimotoProcess
from models.learning_table import grid
from models.networks.method import LearntNetwork, Network
from models.networks.settings import EncoderSettings, PretrainingSettings, TrainingSettings
from models.networks.transfer import Transfer
from models.protocols import Condition, Foreteller, PropertySurrogate
from models.regressors import OtherWeights
from models.saved import load_surrogate
from models.structured_points import StructureRegressor
from models.surrogates import NAMES, surrogate
from tests.models.test_averaged import film, truth

QUICK = TrainingSettings(epochs=5, patience=3, held_out=8)
LITTLE = PretrainingSettings(units=24, epochs=2, batch=12)
GRAPH = EncoderSettings("graph", width=8, depth=2)
TRANSFORMER = EncoderSettings("transformer", width=8, depth=1, heads=2)
METHODS = {
    "feed_forward": Network("feed_forward", descriptors="chemical", width=8, training=QUICK),
    "graph_network": Network("graph_network", encoder=GRAPH, width=8, training=QUICK),
    "transformer": Network("transformer", encoder=TRANSFORMER, width=8, training=QUICK, pretraining=LITTLE),
    "recurrent": Network("recurrent", encoder=EncoderSettings("recurrent", 8, 1), width=8, training=QUICK),
    "graph_transfer": Transfer(encoder=GRAPH, pretraining=LITTLE, learn_films=10, most_readings=60),
    "tanimoto_process": TanimotoProcess(learn_films=1),
}
PROCESSES = ("graph_transfer", "tanimoto_process")
NETWORKS = [name for name in METHODS if name not in PROCESSES]
DEAR = ("recurrent", "transformer")
"""Networks that take seconds to learn ten readings."""


def fit(name, films, properties=None, **changes):
    return Averaged(name, (replace(METHODS[name], **changes),), calibrate=False).fit(films, properties)


@pytest.fixture(scope="module")
def films():
    random = np.random.default_rng(3)
    return [film(n, x, random.normal(0, 0.05)) for n in range(2, 12) for x in (0.5, 1.5)]


@pytest.fixture(scope="module")
def fitted(films):
    return {name: fit(name, films) for name in METHODS}


def at(fitted, formulations, temperatures=(60.0,), name=CONDUCTIVITY):
    conditions = [Condition(name, temperature) for temperature in temperatures]
    return fitted.foretell(grid(formulations, conditions), name)


def blend(*units):
    smiles, fractions = zip(*units, strict=True)
    polymer = Polymer.model_validate({"units": list(smiles), "fractions": list(fractions)})
    return Formulation(polymer=polymer, salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_stands_behind_the_seam(name, fitted):
    chosen: PropertySurrogate = surrogate(name)
    assert isinstance(METHODS[name], StructureRegressor)
    assert isinstance(fitted[name], Foreteller)
    assert (chosen.name, name in NAMES) == (name, True)


@pytest.mark.parametrize("name", NETWORKS)
def test_conductivity_never_falls_with_temperature(name, fitted):
    temperatures = tuple(np.linspace(0, 150, 31))
    for given in (film(4, 1.0).formulation, blend(("*CCO*", 0.5), ("*CC(*)C#N", 0.5))):
        assert (np.diff(at(fitted[name], [given], temperatures).mean) >= 0).all()


def test_it_falls_where_it_may_and_the_films_do(films):
    falling = [
        one.model_copy(update={"readings": tuple(r.model_copy(update={"value": -8.0 - r.value}) for r in one.readings)})
        for one in films
    ]
    longer = replace(QUICK, epochs=60, rate=1e-2, patience=60)
    may = fit("feed_forward", falling, training=longer, may_fall=True, law="arrhenius")
    must_not = fit("feed_forward", falling, training=longer, law="arrhenius")
    given = [film(4, 0.5).formulation]
    assert np.diff(at(may, given, (40.0, 80.0)).mean)[0] < 0
    assert np.diff(at(must_not, given, (40.0, 80.0)).mean)[0] >= 0


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n in DEAR else ()) for n in NETWORKS])
def test_ten_readings_are_learnt_by_heart(name):
    few = [film(n, x, temperatures=(30.0, 90.0)) for n, x in ((2, 0.5), (3, 1.5), (5, 1.0), (7, 0.5), (9, 1.5))]
    training = TrainingSettings(epochs=120, rate=2e-2, dropout=0.0, polymers_in_batch=5)
    method = replace(METHODS[name], training=training, width=16, pretraining=None)
    learnt = Averaged(name, (method,), calibrate=False).fit(few)
    told = at(learnt, [one.formulation for one in few], (30.0, 90.0)).mean
    expected = np.ravel([[truth(one.formulation, t) for t in (30.0, 90.0)] for one in few])
    assert np.abs(told - expected).max() < 0.25


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_foretells_what_it_saw_and_doubts_what_is_far(name, films, fitted):
    learnt = fitted[name].learnt[CONDUCTIVITY].members[0]
    near = [films[k].formulation for k in (0, 5, 10)]
    told = at(fitted[name], near)
    assert np.abs(told.mean - [truth(given, 60.0) for given in near]).max() < 0.4
    strange = Polymer.model_validate({"units": ["*N=P(*)(OCC(F)(F)F)OCC(F)(F)F"]})
    away = [Formulation(polymer=strange, salt=salt("LiBF4"), salt_molality_mol_kg=6.0)]
    from models.structured_points import structured_points

    def doubt(given):
        points = grid(given, [Condition(CONDUCTIVITY, 60.0)])
        return learnt.foretell(structured_points(CONDUCTIVITY, points, True, None))[1]

    assert doubt(away).min() > 1.2 * doubt(near).max()


def test_an_ensemble_is_less_sure_away_from_what_it_learnt(films):
    members = tuple(replace(METHODS["feed_forward"], seed=seed) for seed in range(3))
    learnt = Averaged("feed_forward", members).fit(films)
    strange = Polymer.model_validate({"units": ["*N=P(*)(OCCOCCOC)OCCOCCOC"]})
    away = Formulation(polymer=strange, salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    told = at(learnt, [film(4, 1.0).formulation, away])
    assert told.sd[1] > told.sd[0] > 0
    assert told.outside[0] == 0 < told.outside[1]


@pytest.mark.parametrize("name", METHODS)
def test_neither_order_nor_the_cut_of_a_chain_nor_that_of_units_plays_a_part(name, films, fitted):
    again = fit(name, films[::-1])
    one = blend(("*CCO*", 0.7), ("*CC(*)C#N", 0.3))
    other = blend(("*C(C#N)C*", 0.3), ("*OCC*", 0.7))
    whole = at(fitted[name], [film(4, 1.0).formulation, one])
    assert at(again, [film(4, 1.0).formulation, other]).mean == pytest.approx(whole.mean, abs=1e-9)
    assert at(fitted[name], [other]).mean == pytest.approx(whole.mean[1:], abs=1e-5)


def test_a_copolymer_lies_between_its_units_where_the_network_reads_them(fitted):
    """A weighted mean of embeddings: at the ends it is the homopolymer, and it changes little with little of a unit."""
    learnt = fitted["graph_network"].learnt[CONDUCTIVITY].members[0]
    assert isinstance(learnt, LearntNetwork)
    from models.networks.readings import Readings
    from models.structured_points import structured_points

    def embedding(given):
        points = structured_points(CONDUCTIVITY, grid([given], [Condition(CONDUCTIVITY, 60.0)]), True, None)
        assert learnt.network.encoder is not None
        batch = Readings(points, learnt.columns, "vtf").batch(np.array([0]))
        return (batch.share @ learnt.network.encoder(batch.units)).detach().numpy()[0]

    pure = [embedding(Formulation(polymer=Polymer.model_validate({"units": [u]}))) for u in ("*CCO*", "*CC(*)C#N")]
    mixed = embedding(blend(("*CCO*", 0.25), ("*CC(*)C#N", 0.75)))
    assert mixed == pytest.approx(0.25 * pure[0] + 0.75 * pure[1], abs=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_it_is_saved_as_plain_arrays_and_foretells_the_same_to_the_last_bit(name, fitted, tmp_path):
    fitted[name].save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["configuration.json", "weights.npz"]
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as file:
        assert all(file[key].dtype.kind in "fiub" for key in file.files)
    again = load_average(tmp_path)
    assert isinstance(again, Foreteller)
    given = [film(5, 0.7).formulation, blend(("*CCO*", 0.5), ("*CC(*)C", 0.5))]
    told, kept = at(again, given, (30.0, 60.0)), at(fitted[name], given, (30.0, 60.0))
    assert (told.mean == kept.mean).all()
    assert (told.sd == kept.sd).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 99}, "another version"),
        ({"reads": "tokens 0"}, "reads structures otherwise"),
        ({"width": 9}, "do not fit"),
    ],
)
def test_a_checkpoint_of_another_version_is_refused(change, words, fitted, tmp_path):
    fitted["transformer"].save(tmp_path)
    path = tmp_path / "configuration.json"
    told = json.loads(path.read_text())
    told["properties"][CONDUCTIVITY]["configurations"][0] |= change
    path.write_text(json.dumps(told))
    with pytest.raises(OtherWeights, match=words):
        load_average(tmp_path)


def test_what_is_no_saved_surrogate_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no saved surrogate"):
        load_surrogate(tmp_path)
    (tmp_path / "configuration.json").write_text("{}")
    with pytest.raises(BadInput, match="no saved surrogate"):
        load_surrogate(tmp_path)


@pytest.mark.parametrize("name", METHODS)
def test_a_seed_gives_the_same_again_and_another_another(name, films, fitted):
    given = [film(5, 0.7).formulation]
    assert (at(fit(name, films), given).mean == at(fitted[name], given).mean).all()
    other = fit(name, films, seed=7)
    if name in NETWORKS:
        assert (at(other, given).mean != at(fitted[name], given).mean).all()


@pytest.mark.parametrize("name", METHODS)
def test_what_is_not_known_is_told_apart_from_zero(name, fitted):
    chain = {"units": ["*CC(*)C(=O)OCCOCCOC"]}
    unknown = Formulation(polymer=Polymer.model_validate(chain), salt=salt("LiTFSI"), salt_molality_mol_kg=1.0)
    neat = Formulation(polymer=Polymer.model_validate(chain))
    ionic = Formulation(polymer=Polymer.model_validate({"units": ["*CC(*)c1ccc(cc1)S(=O)(=O)[N-]S(=O)(=O)C(F)(F)F"]}))
    told = at(fitted[name], [unknown, neat, ionic])
    assert np.isfinite(told.mean).all()
    assert len({round(value, 6) for value in told.mean}) == 3


@pytest.mark.parametrize("name", ["graph_network", "recurrent", *PROCESSES])
def test_a_property_without_temperature_is_learnt_too(name):
    hosts = ["*" + "C" * n + "O*" for n in range(1, 10)] + ["*CC(*)" + "C" * n for n in range(1, 10)]
    known = [
        Film(
            film_id=smiles,
            formulation=Formulation(polymer=Polymer.model_validate({"units": [smiles]})),
            readings=(Reading(property="glass_transition", value=-60.0 + 4 * len(smiles), sd=3),),
        )
        for smiles in hosts
    ]
    learnt = fit(name, known, ["glass_transition"])
    told = learnt.foretell(
        grid([one.formulation for one in known[:3]], [Condition("glass_transition")]), name="glass_transition"
    )
    assert np.isfinite(told.mean).all()
    assert np.isfinite(told.sd).all()


def test_unlabelled_polymers_are_learnt_from(films):
    from models.networks.pretraining import embedder, language_weights

    few = PretrainingSettings(units=60, epochs=40, batch=16, rate=5e-3)
    made = embedder(EncoderSettings("graph", 16, 2), few, ("*CCOCO*",))
    assert made.explained > 0.3
    assert made.of(("*CCO*",)).shape == (1, 32)
    before = language_weights(TRANSFORMER, LITTLE)
    after = language_weights(TRANSFORMER, LITTLE, ("*CCOCO*", "*CCSCO*"))
    assert any(not np.array_equal(before[key].numpy(), after[key].numpy()) for key in before)
    with pytest.raises(BadInput, match="reads no tokens"):
        language_weights(GRAPH, LITTLE)
    with pytest.raises(BadInput, match="to pretrain on"):
        embedder(GRAPH, replace(LITTLE, units=2))


def test_fitting_leaves_the_generator_of_others_alone(films):
    import torch

    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    fit("feed_forward", films)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_each_ensemble_as_it_is_named_learns_the_law_of_unseen_hosts(name, films):
    random = np.random.default_rng(4)
    more = [film(n, x, random.normal(0, 0.05)) for n in range(2, 30) for x in (0.5, 1.0, 1.5)]
    hidden = {6, 11, 17}
    kept = [one for one in more if int(one.film_id.split()[0]) not in hidden]
    learnt = surrogate(name).fit(kept)
    asked = [film(n, 0.8).formulation for n in sorted(hidden)]
    told = at(learnt, asked)
    assert np.abs(told.mean - [truth(given, 60.0) for given in asked]).mean() < 0.5
    assert all(one <= other for one, other in pairwise(at(learnt, asked[:1], (20.0, 40.0, 80.0)).mean))


def test_naming_a_network_loads_no_torch():
    code = "import models.surrogates as s, sys; s.surrogate('graph_network'); print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
