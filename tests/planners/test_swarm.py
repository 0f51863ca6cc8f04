"""The particle swarm: rebuilt by index, drawn to what is best, and always on something that may be made."""

import pytest

from planners.options import SwarmOptions
from planners.points import apart, formulation_at, point_of, reasons_not_to
from planners.protocols import Decided, Knowledge, with_suggested
from planners.sampling import sample
from planners.sobol import SobolPlanner
from planners.swarm import SwarmPlanner
from tests.planners.conftest import conductivity, film

FOUR = SwarmPlanner(SwarmOptions(particles=4))


def keys(suggestions):
    return [suggestion.formulation.key for suggestion in suggestions]


def swarmed(knowledge: Knowledge) -> Knowledge:
    """The same films, as the first steps of a swarm."""
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(knowledge.films)
    )
    return knowledge.model_copy(update={"history": history})


def test_its_first_positions_are_an_even_spread(space, objectives):
    nothing = Knowledge(space=space, objectives=objectives, seed=5)
    assert keys(FOUR.suggest(4, nothing)) == keys(SobolPlanner(4).suggest(4, nothing))


def test_steps_are_feasible_new_and_the_same_one_by_one(knowledge):
    known = swarmed(knowledge)
    at_once = FOUR.suggest(3, known)
    assert [suggestion.index for suggestion in at_once] == [12, 13, 14]
    assert len(set(keys(at_once))) == 3
    for suggestion in at_once:
        assert not reasons_not_to(known.space, suggestion.formulation)
        assert suggestion.formulation.key not in {film.formulation.key for film in known.films}
    (first,) = FOUR.suggest(1, known)
    (second,) = FOUR.suggest(1, with_suggested(known, [first]))
    assert keys(at_once)[:2] == keys([first, second])


def test_the_order_of_results_makes_no_difference(knowledge):
    known = swarmed(knowledge)
    turned = known.model_copy(update={"films": tuple(reversed(known.films))})
    assert keys(FOUR.suggest(2, turned)) == keys(FOUR.suggest(2, known))


def test_the_reason_names_the_particle_and_both_attractions(knowledge):
    (step,) = FOUR.suggest(1, swarmed(knowledge))
    assert step.reason.summary.startswith("Particle 1 of 4 goes on from")
    assert "its own best, film" in step.reason.summary
    assert "the best by its weights, film" in step.reason.summary


def test_without_inertia_and_attraction_a_particle_stays_where_it_is(knowledge):
    still = SwarmPlanner(SwarmOptions(particles=4, inertia=0.0, own=0.0, shared=0.0))
    (step,) = still.suggest(1, swarmed(knowledge))
    here = point_of(knowledge.space, knowledge.films[8].formulation)
    there = point_of(knowledge.space, step.formulation)
    assert here is not None
    assert there is not None
    assert 0.02 < apart(knowledge.space, here, there) < 0.1, "as near as a new formulation can be"


def test_attracted_by_the_best_alone_it_comes_to_the_best_components(space, objectives):
    """One objective, full attraction: every particle ends beside the best host and salt."""
    conducts = objectives[:1]
    points = sample(space, 8, seed=2)
    films = tuple(film(formulation_at(space, point), f"film {i}") for i, point in enumerate(points))
    history = tuple(
        Decided(index=i, planner="swarm", formulation=made.formulation, outcome="observed", film_id=made.film_id)
        for i, made in enumerate(films)
    )
    known = Knowledge(space=space, objectives=conducts, films=films, history=history, seed=1, suggested=8)
    best = max(films, key=lambda made: conductivity(made.formulation, 30.0))
    drawn = SwarmPlanner(SwarmOptions(particles=4, inertia=0.0, own=0.0, shared=4.0))
    steps = drawn.suggest(4, known)
    same = [s.formulation.polymer == best.formulation.polymer for s in steps]
    assert sum(same) >= 3
    mean = sum(conductivity(s.formulation, 30.0) for s in steps) / 4
    assert mean > sum(conductivity(made.formulation, 30.0) for made in films) / 8


def test_a_particle_whose_films_all_failed_still_moves(knowledge):
    known = swarmed(knowledge)
    lost = {decided.film_id for decided in known.history if decided.index % 4 == 0}
    films = tuple(film for film in known.films if film.film_id not in lost)
    history = tuple(
        decided.model_copy(update={"outcome": "failed", "film_id": None}) if decided.film_id in lost else decided
        for decided in known.history
    )
    (step,) = FOUR.suggest(1, known.model_copy(update={"films": films, "history": history}))
    assert "no result of its own yet" in step.reason.summary


@pytest.mark.parametrize("particles", [2, 5, 12])
def test_any_number_of_particles_walks(knowledge, particles):
    assert len(SwarmPlanner(SwarmOptions(particles=particles)).suggest(2, swarmed(knowledge))) == 2
