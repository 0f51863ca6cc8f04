"""A polymer electrolyte in reduced numbers: its medium, its box, its run, and trends of its conductivity."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.program import Program
from sim.md.recipe import Settings
from sim.md.reduced import (
    OPTICAL,
    Reduced,
    ReducedResult,
    content,
    onsager_permittivity,
    reduced_box,
    simulate_reduced,
    units_above_glass,
)
from sim.md.script import Segment
from sim.md.stages import Plan

BASE = Reduced(temperature_K=353.15, chain_beads=10, loading=0.1, anion_diameter=1.94, dipole_D=1.3, pressure=3.0)


def test_permittivity_of_dipoles() -> None:
    assert onsager_permittivity(0.0, 14.0, 350.0) == pytest.approx(OPTICAL)
    found = [onsager_permittivity(dipole, 14.0, 350.0) for dipole in (0.5, 1.0, 2.0, 4.0)]
    assert found == sorted(found)
    assert onsager_permittivity(1.0, 14.0, 400.0) < onsager_permittivity(1.0, 14.0, 300.0)
    # Far above ε∞, ε = y (ε∞ + 2)² / 2 with y = ρ μ² / 9 ε₀ kT: fourfold for twice the dipole.
    assert onsager_permittivity(20.0, 14.0, 350.0) / onsager_permittivity(10.0, 14.0, 350.0) == pytest.approx(
        4, rel=0.01
    )


def test_the_formula_of_onsager_holds() -> None:
    n, T, dipole = 14.0, 350.0, 1.3
    epsilon = onsager_permittivity(dipole, n, T)
    left = (epsilon - OPTICAL) * (2 * epsilon + OPTICAL) / (epsilon * (OPTICAL + 2) ** 2)
    right = n * 1e27 * (dipole * 3.33564e-30) ** 2 / (9 * 8.8541878128e-12 * 1.380649e-23 * T)
    assert left == pytest.approx(right, rel=1e-9)


def test_the_usual_dipole_is_that_of_peo() -> None:
    """7.5 in the catalogue (Wheatle et al., Macromolecules 2018, 51, 7471)."""
    assert BASE.relative_permittivity == pytest.approx(7.5, rel=0.06)
    assert BASE.bjerrum_length == pytest.approx(16, rel=0.08)


def test_a_box_holds_what_was_asked_for() -> None:
    given = replace(BASE, side_diameter=1.2, side_every=3, chain_beads=12)
    box = reduced_box(given, 700, np.random.default_rng(0))
    count = box.system.count
    assert count("backbone") == 3 * count("side")
    assert count("Li") == count("anion") == round(given.loading * count("backbone"))
    assert box.system.n == pytest.approx(700, rel=0.05)
    chains, sides, ions = content(given, 700)
    assert (chains * 12, chains * sides, ions) == (count("backbone"), count("side"), count("Li"))
    assert reduced_box(BASE, 400, np.random.default_rng(0)).system.count("side") == 0


@pytest.mark.parametrize(
    ("change", "beads", "reason"),
    [
        ({"loading": 0.005}, 400, "the least is 5"),
        ({"anion_diameter": 3.0, "loading": 0.03}, 200, "need"),
        ({"anion_diameter": 4.0}, 400, "4 is out of 0.5 to 3"),
        ({"chain_beads": 1}, 400, "1 is out of 2 to 200"),
        ({"side_diameter": 2.0}, 400, "2 is out of"),
        ({"well_kT": -1.0}, 400, "-1 is out of"),
    ],
)
def test_what_no_box_can_hold_is_refused(change: dict[str, float], beads: int, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        content(replace(BASE, **change), beads)  # pyright: ignore[reportArgumentType]


def test_units_are_those_of_peo_above_its_glass() -> None:
    assert units_above_glass(143.0).length_m == pytest.approx(0.393e-9, rel=0.01)
    assert units_above_glass(100.0).time_s > units_above_glass(143.0).time_s
    with pytest.raises(BadInput, match="a glass"):
        units_above_glass(5.0)


def run(given: Reduced, folder: Path, steps: int, segments: int, beads: int = 300, seed: int = 1) -> ReducedResult:
    plan = Plan(Segment(steps, steps // 100, steps // 200), most_equilibration=1, most_production=segments)
    settings = Settings(beads, precision=0.001, plan=plan, push_steps=400)
    return simulate_reduced(given, folder, seed, settings)


def test_salt_draws_a_box_together_where_pressure_is_kept(program: Program, tmp_path: Path) -> None:
    salty = replace(BASE, loading=0.3)
    edges = []
    for pressure in (None, 3.0, 6.0):
        found = run(replace(salty, pressure=pressure), tmp_path / str(pressure), 200, 2)
        edges.append(found.produced.trajectory.edges[-1, 0] / found.box.system.edge)
        assert np.ptp(found.produced.trajectory.edges) == 0  # the motion that is analysed keeps its volume
    assert edges[0] == pytest.approx(1, abs=1e-4)
    assert edges[0] > edges[1] > edges[2] > 0.7


def test_a_short_run_says_that_lithium_does_not_diffuse_yet(program: Program, tmp_path: Path) -> None:
    found = run(BASE, tmp_path / "run", 200, 2)
    assert not found.diffusive
    assert not found.equilibrated
    assert found.log10 is not None
    assert found.log10.value == pytest.approx(np.log10(found.transport.cations.value))
    share = found.transport.cations.value / found.transport.nernst_einstein.value
    assert share == pytest.approx(found.transport.transference_ideal.value)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_more_salt_and_smaller_anions_conduct_better(program: Program, tmp_path: Path) -> None:
    """The two trends that stand far above chance; the others are figures of `benchmarks/reduced_trends.py`."""
    middle = replace(BASE, loading=0.15, anion_diameter=1.4, dipole_D=2.0)

    def conductivity(**change: float) -> float:
        found = [
            run(replace(middle, **change), tmp_path / f"{change} {seed}", 6000, 4, seed=seed)  # pyright: ignore
            for seed in (1, 2)
        ]
        return float(np.mean([one.log10.value for one in found if one.log10 is not None]))

    assert conductivity(loading=0.3) - conductivity(loading=0.05) > 0.2
    assert conductivity(anion_diameter=1.0) - conductivity(anion_diameter=2.4) > 0.2
