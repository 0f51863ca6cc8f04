"""A network with a head for each fidelity learns structure from many readings of theory, and experiment from few."""

import json
from dataclasses import replace

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.formulation import Formulation
from chemistry.generated_units import generated_units
from chemistry.polymer import Polymer
from ledger.film import Film, Reading, Source
from models.averaged import Averaged
from models.fidelity import FIDELITIES, SHORT_MD
from models.fidelity_tables import Beside, LearnsBeside, fidelity_tables, joined
from models.fitted_average import load_average
from models.learning_table import grid, learning_table
from models.networks.multitask import LearntMultitask, MultitaskNetwork
from models.networks.settings import EncoderSettings, TrainingSettings
from models.protocols import Condition, Foreteller
from models.regressors import OtherWeights
from models.splits import polymer_group
from models.structured_points import structured_points
from models.surrogates import surrogate
from models.unit_features import COUNTS, unit_counts

SIGMA = "log10_conductivity"
QUICK = TrainingSettings(epochs=25, patience=8, rate=5e-3)
METHOD = MultitaskNetwork("multitask_graph", encoder=EncoderSettings("graph", 16, 2), width=32, training=QUICK)
POLYMERS = [Polymer.model_validate({"units": [unit]}) for unit in generated_units(160)]
RINGS, MASS = COUNTS.index("chain atoms") + 1, COUNTS.index("mass")
TESTED, MEASURED, SIMULATED = slice(0, 40), slice(40, 52), slice(40, 160)


def formulation(polymer, loading=1.5):
    return Formulation(polymer=polymer, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)


def truth(polymer):
    """A smooth function of structure: it rises with coordinating sites and falls with rings in the chain."""
    counts = np.array(unit_counts(polymer.units[0].smiles))
    return -5.0 + np.tanh((polymer.sites_mol_kg - 8) / 6) - 30 * counts[RINGS] / counts[MASS]


def film(polymer, source, value, sd, temperature_C=80.0):
    reading = Reading(property=SIGMA, value=value, sd=sd, temperature_C=temperature_C, source=source)
    return Film(film_id=f"{source} {polymer.label}", formulation=formulation(polymer), readings=(reading,))


@pytest.fixture(scope="module")
def measured():
    random = np.random.default_rng(1)
    return [film(one, Source.MEASURED, truth(one) + random.normal(0, 0.1), 0.1) for one in POLYMERS[MEASURED]]


@pytest.fixture(scope="module")
def simulated():
    random = np.random.default_rng(2)
    return [film(one, Source.MD, 0.7 * truth(one) + 1.0 + random.normal(0, 0.3), 0.3) for one in POLYMERS[SIMULATED]]


def fit(films, **changes):
    return Averaged("multitask_graph", (replace(METHOD, **changes),), calibrate=False).fit(films)


@pytest.fixture(scope="module")
def both(measured, simulated):
    return fit(measured + simulated)


def told(fitted, polymers=tuple(POLYMERS[TESTED]), temperatures=(80.0,)):
    points = grid([formulation(one) for one in polymers], [Condition(SIGMA, one) for one in temperatures])
    return fitted.foretell(points, SIGMA)


def error(fitted):
    return float(np.abs(told(fitted).mean - [truth(one) for one in POLYMERS[TESTED]]).mean())


def test_many_readings_of_theory_help_where_experiments_are_few(measured, both):
    alone = fit(measured)
    spread = float(np.std([truth(one) for one in POLYMERS[TESTED]]))
    assert error(both) < 0.8 * error(alone)
    assert error(both) < 0.5 * spread


def test_it_foretells_experiment_and_not_theory(both):
    mean = told(both).mean
    true = np.array([truth(one) for one in POLYMERS[TESTED]])
    assert np.abs(mean - true).mean() < 0.5 * np.abs(mean - (0.7 * true + 1.0)).mean()
    learnt = both.learnt[SIGMA].members[0]
    assert isinstance(learnt, LearntMultitask)
    assert learnt.fidelities == ("md",)


def test_few_long_and_many_short_simulations_are_two_tasks(simulated):
    long = [film(one, Source.MD, truth(one), 0.05) for one in POLYMERS[MEASURED]]
    learnt = fit(long + simulated, training=replace(QUICK, epochs=2)).learnt[SIGMA].members[0]
    assert isinstance(learnt, LearntMultitask)
    assert learnt.fidelities == (SHORT_MD,)


def test_conductivity_never_falls_with_temperature(both):
    mean = told(both, POLYMERS[:3], tuple(np.linspace(0, 150, 16))).mean.reshape(3, -1)
    assert (np.diff(mean, axis=1) >= 0).all()


def test_a_seed_gives_the_same_again_whatever_the_order_and_another_seed_another(measured, simulated):
    few = [*measured, *simulated[:20]]
    short = replace(QUICK, epochs=2)
    one, again, other = fit(few, training=short), fit(few[::-1], training=short), fit(few, training=short, seed=1)
    assert (told(one).mean == told(again).mean).all()
    assert (told(one).mean != told(other).mean).any()


def test_it_is_saved_as_plain_arrays_and_foretells_the_same_to_the_last_bit(both, tmp_path):
    both.save(tmp_path)
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as file:
        assert all(file[key].dtype.kind in "fiub" for key in file.files)
    again = load_average(tmp_path)
    assert isinstance(again, Foreteller)
    assert (told(again).mean == told(both).mean).all()
    path = tmp_path / "configuration.json"
    changed = json.loads(path.read_text())
    changed["properties"][SIGMA]["configurations"][0]["version"] = 99
    path.write_text(json.dumps(changed))
    with pytest.raises(OtherWeights, match="another version"):
        load_average(tmp_path)


def test_intervals_are_found_out_of_fold_on_experiments_alone(measured, simulated):
    training = replace(QUICK, epochs=2)
    learnt = Averaged("multitask_graph", (replace(METHOD, training=training),)).fit([*measured, *simulated[:20]])
    assert (told(learnt).sd > 0).all()
    known = {polymer_group(one) for one in POLYMERS[MEASURED]}
    assert set(learnt.learnt[SIGMA].polymers) == known


def test_theory_of_a_polymer_that_is_held_out_is_held_out_as_well():
    points = structured_points(
        SIGMA, learning_table([film(one, Source.MD, -4.0, 0.1) for one in POLYMERS[:4]], SIGMA).points, True, None
    )
    theory = Beside(points, np.zeros(4), np.ones(4), np.array([0, 1, 2, 3]), 2, np.zeros(4, dtype=int), ("md",))
    from models.networks.multitask import _known

    assert _known(theory, np.array([1, 1])).group.tolist() == [1, 2, 3]


def test_tables_part_experiments_from_theory():
    one, other = POLYMERS[:2]
    films = [
        film(one, Source.MEASURED, -5.0, 0.1),
        film(one, Source.MD, -4.0, 0.1),
        film(other, Source.LITERATURE, -5.5, 0.1),
        film(other, Source.MD, -3.0, 0.5),
        film(other, Source.DFT, -2.0, 0.1),
    ]
    table, theory, fidelity = fidelity_tables(films, SIGMA)
    assert theory is not None
    assert (table.value.tolist(), theory.value.tolist()) == ([-5.0, -5.5], [-4.0, -3.0, -2.0])
    assert [FIDELITIES[place] for place in fidelity] == ["md", SHORT_MD, "dft"]
    table, theory, _ = fidelity_tables(films[1:2] + films[3:4], SIGMA)
    assert theory is not None
    assert (table.value.tolist(), theory.value.tolist()) == ([-4.0], [-3.0])
    assert fidelity_tables(films[:1], SIGMA)[1] is None


def test_joined_points_are_those_of_both():
    parts = []
    for some, source in ((POLYMERS[:3], Source.MEASURED), (POLYMERS[2:5], Source.MD)):
        table = learning_table([film(one, source, -5.0, 0.1) for one in some], SIGMA)
        parts.append(structured_points(SIGMA, table.points, True, None, table))
    neat = Film(
        film_id="neat",
        formulation=Formulation(polymer=POLYMERS[0]),
        readings=(Reading(property=SIGMA, value=-9.0, sd=0.1, temperature_C=80.0),),
    )
    table = learning_table([neat], SIGMA)
    parts.append(structured_points(SIGMA, table.points, True, None, table))
    whole = joined(joined(parts[0], parts[1]), parts[2])
    polymers = [whole.points.polymers[place] for place in whole.points.polymer]
    assert polymers == [*POLYMERS[:3], *POLYMERS[2:5], POLYMERS[0]]
    assert whole.points.salt.tolist()[-1] == -1
    assert len(set(whole.film.tolist())) == 7
    again = structured_points(SIGMA, whole.points, True, None).matrix
    np.testing.assert_array_equal(again, whole.matrix)


def test_it_is_named_among_the_surrogates():
    chosen = surrogate("multitask_graph")
    assert chosen.name == "multitask_graph"
    assert all(isinstance(method, LearnsBeside) for method in chosen.methods)
