"""A pool behind the seam of campaigns: feasible, pure, and told why."""

import pytest

from chemistry.errors import BadInput
from ledger.film import Film, Reading
from planners.objectives import Limit, Objective
from planners.points import reasons_not_to
from planners.pool.candidates import Pool, pool_of
from planners.pool.planner import PoolPlanner, formulation_of
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
    return Film(film_id=f"film-{number}", formulation=formulation_of(unit, SPACE), readings=(reading,))


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
    made = [formulation_of(unit, SPACE) for unit in pool.units]
    assert len(start) == sum(not reasons_not_to(SPACE, formulation) for formulation in made) > 20
    assert all(suggestion.reason.expected == {} for suggestion in start[:5])
    assert PoolPlanner(pool).suggest(2, knowledge(pool, range(30))) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"salts": ["LiTFSI", "LiBF4"]},
        {"salt_loading": {"low": 1.0, "high": 1.2, "unit": "mol/kg"}},
        {"plasticisers": ["succinonitrile"], "plasticiser_fraction": {"low": 0.1, "high": 0.2, "unit": "w/w"}},
    ],
)
def test_a_space_that_leaves_open_what_a_polymer_is_made_with_is_refused(
    pool: Pool, changed: dict[str, object]
) -> None:
    given = {"polymers": ["PEO"], "salts": ["LiTFSI"], "salt_loading": {"low": 1.2, "high": 1.2, "unit": "mol/kg"}}
    space = DesignSpace.model_validate({**given, **changed})
    with pytest.raises(BadInput, match="leaves open"):
        PoolPlanner(pool).suggest(1, knowledge(pool, range(0), space=space))


def test_several_objectives_are_refused(pool: Pool) -> None:
    both = (CONDUCTIVITY, Objective(property="log10_storage_modulus"))
    with pytest.raises(BadInput, match="one objective"):
        PoolPlanner(pool).suggest(1, knowledge(pool, range(0), objectives=both))


def test_limits_are_refused_and_not_left_aside(pool: Pool) -> None:
    given = knowledge(pool, range(0)).model_copy(update={"limits": (Limit(property="oxidation_limit", at_least=4.5),)})
    with pytest.raises(BadInput, match="with 1 limits"):
        PoolPlanner(pool).suggest(1, given)
