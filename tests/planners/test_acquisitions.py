"""Acquisitions by name: what each comes to where the answer is known, and what a planner that uses them keeps to."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from botorch.models import ModelListGP, SingleTaskGP
from torch import Tensor

from planners.bayesian import BayesianPlanner
from planners.confidence_bound import confidence_bound, penalty, slope
from planners.height import Height, height
from planners.options import BayesianOptions
from planners.outlook import Outlook, mean_and_sd
from planners.points import apart, point_of, reasons_not_to
from planners.protocols import Failed, Knowledge
from planners.rivals import NEARLY, is_rivals_turn, rival
from planners.scalarisation import AUGMENTED, chebyshev, weights
from planners.thompson import draw, thompson

NAMES = ("confidence_bound", "thompson")


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    """One objective on a line, a fixed process that has seen five points of a hill."""
    rows = torch.linspace(0, 1, 5, dtype=torch.double)[:, None]
    return outlook_of(rows, hill(rows))


@pytest.fixture(scope="module")
def two() -> Outlook:
    """Two objectives that want opposite ends."""
    rows = torch.linspace(0, 1, 6, dtype=torch.double)[:, None]
    return outlook_of(rows, torch.cat([rows, 1 - rows**2], dim=1))


def hill(rows: Tensor) -> Tensor:
    return -(((rows - 0.7) / 0.3) ** 2)


def outlook_of(rows: Tensor, values: Tensor, **more: object) -> Outlook:
    scaled = (values - values.mean(dim=0)) / values.std(dim=0)
    models = [process(rows, scaled[:, i : i + 1]) for i in range(values.shape[1])]
    model = models[0] if len(models) == 1 else ModelListGP(*models)
    content = {
        "model": model,
        "observed": rows,
        "pending": torch.empty(0, rows.shape[1], dtype=torch.double),
        "reference": scaled.min(dim=0).values,
        "seed": 3,
        **more,
    }
    return Outlook(**content)  # type: ignore[arg-type]


def process(rows: Tensor, values: Tensor) -> SingleTaskGP:
    model = SingleTaskGP(rows, values, torch.full_like(values, 1e-4), outcome_transform=None)
    model.covar_module.lengthscale = 0.3  # type: ignore[assignment]
    return model.eval()


GRID = torch.linspace(0, 1, 101, dtype=torch.double)[:, None]


def test_without_boldness_the_bound_picks_the_mean(outlook: Outlook, two: Outlook) -> None:
    for look in (outlook, two):
        mean, _ = mean_and_sd(look.model, GRID)
        wanted = height(look).of(mean).argmax()
        assert confidence_bound(look, GRID, 0.0).argmax() == wanted


def test_with_all_boldness_the_bound_picks_what_is_least_known(outlook: Outlook) -> None:
    _, sd = mean_and_sd(outlook.model, GRID)
    found = int(confidence_bound(outlook, GRID, 1e4).argmax())
    assert float(sd[found]) == pytest.approx(float(sd.max()))


def test_the_bound_of_one_objective_ranks_as_the_textbook_does(outlook: Outlook) -> None:
    mean, sd = mean_and_sd(outlook.model, GRID)
    order = torch.argsort((mean + 2 * sd).flatten())
    found = confidence_bound(outlook, GRID, 2.0)[order]
    assert (found.diff() >= -1e-9).all()


def test_a_penalty_is_a_chance_that_grows_with_distance() -> None:
    distance = torch.linspace(0, 5, 50, dtype=torch.double)[:, None].repeat(1, 3)
    mean, sd = torch.tensor([0.0, 0.5, 1.0]).double(), torch.tensor([0.1, 0.5, 0.2]).double()
    found = penalty(distance, mean, sd, best=1.0, steepness=2.0)
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert (found.diff(dim=0) >= 0).all()
    assert found[-1] == pytest.approx(torch.ones(3))
    # At the ball's expected edge, L d = M - μ, it is an even chance.
    edge = penalty(torch.tensor([[0.5, 0.25, 0.0]]).double(), mean, sd, best=1.0, steepness=2.0)
    np.testing.assert_allclose(edge, 0.5, atol=1e-12)


def test_the_slope_is_that_of_a_straight_line() -> None:
    rows = torch.rand(40, 3, dtype=torch.double, generator=torch.Generator().manual_seed(1))
    along = torch.tensor([3.0, 0.0, 4.0], dtype=torch.double)
    assert 3.5 < slope(rows, rows @ along) <= 5.0 + 1e-9
    assert slope(GRID, 2.5 * GRID[:, 0]) == pytest.approx(2.5)
    assert slope(GRID, torch.zeros(101, dtype=torch.double)) > 0


def test_penalties_push_a_batch_apart(outlook: Outlook) -> None:
    few = outlook.observed[:3]  # nothing is known of the right half
    alone = outlook_of(few, hill(few))
    first = GRID[confidence_bound(alone, GRID, 1.0).argmax()]
    pending = outlook_of(few, hill(few), pending=first[None])
    second = GRID[confidence_bound(pending, GRID, 1.0).argmax()]
    assert abs(float(second - first)) > 0.05
    free, penalised = confidence_bound(alone, GRID, 1.0), confidence_bound(pending, GRID, 1.0)
    assert (penalised <= free + 1e-12).all()


def test_draws_are_the_same_again_and_differ_by_decision(outlook: Outlook) -> None:
    def best(decision: tuple[int, int]) -> int:
        return int(thompson(replace(few, decision=decision), GRID).argmax())

    few = outlook_of(outlook.observed[:3], hill(outlook.observed[:3]))

    assert best((4, 7)) == best((4, 7))
    assert len({best((4, index)) for index in range(12)}) > 2
    assert best((4, 7)) != best((5, 7)) or best((4, 8)) != best((5, 8))


def test_draws_have_the_moments_of_the_posterior(two: Outlook) -> None:
    rows = GRID[[3, 37, 62, 99]]
    drawn = torch.stack([draw(replace(two, decision=(1, index)), rows) for index in range(400)])
    mean, sd = mean_and_sd(two.model, rows)
    assert ((drawn.mean(dim=0) - mean).abs() < 4 * sd / 20 + 1e-6).all()
    np.testing.assert_allclose(drawn.std(dim=0), sd, rtol=0.15)


def test_a_height_is_nothing_for_the_worthless_and_straight_for_one_objective() -> None:
    measure = Height(np.array([1.0]), np.array([-9.0]), np.array([-5.0]))
    found = measure.of(torch.tensor([[-9.0], [-7.0], [-5.0], [-3.0]]).double())
    np.testing.assert_allclose(found, (1 + AUGMENTED) * np.array([0.0, 0.5, 1.0, 1.5]))
    mean, sd = measure.of_normal(torch.tensor([[-7.0]]).double(), torch.tensor([[0.4]]).double(), 0)
    assert (float(mean), float(sd)) == pytest.approx(((1 + AUGMENTED) * 0.5, (1 + AUGMENTED) * 0.1))


def test_the_chebyshev_function_reaches_every_point_of_a_front_that_bends_inwards() -> None:
    """Where a weighted sum would only ever find the two ends."""
    x = np.linspace(0, 1, 101)
    front = np.stack([x**2, (1 - x) ** 2], axis=1)  # concave to maximisation: ends only by weighted sums
    found = {
        int(chebyshev(front, np.array([w, 1 - w]), np.zeros(2), np.ones(2)).argmax()) for w in np.linspace(0.1, 0.9, 9)
    }
    assert len(found) > 6
    assert chebyshev(np.ones(2), np.array([0.3, 0.7]), np.zeros(2), np.ones(2)) == 0
    assert chebyshev(np.zeros(2), np.array([0.3, 0.7]), np.zeros(2), np.ones(2)) == pytest.approx(-0.7 - AUGMENTED)


def test_weights_sum_to_one_and_are_spread_evenly() -> None:
    drawn = np.array([weights(3, 5, index) for index in range(600)])
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    np.testing.assert_allclose(drawn.mean(axis=0), 1 / 3, atol=0.04)
    np.testing.assert_array_equal(weights(3, 5, 9), drawn[9])


def test_rivals_take_their_share_and_are_good_and_unlike() -> None:
    assert sum(is_rivals_turn(index, 0.3) for index in range(100)) == 30
    assert not any(is_rivals_turn(index, 0.0) for index in range(100))
    worth = -3 * (GRID[:, 0] - 0.5).abs()
    pending = torch.tensor([[0.55]], dtype=torch.double)
    row = rival(worth, GRID, pending)
    assert worth[row] >= worth.max() + math.log(NEARLY)
    near = GRID[worth >= worth.max() + math.log(NEARLY)]
    nearest = torch.cdist(near, torch.tensor([[0.5], [0.55]]).double()).min(dim=1).values
    assert min(abs(float(GRID[row]) - 0.5), abs(float(GRID[row]) - 0.55)) == pytest.approx(float(nearest.max()))
    alone = torch.full((101,), -50.0, dtype=torch.double)
    alone[20] = 0.0
    assert rival(alone, GRID, pending) == 20


def small(**options: object) -> BayesianPlanner:
    return BayesianPlanner(pool=192, finalists=32, options=BayesianOptions.model_validate(options))


def keys(suggestions: list) -> list[str]:
    return [suggestion.formulation.key for suggestion in suggestions]


@pytest.mark.parametrize("name", NAMES)
def test_suggestions_are_feasible_new_reasoned_and_the_same_again(name: str, knowledge: Knowledge) -> None:
    who = small(acquisition=name)
    told = who.suggest(3, knowledge)
    assert keys(told) == keys(who.suggest(3, knowledge.model_copy(update={"films": knowledge.films[::-1]})))
    assert len(set(keys(told))) == 3
    assert not set(keys(told)) & {film.formulation.key for film in knowledge.films}
    for suggestion in told:
        assert not reasons_not_to(knowledge.space, suggestion.formulation)
        assert suggestion.reason.nearest_film
        assert suggestion.reason.drive in ("exploitation", "exploration")
        assert suggestion.reason.leading in suggestion.reason.expected
        assert suggestion.reason.acquisition is not None
    pending = knowledge.model_copy(update={"pending": (told[0].formulation,), "suggested": 13})
    (after,) = who.suggest(1, pending)
    one, other = (point_of(knowledge.space, f) for f in (told[0].formulation, after.formulation))
    assert one is not None
    assert other is not None
    assert apart(knowledge.space, one, other) > 0.02


@pytest.mark.parametrize("name", NAMES)
def test_limits_and_failures_are_heeded(name: str, knowledge: Knowledge) -> None:
    from planners.objectives import Limit
    from tests.planners.conftest import modulus

    stiff = Limit(property="log10_storage_modulus", temperature_C=30.0, at_least=1.0)
    single = knowledge.model_copy(update={"objectives": knowledge.objectives[:1], "limits": (stiff,)})
    told = small(acquisition=name).suggest(3, single)
    assert sum(modulus(s.formulation) > 0.9 for s in told) >= 2
    assert all(stiff.label in s.reason.margin for s in told)

    def mostly_fails(known: Knowledge):
        return lambda asked: np.array([0.05 if formulation.additives else 0.95 for formulation in asked])

    failure = Failed(formulation=knowledge.films[0].formulation, reason="film cracked")
    failed = knowledge.model_copy(update={"failures": (failure,)})
    who = BayesianPlanner(
        pool=192, finalists=32, options=BayesianOptions.model_validate({"acquisition": name}), success_fit=mostly_fails
    )
    assert not any(s.formulation.additives for s in who.suggest(2, failed))


def test_per_cost_prefers_what_is_cheap_and_equal_costs_change_nothing(knowledge: Knowledge) -> None:
    def planner(cost, **more):
        options = BayesianOptions(per_cost=True, **more)
        return BayesianPlanner(pool=192, finalists=32, options=options, cost_h=cost)

    free = small().suggest(2, knowledge)
    assert keys(planner(lambda formulation: 7.0).suggest(2, knowledge)) == keys(free)
    dear = planner(lambda formulation: 1e6 if formulation.additives else 1.0).suggest(2, knowledge)
    assert free[0].formulation.additives
    assert not any(s.formulation.additives for s in dear)
    assert "per hour of 1.0 h" in dear[0].reason.summary
    options = BayesianOptions(per_cost=False)
    same = BayesianPlanner(pool=192, finalists=32, options=options, cost_h=lambda f: 1e6 if f.additives else 1.0)
    assert keys(same.suggest(2, knowledge)) == keys(free)


def test_a_share_of_suggestions_are_rivals_and_say_so(knowledge: Knowledge) -> None:
    favourites, mixed = small().suggest(4, knowledge), small(rivals=0.5).suggest(4, knowledge)
    turns = [is_rivals_turn(s.index, 0.5) for s in mixed]
    assert sum(turns) == 2
    assert ["close rival of the favourite" in s.reason.summary for s in mixed] == turns
    assert keys(mixed)[:1] == keys(favourites)[:1]
    assert keys(mixed) != keys(favourites)
