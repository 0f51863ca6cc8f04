"""Folds keep what belongs together on one side, and scores obey their laws."""

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading
from models.scores import NINETY, bootstrap_difference, ranked_probability, scores
from models.splits import (
    formulation_folds,
    formulation_group,
    grouped_folds,
    paper_folds,
    polymer_folds,
    polymer_group,
    random_folds,
    time_folds,
)

HOSTS = ("*CCO*", "*CC(C)O*", "*CCN*", "*CCOC(=O)O*", "*CC(*)C#N", "*CCCCCC(=O)O*")


def films():
    made = []
    for host in HOSTS:
        for loading in (1.0, 2.0):
            for repeat in range(2):
                chain = Polymer.model_validate({"units": [host], "molar_mass_kg_mol": 10 + repeat})
                given = Formulation(polymer=chain, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)
                reading = Reading(property="log10_conductivity", value=-5, sd=0.1, temperature_C=30)
                made.append(Film(film_id=f"{len(made)}", formulation=given, readings=(reading,)))
    return made


def assert_folds_cover(folds, n):
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested) == list(range(n))
    assert all(sorted([*fold.train, *fold.test]) == list(range(n)) for fold in folds)


@pytest.mark.parametrize("folds_of", [random_folds, formulation_folds, polymer_folds])
def test_every_film_is_tested_once_and_a_seed_decides(folds_of):
    given = films()
    folds = folds_of(given, 3, 1)
    assert_folds_cover(folds, len(given))
    again, other = folds_of(given, 3, 1), folds_of(given, 3, 2)
    assert all((a.test == b.test).all() for a, b in zip(folds, again, strict=True))
    assert any(list(a.test) != list(b.test) for a, b in zip(folds, other, strict=True))


def test_no_polymer_and_no_formulation_is_on_both_sides():
    given = films()
    for fold in polymer_folds(given, 3, 0):
        sides = [{polymer_group(given[i].formulation.polymer) for i in part} for part in (fold.train, fold.test)]
        assert not sides[0] & sides[1]
    for fold in formulation_folds(given, 3, 0):
        sides = [{formulation_group(given[i].formulation) for i in part} for part in (fold.train, fold.test)]
        assert not sides[0] & sides[1]


def test_named_polymers_are_never_tested_however_they_are_written():
    given = films()
    folds = polymer_folds(given, 3, 0, always_train=("[Cu]OCC[Au]",))
    tested = {polymer_group(given[i].formulation.polymer) for fold in folds for i in fold.test}
    assert "*CCO*" not in tested
    assert len(tested) == len(HOSTS) - 1


def test_one_polymer_is_one_group_whatever_its_cut_length_crosslinks_and_stereochemistry():
    def group(smiles, **more):
        return polymer_group(Polymer.model_validate({"units": [smiles], **more}))

    assert group("[Cu]N(C)CC[Au]") == group("[Cu]CN(C)C[Au]") == group("*CN(C)C*", molar_mass_kg_mol=5)
    assert group("*C[C@H](C)O*") == group("*CC(C)O*")
    assert group("*CC(C[Ca])O*") == group("*CC(C)O*")
    assert group("*CC(C)O*") != group("*CCO*")


def test_chain_length_makes_no_other_formulation_and_loading_does():
    one, other, _, more = (film.formulation for film in (films()[0], films()[1], films()[1], films()[2]))
    assert formulation_group(one) == formulation_group(other) != formulation_group(more)


def test_papers_stay_together_and_unnamed_ones_are_refused():
    folds = paper_folds(["a", "a", "b", "c", "b"], 3, 0)
    assert_folds_cover(folds, 5)
    assert sorted(tuple(fold.test) for fold in folds) == [(0, 1), (2, 4), (3,)]
    with pytest.raises(BadInput, match=r"2 films name no paper.*place 1"):
        paper_folds(["a", "", "b", ""], 2, 0)


def test_time_tests_later_films_by_earlier_ones():
    moments = [5.0, 1.0, 3.0, 2.0, 4.0]
    folds = time_folds(moments, 2)
    for fold in folds:
        assert max(moments[i] for i in fold.train) < min(moments[i] for i in fold.test)
    with pytest.raises(BadInput, match="5 films in 5 folds"):
        time_folds(moments, 5)


def test_fewer_groups_than_folds_are_refused_with_the_remedy():
    with pytest.raises(BadInput, match=r"6 groups cannot fill 7 folds.*6 folds or fewer"):
        polymer_folds(films(), 7, 0)
    with pytest.raises(BadInput, match="1 folds"):
        grouped_folds([1, 2], 1, 0)


def test_a_perfect_prediction_scores_best():
    truth = np.array([-5.0, -4.0, -6.0])
    told = scores(truth, truth, np.full(3, 1e-9))
    assert (told.n, told.mae, told.rmse, told.r2, told.spearman, told.coverage_90) == (3, 0, 0, 1, 1, 1)
    assert told.crps == pytest.approx(0, abs=1e-6)


def test_the_ranked_probability_score_is_the_absolute_error_of_a_sure_prediction_and_rewards_the_true_spread():
    random = np.random.default_rng(0)
    truth = random.normal(size=4000)
    at = {sd: ranked_probability(truth, np.zeros(4000), np.full(4000, sd)).mean() for sd in (1e-9, 0.3, 1.0, 3.0)}
    assert at[1e-9] == pytest.approx(np.abs(truth).mean(), rel=1e-6)
    assert min(at, key=lambda sd: at[sd]) == 1.0


def test_normal_errors_are_covered_nine_times_of_ten():
    truth = np.random.default_rng(1).normal(size=20000)
    told = scores(truth, np.zeros(20000), np.ones(20000))
    assert told.coverage_90 == pytest.approx(0.9, abs=0.01)
    assert told.interval_width == pytest.approx(2 * NINETY)


def test_scores_of_one_reading_say_that_rank_has_no_meaning_and_infinite_ones_are_refused():
    told = scores(np.array([1.0]), np.array([2.0]), np.array([1.0]))
    assert np.isnan(told.spearman)
    assert told.mae == 1
    with pytest.raises(BadInput, match="not a finite number"):
        scores(np.array([1.0, np.inf]), np.zeros(2), np.ones(2))
    with pytest.raises(BadInput, match="nothing to score"):
        scores(np.empty(0), np.empty(0), np.empty(0))


def test_the_bootstrap_over_groups_holds_the_difference_and_is_wider_than_over_rows():
    random = np.random.default_rng(2)
    groups = np.repeat(np.arange(20), 50)
    theirs = np.repeat(random.uniform(0.5, 1.5, 20), 50)
    ours = theirs * np.repeat(random.uniform(0.7, 1.1, 20), 50)
    low, high = bootstrap_difference(ours, theirs, groups)
    assert low < ours.mean() / theirs.mean() - 1 < high
    rows = bootstrap_difference(ours, theirs, np.arange(1000))
    assert rows[1] - rows[0] < high - low
