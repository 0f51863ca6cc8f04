"""Trust regions: rebuilt from results in their order, and better than none where there are many dimensions."""

import numpy as np
import pytest
from scipy.stats import qmc

from planners.bayesian import BayesianPlanner
from planners.many_axes import has_many_axes, open_axes, region_candidates, region_of
from planners.points import Point, formulation_at, reasons_not_to
from planners.pool.process import learnt
from planners.protocols import Decided, Knowledge
from planners.sampling import sample
from planners.space import DesignSpace
from planners.trust_region import FIRST, LONGEST, SHORTEST, in_box, trust_region
from tests.planners.conftest import film

D = 25


def test_three_successes_double_the_box_and_it_grows_no_further() -> None:
    rising = [float(value) for value in range(1, 60)]
    assert trust_region(rising[:5], D, start=5).length == FIRST
    assert trust_region(rising[:8], D, start=5).length == 2 * FIRST == LONGEST
    assert trust_region(rising, D, start=5).length == LONGEST


def test_as_many_failures_as_dimensions_halve_it() -> None:
    flat = [1.0] * 200
    assert trust_region(flat[: 5 + D - 1], D, start=5).length == FIRST
    assert trust_region(flat[: 5 + D], D, start=5).length == FIRST / 2
    assert trust_region(flat[: 5 + D], D, start=5, batch=5).length == FIRST / 2
    assert trust_region([*flat[: 5 + D - 1], 2.0], D, start=5).length == FIRST, "a success in between counts anew"


def test_a_box_that_became_too_small_is_given_up_and_another_begun() -> None:
    halvings = int(np.ceil(np.log2(FIRST / SHORTEST)))
    n = 5 + halvings * D
    region = trust_region([1.0] * n, D, start=5)
    assert (region.length, region.since, region.gathering) == (FIRST, n, True)
    after = trust_region([1.0] * (n + 5), D, start=5)
    assert (after.length, after.since, after.gathering) == (FIRST, n, False)


def test_failures_bring_no_centre_and_no_success() -> None:
    lost = [-np.inf] * 12
    assert trust_region(lost, D, start=5).gathering
    assert trust_region([*lost, -3.0, -2.0, -1.0], D, start=5).length >= FIRST


@pytest.mark.parametrize("length", [0.1, 0.8, 1.6])
def test_candidates_lie_in_the_box_and_change_few_coordinates(length: float) -> None:
    centre = np.linspace(0.05, 0.95, 60)
    found = in_box(centre, length, 200, seed=3)
    assert found.shape == (200, 60)
    assert (found >= np.maximum(centre - length / 2, 0) - 1e-12).all()
    assert (found <= np.minimum(centre + length / 2, 1) + 1e-12).all()
    moved = (found != centre).sum(axis=1)
    assert moved.min() >= 1
    assert 15 < moved.mean() < 25
    np.testing.assert_array_equal(found, in_box(centre, length, 200, seed=3))


def test_in_25_dimensions_it_finds_more_than_the_same_search_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ackley's function, the same process and bounds, 120 evaluations in batches of 5, the mean of three seeds."""
    with_region = np.mean([searched(seed, within=True) for seed in (100, 101, 102)])
    without = np.mean([searched(seed, within=False) for seed in (100, 101, 102)])
    assert with_region > without + 1.0


def ackley(x: np.ndarray) -> np.ndarray:
    """Upside down: zero at its only best, about -20 far away."""
    u = (x - np.linspace(0.3, 0.7, D)) * 20
    hills = np.exp(np.cos(2 * np.pi * u).mean(axis=1))
    return 20 * np.exp(-0.2 * np.sqrt((u**2).mean(axis=1))) + hills - 20 - np.e


def searched(seed: int, *, within: bool, start: int = 16, batch: int = 5, total: int = 121) -> float:
    x = qmc.Sobol(D, scramble=True, rng=seed).random_base2(4)
    y = ackley(x)
    while len(y) < total:
        region = trust_region(y.tolist(), D, start, batch)
        own = 1000 * seed + len(y)
        if within and not region.gathering:
            since = np.arange(region.since, len(y))
            candidates = in_box(x[since[y[since].argmax()]], region.length, 512, own)
        else:
            candidates = qmc.Sobol(D, scramble=True, rng=own).random_base2(9)
        mean, sd = learnt(alike(x, x), y).at(alike(candidates, x))
        rng, chosen = np.random.default_rng(own), []
        for _ in range(batch):
            bound = mean + rng.exponential() * sd
            bound[chosen] = -np.inf
            chosen.append(int(bound.argmax()))
        x, y = np.concatenate([x, candidates[chosen]]), np.concatenate([y, ackley(candidates[chosen])])
    return float(y.max())


def alike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.exp(-((one[:, None] - other) ** 2).sum(axis=-1) / (2 * D * 0.2**2))


@pytest.fixture(scope="module")
def wide() -> Knowledge:
    """A space of 21 axes and more, and twelve films of it that the ledger knows by their decisions."""
    space = DesignSpace.model_validate(
        {
            "polymers": ["PEO", "PPO", "PTHF"],
            "salts": ["LiTFSI", "LiClO4", "LiBF4", "LiTf"],
            "salt_loading": {"low": 0.02, "high": 0.2, "unit": "Li/O"},
            "plasticisers": ["succinonitrile", "tetraglyme", "ethylene carbonate"],
            "plasticiser_fraction": {"low": 0.02, "high": 0.1, "unit": "w/w"},
            "most_plasticisers": 3,
            "process": {
                "dissolve": {"temperature": [25, 40, 60], "time": [6, 12, 24]},
                "cast": {"gap": [200, 300, 400], "temperature": [25, 40]},
                "dry": {"temperature": [40, 60, 80], "time": [12, 24, 48]},
                "press": {
                    "temperature": [60, 80],
                    "pressure": [1, 2, 4],
                    "time": [5, 10],
                    "times": {"low": 0, "high": 2},
                },
                "cure": {"temperature": [80, 100], "time": [1, 4], "times": {"low": 0, "high": 1}},
            },
        }
    )
    objective = {"property": "log10_conductivity", "temperature_C": 30.0, "reference": -9.0}
    made = [formulation_at(space, point) for point in sample(space, 12, 5)]
    films = tuple(film(formulation, f"film {i}") for i, formulation in enumerate(made))
    history = tuple(
        Decided(index=i, planner="bayesian", formulation=f, outcome="observed", film_id=f"film {i}")
        for i, f in enumerate(made)
    )
    return Knowledge.model_validate(
        {"space": space, "objectives": (objective,), "films": films, "history": history, "seed": 5, "suggested": 12}
    )


def test_a_space_of_many_axes_has_a_region_that_follows_from_its_history(wide: Knowledge) -> None:
    assert open_axes(wide.space) > 20
    assert has_many_axes(wide.space)
    region = region_of(wide, start=5)
    assert region == region_of(wide.model_copy(update={"films": wide.films[::-1]}), start=5)
    assert not region.gathering
    failed = tuple(d.model_copy(update={"outcome": "failed", "film_id": None}) for d in wide.history)
    assert region_of(wide.model_copy(update={"history": failed, "films": ()}), start=5).gathering


def test_its_candidates_may_be_made_and_differ_from_the_best_in_part(wide: Knowledge) -> None:
    (centre,) = sample(wide.space, 1, 5)
    found = region_candidates(wide, region_of(wide, start=5), [centre], 64)
    assert len(set(found)) == len(found) > 32
    assert not any(reasons_not_to(wide.space, formulation_at(wide.space, point)) for point in found)

    def kept(point: Point) -> int:
        return sum(
            a == b for a, b in zip((*point.choices, *point.amounts), (*centre.choices, *centre.amounts), strict=True)
        )

    assert np.mean([kept(point) for point in found]) > 1


def test_the_planner_stays_within_the_region_and_says_the_same_again(wide: Knowledge) -> None:
    who = BayesianPlanner(pool=256, finalists=32)
    told = who.suggest(2, wide)
    assert [s.formulation.key for s in told] == [s.formulation.key for s in who.suggest(2, wide)]
    assert not any(reasons_not_to(wide.space, s.formulation) for s in told)
    with pytest.raises(ValueError, match="needs to know of every earlier suggestion"):
        who.suggest(1, wide.model_copy(update={"history": ()}))
