"""Residual solvent: laws of drying, and what is left of it does to a film."""

import itertools

import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from chemistry.process import Cast, Cure, Dissolve, Dry, Press, Process
from chemistry.solvents import SOLVENTS
from sim.twin.composition import truth_glass_transition_C
from sim.twin.drying import SET_FILM_SOLVENT, excess_solvent
from sim.twin.mechanics import truth_storage_modulus_MPa
from sim.twin.transport import truth_log10_conductivity


def dried(temperature_C: float = 60.0, hours: float = 12.0, solvent: str = "acetonitrile") -> Process:
    return Process(steps=(Dissolve(solvent=solvent), Cast(), Dry(temperature_C=temperature_C, hours=hours), Press()))


def film(process: Process, host: str = "PEC") -> Formulation:
    made_of = polymer(host)
    return Formulation(
        polymer=made_of, salt=salt("LiTFSI"), salt_molality_mol_kg=0.06 * made_of.sites_mol_kg, process=process
    )


def excess(process: Process) -> float:
    return excess_solvent(process)[1]


@pytest.mark.parametrize("process", [Process(), Process(steps=()), dried(), Process(steps=(*dried().steps, Cure()))])
def test_the_usual_drying_leaves_the_twin_as_it_was(process: Process) -> None:
    assert excess(process) == 0.0


def test_hotter_longer_and_of_a_more_volatile_solvent_is_drier() -> None:
    for sequence in (
        [excess(dried(T)) for T in (20, 40, 60, 80, 100)],
        [excess(dried(hours=hours)) for hours in (0.1, 1, 6, 12, 24)],
        [excess(dried(solvent=s)) for s in sorted(SOLVENTS, key=lambda s: -SOLVENTS[s].boiling_point_C)],
    ):
        assert all(wetter > drier for wetter, drier in itertools.pairwise(sequence))
        assert all(-0.01 < left <= SET_FILM_SOLVENT for left in sequence)


def test_half_the_time_twice_is_the_whole_time() -> None:
    once = dried(hours=8)
    twice = Process(steps=(Dissolve(), Cast(), Dry(hours=4), Dry(hours=4), Press()))
    assert excess(once) == pytest.approx(excess(twice))


def test_no_solvent_leaves_none_and_an_unknown_one_is_as_the_usual() -> None:
    assert excess(Process(steps=(Press(),))) == pytest.approx(excess(dried(hours=1e4)))
    assert excess(dried(40, solvent="aqua regia")) == excess(dried(40))


@pytest.mark.parametrize("host", ["PEO", "PEC", "PCL"])
def test_a_wetter_film_conducts_better_and_is_softer(host: str) -> None:
    films = [film(dried(T), host) for T in (30, 45, 60, 80, 100)]
    for law, sign in (
        (lambda one: truth_log10_conductivity(one, 60), -1),
        (truth_glass_transition_C, 1),
        (lambda one: truth_storage_modulus_MPa(one, 80), 1),
    ):
        values = [sign * law(one) for one in films]
        assert all(before < after for before, after in itertools.pairwise(values))


def test_a_poor_drying_is_worth_tenths_of_a_decade_and_a_better_one_hundredths() -> None:
    usual = truth_log10_conductivity(film(Process(), "PEO"), 60)
    assert 0.05 < truth_log10_conductivity(film(dried(40), "PEO"), 60) - usual < 0.5
    assert 0.001 < usual - truth_log10_conductivity(film(dried(100), "PEO"), 60) < 0.05
