"""The chance that a film can be made: bounds, limits, symmetry, and what it learns of a region that fails."""

import numpy as np
import pytest

from chemistry.formulation import Formulation
from models.success import MOST_FILMS, learn_success
from planners.points import formulation_at
from planners.sampling import sample
from planners.space import DesignSpace
from tests.planners.conftest import SPACE


@pytest.fixture(scope="module")
def films() -> list[Formulation]:
    space = DesignSpace.model_validate(SPACE)
    return [formulation_at(space, point) for point in sample(space, 120, 4)]


def soft(formulation: Formulation) -> bool:
    return sum(content.weight_fraction for content in formulation.additives) > 0.2


def split(films: list[Formulation]) -> tuple[list[Formulation], list[Formulation]]:
    return [one for one in films if not soft(one)], [one for one in films if soft(one)]


def test_nothing_tried_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        learn_success([], [])


def test_one_film_moves_the_usual_share_little(films: list[Formulation]) -> None:
    assert np.allclose(learn_success(films[:1], [])(films), 0.9, atol=0.06)


def test_a_region_that_fails_is_told_from_one_that_does_not(films: list[Formulation]) -> None:
    good, bad = split(films[:40])
    learnt = learn_success(good, bad)
    assert learnt.anywhere < 0.05
    held_good, held_bad = split(films[40:])
    assert learnt(held_bad).mean() < 0.5 < 0.8 < learnt(held_good).mean()
    score = np.log(learnt(held_good)).sum() + np.log1p(-learnt(held_bad)).sum()
    share = len(held_good) / len(films[40:])
    plain = len(held_good) * np.log(share) + len(held_bad) * np.log1p(-share)
    assert score > plain + 0.2 * len(films[40:]), "0.2 nats a film better than the share of successes"


def test_a_salt_that_fails_is_left_and_its_hosts_are_not(films: list[Formulation]) -> None:
    def fails(one: Formulation) -> bool:
        return one.salt is not None and one.salt.label == "LiBF4"

    learnt = learn_success([one for one in films[:40] if not fails(one)], [one for one in films[:40] if fails(one)])
    chances = learnt(films[40:])
    mask = np.array([fails(one) for one in films[40:]])
    assert chances[mask].max() < chances[~mask].min()


def test_failures_that_strike_anywhere_are_taken_for_such(films: list[Formulation]) -> None:
    rng = np.random.default_rng(2)
    lost = rng.random(80) < 0.15
    learnt = learn_success(
        [one for one, gone in zip(films, lost, strict=False) if not gone],
        [one for one, gone in zip(films, lost, strict=False) if gone],
    )
    assert learnt.anywhere > 0.5
    assert np.ptp(learnt(films[80:])) < 0.3


def test_order_makes_no_difference_and_chances_are_probabilities(films: list[Formulation]) -> None:
    good, bad = split(films[:60])
    one, other = learn_success(good, bad)(films), learn_success(good[::-1], bad[::-1])(films)
    assert np.array_equal(one, other)
    assert ((one > 0) & (one < 1)).all()


def test_a_failure_lowers_its_surroundings_and_a_success_raises_them(films: list[Formulation]) -> None:
    good, bad = split(films[:30])
    before = learn_success(good, bad)(films[31:32])[0]
    assert learn_success(good, [*bad, films[31]])(films[31:32])[0] < before
    assert learn_success([*good, films[31]], bad)(films[31:32])[0] > before


def test_a_swap_of_success_and_failure_turns_the_odds_round(films: list[Formulation]) -> None:
    """The likelihood is symmetric; only the prior share is not, and with many films it fades."""
    good, bad = split(films)
    learnt, turned = learn_success(good, bad)(films), learn_success(bad, good)(films)
    assert np.corrcoef(learnt, 1 - turned)[0, 1] > 0.98


def test_of_very_many_films_an_even_share_is_learnt_from(films: list[Formulation]) -> None:
    good, bad = split(films)
    many = learn_success(good * 6, bad * 6)
    assert len(many.rows.features) == MOST_FILMS
    assert many(films[:1])[0] == pytest.approx(learn_success(good, bad)(films[:1])[0], abs=0.15)
