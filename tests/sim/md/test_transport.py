"""Conductivities of ions that know nothing of one another, of pairs that stay together, and of drifting boxes."""

from dataclasses import replace

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.transport import transport
from tests.sim.md.walks import random_walks

CHARGES = {"Li": 1.0, "X": -1.0}


def test_uncorrelated_ions_have_ionicity_one() -> None:
    walk = random_walks({"Li": 60, "X": 60}, {"Li": 0.1, "X": 0.3}, 4000, seed=1)
    found = transport(walk, CHARGES)
    assert found.nernst_einstein.value == pytest.approx((0.1 + 0.3) * 60 / 1000, rel=0.03)
    assert abs(found.ionicity.value - 1) < 3 * found.ionicity.error
    assert found.ionicity.error < 0.25
    assert found.transference_ideal.value == pytest.approx(0.25, abs=0.02)
    assert abs(found.transference_collective.value - 0.25) < 4 * found.transference_collective.error
    assert not found.drift  # only ions are there


def test_pairs_that_stay_together_carry_nothing() -> None:
    walk = random_walks({"Li": 40, "X": 40}, {"Li": 0.1, "X": 0.1}, 1000, seed=2)
    paired = walk.positions.copy()
    paired[:, 40:] = paired[:, :40] + 0.5
    found = transport(replace(walk, positions=paired), CHARGES)
    assert found.nernst_einstein.value > 0
    assert found.ionicity.value == pytest.approx(0, abs=1e-9)


def test_conductivity_counts_charges_squared() -> None:
    walk = random_walks({"Li": 40, "X": 40}, {"Li": 0.1, "X": 0.1}, 500, seed=3)
    once, twice = transport(walk, CHARGES), transport(walk, {"Li": 2.0, "X": -2.0})
    assert twice.nernst_einstein.value == pytest.approx(4 * once.nernst_einstein.value)
    assert twice.collective.value == pytest.approx(4 * once.collective.value)


def test_drift_of_the_box_is_no_transport() -> None:
    walk = random_walks({"Li": 30, "X": 30, "M": 200}, {"Li": 0.1, "X": 0.1, "M": 0.01}, 600, seed=4)
    wind = np.arange(600)[:, None, None] * np.array([0.05, 0.0, 0.0])
    still, blown = transport(walk, CHARGES), transport(replace(walk, positions=walk.positions + wind), CHARGES)
    assert blown.drift
    assert blown.nernst_einstein.value == pytest.approx(still.nernst_einstein.value)


def test_ions_that_are_not_there_are_named() -> None:
    walk = random_walks({"Li": 3, "X": 3}, {"Li": 0.1, "X": 0.1}, 50, seed=5)
    with pytest.raises(BadInput, match=r"no ion TFSI is in the trajectory.*Li, X"):
        transport(walk, {"Li": 1.0, "TFSI": -1.0})
    with pytest.raises(BadInput, match="no ion is named"):
        transport(walk, {"Li": 0.0})
