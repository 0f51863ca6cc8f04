from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from chemistry.errors import BadInput
from chemistry.units import li_per_site, salt_weight_fraction
from planners.points import Point, apart, formulation_at, point_of, reasons_not_to, rounded
from planners.sampling import balanced_block, neighbours, sample
from planners.space import DesignSpace

EXAMPLE = Path(__file__).parents[2] / "examples" / "peo_salts.yaml"


@pytest.fixture(scope="module")
def example() -> dict:
    return yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["space"]


def test_the_example_is_a_space(example):
    space = DesignSpace.model_validate(example)
    assert [polymer.label for polymer in space.polymers] == example["polymers"]
    assert space.plasticisers[0] is None
    assert DesignSpace.model_validate(space.model_dump(mode="json")) == space


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"polymers": ["PEO", "*OCC*"]}, "same as PEO"),
        ({"salts": ["LiTf", "lithium triflate"]}, "name it once"),
        ({"polymers": ["unobtainium"]}, "unobtainium"),
        ({"salt_loading": {"low": 0.02, "high": 0.2, "unit": "°C"}}, "°C"),
        ({"salt_loading": {"low": 0.3, "high": 0.2, "unit": "Li/O"}}, "smaller one"),
        ({"salt_loading": {"low": 0.0, "high": 0.2, "unit": "Li/O"}}, "above 0"),
        ({"salt_loading": {"low": 0.1, "high": 9.0, "unit": "Li/O"}}, "beyond the limit"),
        ({"plasticiser_fraction": {"low": 0.02, "high": 0.3, "unit": "mol/kg"}}, "w/w"),
        ({"plasticiser_fraction": {"low": 0.02, "high": 1.5, "unit": "w/w"}}, "below 1"),
        ({"plasticiser_fraction": None}, "plasticiser_fraction is missing"),
        ({"plasticisers": ["none"]}, "no plasticiser is named"),
        ({"constraints": [{"sum": ["salt_fraction"], "at_most": 1.5}]}, "less than or equal to 1"),
        ({"constraints": [{"ratio": ["salt_fraction", "salt_fraction"], "at_most": 1.5}]}, "always one"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(example, change, told):
    with pytest.raises(ValidationError, match=told):
        DesignSpace.model_validate({**example, **change})


def test_an_empty_space_says_why(example):
    tight = [{"sum": ["salt_fraction", "plasticiser_fraction"], "at_most": 0.01}]
    space = DesignSpace.model_validate({**example, "polymers": ["PEO"], "constraints": tight})
    with pytest.raises(BadInput, match="salt_fraction"):
        sample(space, 4, seed=0)


@pytest.mark.parametrize(("unit", "low", "high"), [("Li/O", 0.02, 0.2), ("mol/kg", 0.5, 4.0), ("w/w", 0.1, 0.4)])
def test_points_and_formulations_convert_into_each_other(example, unit, low, high):
    space = DesignSpace.model_validate({**example, "salt_loading": {"low": low, "high": high, "unit": unit}})
    for point in sample(space, 20, seed=1):
        back = point_of(space, formulation_at(space, point))
        assert back is not None
        assert apart(space, point, back) < 1e-9


def test_samples_keep_ranges_constraints_and_digits(space):
    points = sample(space, 200, seed=3)
    assert len(set(points)) == 200
    for point in points:
        formulation = formulation_at(space, point)
        assert 0.0199 < li_per_site(formulation) < 0.2001
        assert salt_weight_fraction(formulation) + point.fraction <= 0.6
        assert point == rounded(space, point)
        assert not reasons_not_to(space, formulation)
        assert (point.fraction == 0) == (space.plasticisers[point.choices[2]] is None)


def test_a_ratio_is_bounded(example):
    ratio = [{"ratio": ["plasticiser_fraction", "salt_fraction"], "at_most": 0.5}]
    space = DesignSpace.model_validate({**example, "constraints": ratio})
    for point in sample(space, 50, seed=0):
        assert point.fraction <= 0.5 * salt_weight_fraction(formulation_at(space, point)) + 1e-12


def test_the_same_seed_draws_the_same_sample_and_another_one_another(space):
    assert sample(space, 30, seed=1) == sample(space, 60, seed=1)[:30]
    assert sample(space, 30, seed=1) != sample(space, 30, seed=2)


@pytest.mark.parametrize("n", [1, 5, 9, 16])
def test_a_block_deals_components_out_evenly(space, n):
    block = balanced_block(space, n, seed=11)
    assert len(set(block)) == n
    for axis, size in enumerate((3, 4, 3)):
        counts = [sum(point.choices[axis] == i for point in block) for i in range(size)]
        assert max(counts) - min(counts) <= 1


def test_neighbours_are_near_or_differ_in_one_component(space):
    centre = Point(choices=(0, 0, 1), amounts=(0.08, 0.1))
    near = neighbours(space, centre, 24, reach=0.1, seed=0)
    assert len(near) == 24
    for point in near:
        assert sum(mine != its for mine, its in zip(point.choices, centre.choices, strict=True)) <= 1
        assert abs(point.loading - 0.08) <= 0.1 * 0.18 + 1e-9


def test_a_film_of_other_components_is_not_in_the_space(space, example):
    other = DesignSpace.model_validate({**example, "polymers": ["PEC"]})
    assert point_of(space, formulation_at(other, sample(other, 1, seed=0)[0])) is None
