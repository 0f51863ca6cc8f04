"""A small campaign whose truth is a formula, for planners to work on without the twin."""

import math

import pytest

from chemistry.formulation import Formulation
from chemistry.units import li_per_site
from ledger.film import Film, Reading
from planners.objectives import Objective
from planners.points import formulation_at
from planners.protocols import Knowledge
from planners.sampling import balanced_block
from planners.space import DesignSpace

SPACE = {
    "polymers": ["PEO", "PPO", "PTHF"],
    "salts": ["LiTFSI", "LiClO4", "LiBF4", "LiTf"],
    "salt_loading": {"low": 0.02, "high": 0.2, "unit": "Li/O"},
    "plasticisers": ["none", "succinonitrile", "tetraglyme"],
    "plasticiser_fraction": {"low": 0.02, "high": 0.3, "unit": "w/w"},
    "constraints": [{"sum": ["salt_fraction", "plasticiser_fraction"], "at_most": 0.6}],
}
HOST = {"PEO": 0.0, "PPO": -0.4, "PTHF": -0.8}
ANION = {"LiTFSI": 0.0, "LiClO4": -0.2, "LiBF4": -1.2, "LiTf": -1.0}


def conductivity(formulation: Formulation, temperature_C: float) -> float:
    """log10(S/cm): best near r = 0.08, up with plasticiser and temperature."""
    fraction = sum(content.weight_fraction for content in formulation.additives)
    salt = formulation.salt
    anion = ANION[salt.label] if salt is not None else 0.0
    loading = -8.0 * math.log10(li_per_site(formulation) / 0.08) ** 2 / 4
    activation = -2.5 * (1000 / (temperature_C + 273.15) - 1000 / 303.15)
    return -5.0 + HOST[formulation.polymer.label] + anion + loading + 5 * fraction + activation


def modulus(formulation: Formulation) -> float:
    """log10(MPa): down with plasticiser and salt."""
    fraction = sum(content.weight_fraction for content in formulation.additives)
    return 2.0 - 6 * fraction - 4 * li_per_site(formulation)


def film(formulation: Formulation, name: str, offset: float = 0.0) -> Film:
    readings = [
        Reading(
            property="log10_conductivity", value=conductivity(formulation, T) + offset, sd=0.01, temperature_C=float(T)
        )
        for T in (30, 55, 80)
    ]
    stiffness = Reading(property="log10_storage_modulus", value=modulus(formulation), sd=0.02, temperature_C=30.0)
    return Film(film_id=name, formulation=formulation, readings=(*readings, stiffness))


@pytest.fixture(scope="session")
def space() -> DesignSpace:
    return DesignSpace.model_validate(SPACE)


@pytest.fixture(scope="session")
def objectives() -> tuple[Objective, Objective]:
    return (
        Objective(property="log10_conductivity", temperature_C=30.0, reference=-9.0),
        Objective(property="log10_storage_modulus", temperature_C=30.0, reference=-3.0),
    )


@pytest.fixture(scope="session")
def knowledge(space: DesignSpace, objectives: tuple[Objective, Objective]) -> Knowledge:
    """Twelve films, one of them a failure."""
    points = balanced_block(space, 12, seed=5)
    films = tuple(film(formulation_at(space, point), f"film {i}") for i, point in enumerate(points))
    return Knowledge(space=space, objectives=objectives, films=films, event=40, seed=5, suggested=12)
