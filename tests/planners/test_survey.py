"""A survey of a pool: the process it rests on, and what its choice hangs on and does not."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from chemistry.errors import BadInput
from chemistry.generated_units import generated_units
from planners.pool import survey as survey_module
from planners.pool.candidates import Pool, pool_of
from planners.pool.summed_process import FEWEST, NOISE, summed
from planners.pool.survey import Survey, nearness

N = 60


@pytest.fixture(scope="module")
def pool() -> Pool:
    return pool_of(generated_units(N, seed=5))


@pytest.fixture(scope="module")
def values(pool: Pool) -> np.ndarray:
    """Something that structure tells, without noise."""
    return np.array([unit.count("O") / len(unit) for unit in pool.units])


@pytest.fixture(scope="module")
def levels(values: np.ndarray) -> np.ndarray:
    """A cheap estimate of it, off by a scale, a shift and some noise."""
    return (3.0 * values - 7.0 + np.random.default_rng(0).normal(0.0, 0.05, N))[:, None]


@pytest.fixture
def survey(pool: Pool, levels: np.ndarray) -> Survey:
    return Survey(pool, levels)


def chosen(survey: Survey, n: int, barred: tuple[int, ...] = ()) -> list[int]:
    rows: list[int] = []
    while len(rows) < n:
        row = survey.next(rows, barred)
        assert row is not None
        rows.append(row)
    return rows


def parts_of(k: int, seed: int = 1) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(2, k, 3))
    return made @ made.transpose(0, 2, 1) + np.eye(k)


def test_leaving_one_out_is_what_the_others_foretell() -> None:
    """The short formula, against processes that never saw the value, with the same weights."""
    parts, z = parts_of(7), np.random.default_rng(2).normal(size=7)
    process = summed(parts, z, (1.0, 1.0))  # fewer than FEWEST: weights stay at their medians
    error, sd = process.left_one_out
    covariance = process.weights[0] * parts[0] + process.weights[1] * parts[1] + process.noise * np.eye(7)
    for i in range(7):
        others = np.delete(np.arange(7), i)
        weights = np.linalg.solve(covariance[np.ix_(others, others)], covariance[others, i])
        mean = process.mean + weights @ (z[others] - process.mean)
        variance = covariance[i, i] - covariance[i, others] @ weights
        assert error[i] == pytest.approx(mean - z[i])
        assert sd[i] == pytest.approx(process.scale * np.sqrt(variance))


def test_the_weights_are_the_most_probable_ones() -> None:
    parts = parts_of(20)
    z = np.random.default_rng(3).multivariate_normal(np.zeros(20), parts[0] + 0.1 * np.eye(20))
    process = summed(parts, z, (0.5, 0.5))
    prior = np.log([0.5, 0.5, NOISE])
    scores = (z - z.mean()) / z.std()

    def logarithm(logs: np.ndarray) -> float:
        covariance = np.tensordot(np.exp(logs[:2]), parts, 1) + np.exp(logs[2]) * np.eye(20)
        return float(multivariate_normal.logpdf(scores, cov=covariance) - 0.5 * ((logs - prior) ** 2).sum())

    best = np.log([*process.weights, process.noise])
    top = logarithm(best)
    for step in 0.05 * np.vstack([np.eye(3), -np.eye(3)]):
        assert logarithm(best + step) < top


def test_quick_levels_make_the_rest_better_known(pool: Pool, levels: np.ndarray, values: np.ndarray) -> None:
    rows = chosen(Survey(pool, levels), 15)
    unseen = np.setdiff1d(np.arange(N), rows)
    with_levels, without = (Survey(pool, own).foretell(rows, values[rows]) for own in (levels, levels[:, :0]))
    errors = [np.abs(told.mean - values)[unseen].mean() for told in (with_levels, without)]
    assert errors[0] < errors[1] < np.abs(values - values[rows].mean())[unseen].mean()
    inside = np.abs(with_levels.mean - values)[unseen] < 1.645 * with_levels.sd[unseen]
    assert 0.7 < inside.mean() <= 1.0


def test_results_move_with_the_unit_of_what_is_asked(survey: Survey, values: np.ndarray) -> None:
    rows = chosen(survey, FEWEST + 2)
    told, moved = survey.foretell(rows, values[rows]), survey.foretell(rows, 1000.0 * values[rows] - 5.0)
    np.testing.assert_allclose(moved.mean, 1000.0 * told.mean - 5.0, rtol=1e-4)
    np.testing.assert_allclose(moved.sd, 1000.0 * told.sd, rtol=1e-4)


def test_the_choice_hangs_on_what_is_known_and_not_on_its_order(survey: Survey) -> None:
    rows = chosen(survey, 8)
    assert len(set(rows)) == 8
    assert survey.next(rows[::-1], ()) == survey.next(rows, ())
    assert chosen(survey, 8) == rows


def test_a_survey_that_was_broken_off_goes_on_where_it_was(pool: Pool, levels: np.ndarray) -> None:
    whole = chosen(Survey(pool, levels), 10)
    again = Survey(pool, levels)
    assert [again.next(whole[:k], ()) for k in range(10)] == whole


def test_another_seed_begins_elsewhere(pool: Pool, levels: np.ndarray) -> None:
    assert len({Survey(pool, levels, seed).next((), ()) for seed in range(8)}) > 3


def test_the_chosen_ones_leave_less_unknown_than_chance(pool: Pool, levels: np.ndarray) -> None:
    survey = Survey(pool, levels)

    def unknown(rows: list[int]) -> float:
        own = survey._structure
        among = own[np.ix_(rows, rows)] + 2 * NOISE * np.eye(len(rows))
        return float(np.trace(own - own[:, rows] @ np.linalg.solve(among, own[rows])))

    by_chance = [unknown(list(np.random.default_rng(seed).permutation(N)[:12])) for seed in range(20)]
    assert unknown(chosen(survey, 12)) < min(by_chance)


def test_what_is_barred_is_never_chosen_and_the_end_is_told(survey: Survey) -> None:
    barred = tuple(range(N - 5))
    rows = chosen(survey, 5, barred)
    assert sorted(rows) == list(range(N - 5, N))
    assert survey.next(rows, barred) is None


def test_a_limit_draws_the_choice_to_where_it_is_decided(survey: Survey, values: np.ndarray) -> None:
    rows = chosen(survey, 10)
    told = survey.foretell(rows, values[rows])
    limit = float(np.quantile(values, 0.8))
    weight = nearness({"x": limit}, {"x": told})
    assert weight.max() == pytest.approx(1.0)
    far, near = np.abs(told.mean - limit) / told.sd > 2, np.abs(told.mean - limit) / told.sd < 0.5
    assert near.any()
    assert weight[far].max() < weight[near].min()
    free, drawn = list(rows), list(rows)
    for _ in range(8):
        free.append(survey.next(free, ()) or 0)
        drawn.append(survey.next(drawn, (), nearness({"x": limit}, {"x": survey.foretell(drawn, values[drawn])})) or 0)
    away = [np.abs(values[own[10:]] - limit).mean() for own in (drawn, free)]
    assert away[0] < away[1]


def test_too_many_are_refused_before_they_are_compared(
    pool: Pool, levels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_module, "MOST", N - 1)
    with pytest.raises(BadInput, match="60 candidates are too many"):
        Survey(pool, levels)
