"""The yardstick of a campaign: what is foretold of an even spread keeps the laws of a hypervolume."""

import numpy as np
import pytest

from models.gaussian_process import GaussianProcess
from models.protocols import Fitted
from planners.even_spread import DRAWS, MOST_PLACES, SPREADS, EvenSpread, foretold_spread
from planners.objectives import Limit, Objective
from planners.protocols import Knowledge

REFERENCE = (-9.0, -3.0)
FILMS = 9
ONE = (Objective(property="log10_conductivity", temperature_C=30.0, reference=-9.0),)


@pytest.fixture(scope="module")
def fitted(knowledge: Knowledge) -> Fitted:
    return GaussianProcess().fit(knowledge.films)


def spread_of(fitted: Fitted, knowledge: Knowledge, *limits: Limit, n: int = FILMS, seed: int = 3) -> EvenSpread:
    return foretold_spread(fitted, knowledge.space, knowledge.objectives, limits, REFERENCE, n, seed)


def test_more_films_never_reach_less(fitted: Fitted, knowledge: Knowledge) -> None:
    even = spread_of(fitted, knowledge)
    assert even.counts == tuple(range(1, FILMS + 1))
    for curve in (even.low, even.median, even.high):
        assert list(curve) == sorted(curve)
    assert all(low <= median <= high for low, median, high in zip(even.low, even.median, even.high, strict=True))
    assert 0 < even.median[-1] < 12 * 8, "no film is above what the space can hold"


def test_it_is_the_same_whenever_it_is_asked(fitted: Fitted, knowledge: Knowledge) -> None:
    once = spread_of(fitted, knowledge, n=3)
    assert once == spread_of(fitted, knowledge, n=3)
    assert once != spread_of(fitted, knowledge, n=3, seed=4)


def test_shares_count_the_paths(fitted: Fitted, knowledge: Knowledge) -> None:
    even = spread_of(fitted, knowledge)
    assert len(even.ends) == SPREADS * DRAWS
    assert (even.share_reaching(0.0), even.share_reaching(1e6)) == (1.0, 0.0)
    assert even.share_reaching(even.median[-1]) == pytest.approx(0.5, abs=0.02)


def test_what_no_film_can_hold_leaves_nothing(fitted: Fitted, knowledge: Knowledge) -> None:
    impossible = Limit(property="log10_storage_modulus", temperature_C=30.0, at_least=50.0)
    assert set(spread_of(fitted, knowledge, impossible).ends) == {0.0}
    free = Limit(property="log10_storage_modulus", temperature_C=30.0, at_least=-50.0)
    assert spread_of(fitted, knowledge, free, n=3) == spread_of(fitted, knowledge, n=3)


def test_one_objective_is_the_height_of_the_best(fitted: Fitted, knowledge: Knowledge) -> None:
    even = foretold_spread(fitted, knowledge.space, ONE, (), (-9.0,), FILMS, 3)
    best = max(film.readings[0].value for film in knowledge.films)
    assert 0 < even.median[-1] < best + 9 + 2


def test_a_long_campaign_is_worked_out_at_some_of_its_results(fitted: Fitted, knowledge: Knowledge) -> None:
    even = foretold_spread(fitted, knowledge.space, ONE, (), (-9.0,), 3 * MOST_PLACES, 3)
    assert len(even.counts) == MOST_PLACES
    assert (even.counts[0], even.counts[-1]) == (1, 3 * MOST_PLACES)
    assert np.all(np.diff(even.counts) > 0)


def test_a_property_that_was_never_seen_is_named(fitted: Fitted, knowledge: Knowledge) -> None:
    with pytest.raises(KeyError, match="glass_transition"):
        spread_of(fitted, knowledge, Limit(property="glass_transition", at_most=0.0))
