import numpy as np
import pytest

from chemistry.errors import BadInput
from ledger.film import Film, Reading
from planners.objectives import Objective
from planners.pareto import front, hypervolume, objective_values, reference_point

UP = Objective(property="log10_conductivity", temperature_C=30.0)
DOWN = Objective(property="log10_storage_modulus", goal="minimise", temperature_C=30.0)


def test_the_front_holds_what_nothing_beats():
    values = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 1.0], [0.0, 3.0]])
    both_up = (UP, UP.model_copy(update={"temperature_C": 80.0}))
    assert front(values, both_up) == [1, 2, 3]
    assert front(values, (UP, DOWN)) == [2]


def test_hypervolume_of_a_staircase_is_its_area():
    both_up = (UP, UP.model_copy(update={"temperature_C": 80.0}))
    values = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [0.5, 0.5]])
    assert hypervolume(values, both_up, np.zeros(2)) == pytest.approx(6.0)
    assert hypervolume(values[:0], both_up, np.zeros(2)) == 0
    assert hypervolume(values[:, :1], (UP,), np.zeros(1)) == 3.0


def test_more_points_never_lose_hypervolume():
    random = np.random.default_rng(0)
    values = random.normal(size=(30, 2))
    volumes = [hypervolume(values[:n], (UP, DOWN), np.array([-4.0, -4.0])) for n in range(1, 31)]
    assert volumes == sorted(volumes)


def test_a_stated_reference_stands_and_another_lies_below_the_front():
    values = np.array([[1.0, 3.0], [3.0, 5.0]])
    stated = UP.model_copy(update={"reference": -9.0})
    assert reference_point(values, (stated, DOWN)) == pytest.approx([-9.0, -5.2])
    with pytest.raises(BadInput, match="reference"):
        reference_point(values[:0], (stated, DOWN))


def test_an_objective_is_read_at_its_temperature_only(knowledge):
    def film(temperature):
        reading = Reading(property="log10_conductivity", value=-5.0, sd=0.1, temperature_C=temperature)
        return Film(film_id="one", formulation=knowledge.films[0].formulation, readings=(reading,))

    assert objective_values(film(30.3), (UP,)) == (-5.0,)
    assert objective_values(film(32.0), (UP,)) is None
    assert objective_values(film(30.0), (UP, DOWN)) is None
