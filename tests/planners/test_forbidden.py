"""Pairs that a space forbids: what is wrong with them is refused, and no planner ever suggests one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from planners.bayesian import BayesianPlanner
from planners.choice import planner
from planners.options import GeneticOptions, PlannerOptions
from planners.points import formulation_at, point_of, reasons_not_to
from planners.protocols import Decided, Knowledge
from planners.replay import ReplayPlanner
from planners.sampling import balanced_block, neighbours, sample
from planners.space import DesignSpace
from tests.planners.conftest import SPACE, film

POLYMERS, SALTS, PLASTICISERS = SPACE["polymers"], SPACE["salts"], SPACE["plasticisers"]
PAIRS = [
    *({"polymer": polymer, "salt": salt} for polymer, salt in product(POLYMERS, SALTS)),
    *({"salt": salt, "plasticiser": plasticiser} for salt, plasticiser in product(SALTS, PLASTICISERS[1:])),
    *({"polymer": polymer, "plasticiser": plasticiser} for polymer, plasticiser in product(POLYMERS, PLASTICISERS[1:])),
]
QUICK = PlannerOptions(genetic=GeneticOptions(fitness="experiment"))
WHO = [planner("random"), planner("sobol"), planner("swarm"), planner("genetic", options=QUICK)]


def forbidding(*pairs: dict[str, str]) -> DesignSpace:
    constraints = [*SPACE["constraints"], *({"forbid": pair} for pair in pairs)]
    return DesignSpace.model_validate({**SPACE, "constraints": constraints})


def told_of(space: DesignSpace, seed: int = 5) -> Knowledge:
    """Six films, each with who asked for it."""
    films = tuple(film(formulation_at(space, p), f"film {i}") for i, p in enumerate(balanced_block(space, 6, seed)))
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(films)
    )
    aims = ({"property": "log10_conductivity", "temperature_C": 30.0, "reference": -9.0},)
    return Knowledge.model_validate(
        {"space": space, "objectives": aims, "films": films, "history": history, "seed": seed, "suggested": 6}
    )


def pairs_of(formulation) -> list[dict[str, str]]:
    parts = {"polymer": formulation.polymer.label, "salt": formulation.salt.label}
    if formulation.additives:
        parts["plasticiser"] = formulation.additives[0].additive.label
    kinds = [("polymer", "salt"), ("salt", "plasticiser"), ("polymer", "plasticiser")]
    return [{one: parts[one], other: parts[other]} for one, other in kinds if {one, other} <= set(parts)]


@settings(deadline=None, max_examples=12, derandomize=True)
@given(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=5, unique_by=str))
def test_no_planner_suggests_a_forbidden_pair(pairs: list[dict[str, str]]) -> None:
    space = forbidding(*pairs)
    labels = {p.label for p in space.plasticisers if p is not None}
    assert labels == set(PLASTICISERS[1:]), "labels are the names of the file, so that pairs can be compared by them"
    known = told_of(space)
    for who in WHO:
        for suggestion in who.suggest(2, known):
            assert not [pair for pair in pairs_of(suggestion.formulation) if pair in pairs]
            assert not reasons_not_to(space, suggestion.formulation)


def test_samples_blocks_neighbours_and_the_bayesian_pool_keep_to_it() -> None:
    pair = {"polymer": "PEO", "salt": "LiTFSI"}
    space = forbidding(pair)
    points = [*sample(space, 60, 1), *balanced_block(space, 12, 1)]
    points += neighbours(space, points[0], 40, 0.25, 1)
    assert not any(pair in pairs_of(formulation_at(space, point)) for point in points)
    assert {point.polymer for point in points} == {0, 1, 2}
    for suggestion in BayesianPlanner(pool=128, finalists=16).suggest(2, told_of(space)):
        assert pair not in pairs_of(suggestion.formulation)


def test_three_together_are_forbidden_only_together() -> None:
    space = forbidding({"polymer": "PEO", "salt": "LiTFSI", "plasticiser": "tetraglyme"})
    made = [pairs_of(formulation_at(space, point)) for point in sample(space, 400, 1)]
    assert any({"polymer": "PEO", "salt": "LiTFSI"} in pairs and len(pairs) == 3 for pairs in made)
    assert not any(
        {"polymer": "PEO", "salt": "LiTFSI"} in pairs and {"salt": "LiTFSI", "plasticiser": "tetraglyme"} in pairs
        for pairs in made
    )


def test_replay_leaves_out_what_is_forbidden_now() -> None:
    free = forbidding()
    old = [formulation_at(free, point) for point in sample(free, 30, 2)]
    space = forbidding({"polymer": "PEO", "salt": "LiTFSI"})
    told = ReplayPlanner(old).suggest(30, Knowledge.model_validate({**dict(told_of(space)), "suggested": 0}))
    allowed = [one for one in old if {"polymer": "PEO", "salt": "LiTFSI"} not in pairs_of(one)]
    assert [suggestion.formulation.key for suggestion in told] == [one.key for one in allowed]
    assert len(allowed) < len(old)


def test_a_forbidden_film_of_before_is_still_in_the_space() -> None:
    """What was made elsewhere is learnt from, though it is not to be made again."""
    space = forbidding({"polymer": "PEO", "salt": "LiTFSI"})
    free = forbidding()
    made = next(f for p in sample(free, 60, 1) if pairs_of(f := formulation_at(free, p))[0] == PAIRS[0])
    assert point_of(space, made) is not None
    assert reasons_not_to(space, made) == ("PEO with LiTFSI is forbidden",)


def test_names_smiles_and_a_round_trip_mean_the_same() -> None:
    by_name, by_smiles = (
        forbidding({"polymer": "PEO", "salt": "LiTf"}),
        forbidding({"polymer": "*OCC*", "salt": "LiTf"}),
    )
    assert by_name == by_smiles
    assert DesignSpace.model_validate(by_name.model_dump(mode="json")) == by_name


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([{"polymer": "PEO"}], "two components at least"),
        ([{"salt": "LiTFSI", "plasticiser": "none"}], "two components at least"),
        ([{"polymer": "PEO", "salt": "LiPF6"}], "LiPF6 is not in the space"),
        ([{"polymer": "PEO", "salt": "unobtainium"}], "unobtainium"),
        ([{"polymer": "PEO", "solvent": "water"}], "solvent"),
        ([{"polymer": "PEO", "salt": salt} for salt in SALTS], "no film with the polymer PEO"),
        ([{"polymer": polymer, "salt": salt} for polymer in POLYMERS for salt in SALTS], "forbid every film"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(pairs, told) -> None:
    with pytest.raises(ValidationError, match=told):
        forbidding(*pairs)
