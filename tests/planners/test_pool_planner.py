"""A pool behind the seam of campaigns: feasible, pure, and told why."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from ledger.film import Film, Reading
from planners.objectives import Limit, Objective
from planners.points import reasons_not_to
from planners.pool.candidates import Pool, pool_of
from planners.pool.choosers import Thompson
from planners.pool.kin import kin
from planners.pool.likeness import VIEWS
from planners.pool.planner import PoolPlanner
from planners.pool.results import row_of
from planners.pool.ways import Way, formulation_of, likeness_of_ways, ways_of
from planners.protocols import Failed, Knowledge
from planners.space import DesignSpace

SPACE = DesignSpace.model_validate(
    {"polymers": ["PEO"], "salts": ["LiTFSI"], "salt_loading": {"low": 1.2, "high": 1.2, "unit": "mol/kg"}}
)
CONDUCTIVITY = Objective(property="log10_conductivity", temperature_C=60.0)
HOSTS = ("O", "S", "N", "C(C)O", "C(=O)O", "OC(=O)O", "C(=O)N", "C(F)(F)O", "C(C)(C)O", "C(CC)O")


@pytest.fixture(scope="module")
def pool() -> Pool:
    return pool_of([f"*{'C' * carbons}{host}*" for host in HOSTS for carbons in (2, 3, 4)])


def film(unit: str, value: float, number: int) -> Film:
    reading = Reading(property="log10_conductivity", value=value, sd=0.05, temperature_C=60.0)
    return Film(film_id=f"film-{number}", formulation=only(unit), readings=(reading,))


def only(unit: str) -> Formulation:
    """A polymer in the one way of the space."""
    formulation = formulation_of(unit, Way(SPACE.salts[0], 1.2), SPACE)
    assert formulation is not None
    return formulation


def knowledge(pool: Pool, rows: range, **more: object) -> Knowledge:
    films = tuple(film(pool.units[row], -6.0 + pool.units[row].count("O") - 0.01 * row, row) for row in rows)
    content = {"space": SPACE, "objectives": (CONDUCTIVITY,), "films": films, "suggested": len(films), "event": 9}
    return Knowledge.model_validate({**content, **more})


def test_suggestions_are_of_the_pool_new_and_reasoned(pool: Pool) -> None:
    known = knowledge(pool, range(0, 30, 3))
    suggestions = PoolPlanner(pool).suggest(4, known)
    units = [suggestion.formulation.polymer.units[0].smiles for suggestion in suggestions]
    assert len(set(units)) == 4
    assert set(units) <= set(pool.units) - {pool.units[row] for row in range(0, 30, 3)}
    assert [suggestion.index for suggestion in suggestions] == [10, 11, 12, 13]
    for suggestion in suggestions:
        assert suggestion.event == 9
        assert suggestion.formulation.salt_molality_mol_kg == pytest.approx(1.2)
        assert "film-" in (suggestion.reason.nearest_film or "")
        assert suggestion.reason.sd["log10_conductivity"] > 0
    assert PoolPlanner(pool).suggest(4, known) == suggestions


def test_neither_order_nor_the_direction_of_the_objective_changes_what_is_chosen(pool: Pool) -> None:
    known = knowledge(pool, range(0, 30, 3))
    wanted = [s.formulation for s in PoolPlanner(pool).suggest(3, known)]
    turned = known.model_copy(update={"films": known.films[::-1]})
    assert [s.formulation for s in PoolPlanner(pool).suggest(3, turned)] == wanted
    negated = tuple(
        one.model_copy(update={"readings": (one.readings[0].model_copy(update={"value": -one.readings[0].value}),)})
        for one in known.films
    )
    least = CONDUCTIVITY.model_copy(update={"goal": "minimise"})
    opposite = known.model_copy(update={"films": negated, "objectives": (least,)})
    told = PoolPlanner(pool).suggest(3, opposite)
    assert [s.formulation for s in told] == wanted
    assert told[0].reason.expected["log10_conductivity"] > 0


def test_what_is_under_way_or_failed_is_not_suggested_again(pool: Pool) -> None:
    known = knowledge(pool, range(0, 30, 3))
    first = PoolPlanner(pool).suggest(4, known)
    pending = tuple(suggestion.formulation for suggestion in first[:2])
    failed = (Failed(formulation=first[2].formulation, reason="cracked"),)
    after = PoolPlanner(pool).suggest(4, known.model_copy(update={"pending": pending, "failures": failed}))
    gone = {suggestion.formulation for suggestion in first[:3]}
    assert not gone & {suggestion.formulation for suggestion in after}
    assert after[0].formulation == first[3].formulation


def test_the_start_is_at_random_and_an_exhausted_pool_gives_fewer(pool: Pool) -> None:
    start = PoolPlanner(pool, start=5).suggest(40, knowledge(pool, range(0)))
    everything = [only(unit) for unit in pool.units]
    assert len(start) == sum(not reasons_not_to(SPACE, formulation) for formulation in everything) > 20
    assert all(suggestion.reason.expected == {} for suggestion in start[:5])
    assert PoolPlanner(pool).suggest(2, knowledge(pool, range(30))) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"salt_loading": {"low": 1.0, "high": 1.2, "unit": "mol/kg"}},
        {"plasticisers": ["succinonitrile"], "plasticiser_fraction": {"low": 0.1, "high": 0.2, "unit": "w/w"}},
    ],
)
def test_a_space_that_leaves_open_what_a_polymer_is_made_with_is_refused(
    pool: Pool, changed: dict[str, object]
) -> None:
    given = {"polymers": ["PEO"], "salts": ["LiTFSI"], "salt_loading": {"low": 1.2, "high": 1.2, "unit": "mol/kg"}}
    space = DesignSpace.model_validate({**given, **changed})
    with pytest.raises(BadInput, match=r"leaves .* open"):
        PoolPlanner(pool).suggest(1, knowledge(pool, range(0), space=space))


WAYS = DesignSpace.model_validate(
    {
        "pool": {"file": "pool.csv", "loadings": 3},
        "salts": ["LiTFSI", "LiBF4"],
        "salt_loading": {"low": 0.6, "high": 1.8, "unit": "mol/kg"},
    }
)


def made(pool: Pool, row: int, value: Callable[[Formulation], float], *more: Reading) -> Film:
    """The film of a row of the pool in all its ways, as its formulation would have it."""
    ways = ways_of(WAYS)
    formulation = formulation_of(pool.units[row // len(ways)], ways[row % len(ways)], WAYS)
    assert formulation is not None
    reading = Reading(property="log10_conductivity", value=value(formulation), sd=0.05, temperature_C=60.0)
    return Film(film_id=f"film-{row}", formulation=formulation, readings=(reading, *more))


def by_loading(formulation: Formulation) -> float:
    """Best with LiTFSI at 1.8 mol/kg in a polymer of much oxygen."""
    salt = -1.0 if formulation.salt is not None and formulation.salt.label == "LiBF4" else 0.0
    oxygen = formulation.polymer.units[0].smiles.count("O")
    return -7.0 + salt + 0.5 * oxygen + formulation.salt_molality_mol_kg


def test_salts_and_loadings_are_chosen_with_the_polymer(pool: Pool) -> None:
    rows = np.random.default_rng(3).permutation(180)[:24]
    films = tuple(made(pool, int(row), by_loading) for row in rows)
    known = Knowledge(space=WAYS, objectives=(CONDUCTIVITY,), films=films, suggested=24, event=9)
    told = PoolPlanner(pool).suggest(4, known)
    assert len({suggestion.formulation.key for suggestion in told}) == 4
    assert not {s.formulation.key for s in told} & {film.formulation.key for film in films}
    for suggestion in told:
        assert suggestion.formulation.salt is not None
        assert suggestion.formulation.salt.label == "LiTFSI"
        assert suggestion.formulation.salt_molality_mol_kg >= 1.2
    assert told == PoolPlanner(pool).suggest(4, known)


def test_a_way_is_like_itself_and_a_row_is_found_again(pool: Pool) -> None:
    alike = likeness_of_ways(WAYS)
    np.testing.assert_allclose(np.diag(alike), 1.0)
    np.testing.assert_allclose(alike, alike.T)
    assert np.linalg.eigvalsh(alike.astype(float)).min() > -1e-6
    known = Knowledge(space=WAYS, objectives=(CONDUCTIVITY,))
    everything = pool.made_in(alike)
    for row in (0, 5, 17, 100, 179):
        assert row_of(made(pool, row, by_loading).formulation, known, everything) == row


def test_ranking_in_stretches_is_that_of_all_pairs(pool: Pool) -> None:
    everything = pool.made_in(likeness_of_ways(WAYS))
    rows = tuple(range(0, 180, 11))
    learnt = kin(everything, rows, [float(row % 7) for row in rows], VIEWS)
    whole = learnt.over_pool((VIEWS,))
    np.testing.assert_allclose(whole, learnt.of_rows(np.arange(180), (VIEWS,)), atol=1e-5)


def test_with_several_objectives_each_decision_has_weights_of_its_own(pool: Pool) -> None:
    both = (CONDUCTIVITY, Objective(property="glass_transition", goal="minimise"))
    rows = np.random.default_rng(1).permutation(180)[:30]

    def cold(row: int) -> Reading:
        return Reading(property="glass_transition", value=-20.0 - float(row % 6) * 5, sd=1.0)

    films = tuple(made(pool, int(row), by_loading, cold(int(row))) for row in rows)
    known = Knowledge(space=WAYS, objectives=both, films=films, suggested=30, event=9, seed=4)
    told = PoolPlanner(pool).suggest(3, known)
    assert told == PoolPlanner(pool).suggest(3, known)
    assert told[:2] == PoolPlanner(pool).suggest(2, known)
    worths = []
    for suggestion in told:
        assert set(suggestion.reason.expected) == {"log10_conductivity", "glass_transition"}
        assert -60 < suggestion.reason.expected["glass_transition"] < 0
        assert suggestion.reason.drive in ("exploitation", "exploration")
        assert suggestion.reason.leading in suggestion.reason.expected
        worths.append(suggestion.reason.acquisition)
    assert len(set(worths)) == 3


def test_what_oversteps_a_limit_is_left_for_what_holds_it(pool: Pool) -> None:
    """The polymers that conduct best have the glass transition that is not allowed."""
    limit = Limit(property="glass_transition", at_most=-30.0)
    rows = np.random.default_rng(2).permutation(180)[:40]

    def glass(formulation: Formulation) -> float:
        return -60.0 + 25.0 * formulation.polymer.units[0].smiles.count("O")

    films = []
    for row in rows:
        film_ = made(pool, int(row), by_loading)
        reading = Reading(property="glass_transition", value=glass(film_.formulation), sd=1.0)
        films.append(film_.model_copy(update={"readings": (*film_.readings, reading)}))
    known = Knowledge(space=WAYS, objectives=(CONDUCTIVITY,), films=tuple(films), suggested=40, event=9)
    free = PoolPlanner(pool).suggest(6, known)
    held = PoolPlanner(pool).suggest(6, known.model_copy(update={"limits": (limit,)}))
    over = [sum(glass(s.formulation) > -30.0 for s in told) for told in (free, held)]
    assert over[0] >= 4
    assert over[1] <= 1
    assert all(limit.label in s.reason.margin for s in held)


def test_what_fails_is_left_for_what_gives_a_film(pool: Pool) -> None:
    """A chance of a film that is nothing for the salt that would be best."""
    rows = np.random.default_rng(3).permutation(180)[:24]
    films = tuple(made(pool, int(row), by_loading) for row in rows)
    known = Knowledge(space=WAYS, objectives=(CONDUCTIVITY,), films=films, suggested=24, event=9)

    def success(knowledge: Knowledge) -> Callable[[Sequence[Formulation]], np.ndarray]:
        return lambda asked: np.array([0.1 if f.salt and f.salt.label == "LiTFSI" else 0.9 for f in asked])

    told = PoolPlanner(pool, success_fit=success).suggest(3, known)
    assert {s.formulation.salt.label for s in told if s.formulation.salt} == {"LiBF4"}
    assert {s.reason.success for s in told} == {0.9}
    drawn = PoolPlanner(pool, Thompson(), success_fit=success).suggest(3, known)
    assert {s.reason.success for s in drawn} == {0.9}


def test_thompson_draws_differ_by_index_and_are_the_same_again(pool: Pool) -> None:
    rows = np.random.default_rng(3).permutation(180)[:24]
    films = tuple(made(pool, int(row), by_loading) for row in rows)
    known = Knowledge(space=WAYS, objectives=(CONDUCTIVITY,), films=films, suggested=24, event=9)
    first = PoolPlanner(pool, Thompson()).suggest(1, known)
    assert first == PoolPlanner(pool, Thompson()).suggest(1, known)
    others = {
        PoolPlanner(pool, Thompson()).suggest(1, known.model_copy(update={"suggested": index}))[0].formulation.key
        for index in range(25, 33)
    }
    assert len(others) > 2


def test_drawn_functions_have_the_mean_and_spread_of_the_posterior(pool: Pool) -> None:
    everything = pool.made_in(likeness_of_ways(WAYS))
    known = tuple(range(0, 180, 11))
    learnt = kin(everything, known, [float(row % 7) for row in known], ("tanimoto",))
    rows = np.array([1, 2, 50, 90])
    mean, root = learnt.joint(rows)
    told = learnt.of_rows(rows, (("tanimoto",),))[0]
    np.testing.assert_allclose(mean, told[0], atol=1e-6)
    np.testing.assert_allclose(np.sqrt((root**2).sum(axis=1)), told[1], rtol=0.02)
