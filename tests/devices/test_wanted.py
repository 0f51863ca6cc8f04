"""What is wanted of a film decides what its station needs, and in which order things are measured."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from devices.lab import Lab
from devices.plans import make_film, measure_film
from devices.protocols import MAKE_ROLES, MEASURE_ROLES, Polarise, ScanHeat, Sweep, SweepVoltage
from devices.wanted import Wanted
from ledger.measurement import Calorimetry, ImpedanceSpectrum, ModulusReading, Polarisation, VoltageSweep
from sim.lab_record import PhysicalAct, read_record

EVERYTHING = Wanted(
    spectra_at_C=(30.0, 60.0),
    sweep=Sweep(points_per_decade=2),
    indent_at_C=(30.0,),
    polarise_at_C=(70.0,),
    polarise=Polarise(hours=4.0),
    scan_heat=ScanHeat(),
    sweep_voltage_at_C=(60.0,),
)


def acts(folder: Path) -> Iterator[PhysicalAct]:
    return (act for act in read_record(folder / "lab.sqlite") if act.outcome == "done")


def test_an_instrument_is_needed_only_where_something_is_wanted_of_it() -> None:
    assert Wanted(spectra_at_C=(30.0,)).roles == MEASURE_ROLES
    assert set(EVERYTHING.roles) == {*MEASURE_ROLES, "mechanical_tester", "lithium_cell", "calorimeter"}
    assert Wanted(sweep_voltage_at_C=(60.0,)).roles == (*MEASURE_ROLES, "lithium_cell")


def test_nothing_wanted_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing is wanted"):
        Wanted()


def test_the_spectra_give_the_order_of_temperatures() -> None:
    wanted = Wanted(spectra_at_C=(60.0, 30.0), indent_at_C=(25.0, 30.0), polarise_at_C=(80.0, 60.0))
    assert wanted.visited_C == (25.0, 60.0, 30.0, 80.0)


def test_every_kind_is_measured_and_what_oxidises_its_disc_comes_last(
    lab: Lab, peo_litfsi: Formulation, tmp_path: Path
) -> None:
    maker, station = lab.station_with(MAKE_ROLES), lab.station_with(EVERYTHING.roles)
    made = maker.run(make_film(maker, "film", peo_litfsi, 400), sample="film")
    found = station.run(measure_film(station, "film", EVERYTHING, film=made), sample="film").measurements
    kinds = [ImpedanceSpectrum, ModulusReading, ImpedanceSpectrum, Polarisation, Calorimetry, VoltageSweep]
    assert [type(measurement) for measurement in found] == kinds
    assert found[3].before.thickness_um == made.thickness_um
    assert found[3].time_s[-1] == pytest.approx(4 * 3600)
    assert found[5].potential_V[-1] == pytest.approx(6.0)
    assert found[4].sample_temperature_C[0] == pytest.approx(-130.0)
    commands = [act.command for act in acts(tmp_path) if act.sample == "film"]
    after_the_sweep = commands[commands.index("SweepVoltage") + 1 :]
    assert set(after_the_sweep) <= {"HeaterOff", "Unload"}


def test_measuring_again_takes_a_fresh_disc_and_gives_another_noise(lab: Lab, peo_litfsi: Formulation) -> None:
    maker, station = lab.station_with(MAKE_ROLES), lab.station_with(EVERYTHING.roles)
    maker.run(make_film(maker, "film", peo_litfsi, 400), sample="film")
    wanted = Wanted(sweep_voltage_at_C=(60.0,))
    first, second = (
        station.run(measure_film(station, "film", wanted), sample="film").measurements[0] for _ in range(2)
    )
    assert first.current_density_A_cm2 != second.current_density_A_cm2
    assert not any(command.consuming for command in (Polarise, SweepVoltage, ScanHeat))


def test_a_station_without_the_instrument_is_refused_before_anything_moves(lab: Lab, tmp_path: Path) -> None:
    station = lab.station_with(EVERYTHING.roles)
    del station.instruments["calorimeter"]
    with pytest.raises(BadInput, match="has no calorimeter"):
        station.run(measure_film(station, "film", EVERYTHING), sample="film")
    assert not list(acts(tmp_path))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(polarise_at_C=(30.0,), polarise=Polarise(hours=1000)), "cannot polarise with 0.01 V for 1000 h"),
        (Wanted(sweep_voltage_at_C=(30.0,), sweep_voltage=SweepVoltage(to_V=9)), "cannot sweep from 2.5 to 9 V"),
        (Wanted(scan_heat=ScanHeat(from_C=-200)), "cannot scan from -200 to 120 °C"),
    ],
    ids=["polarise", "sweep voltage", "scan heat"],
)
def test_an_instrument_refuses_what_it_cannot_do(lab: Lab, peo_litfsi: Formulation, wanted: Wanted, words: str) -> None:
    from devices.errors import InstrumentError

    maker, station = lab.station_with(MAKE_ROLES), lab.station_with(EVERYTHING.roles)
    maker.run(make_film(maker, "film", peo_litfsi, 400), sample="film")
    with pytest.raises(InstrumentError, match=words):
        station.run(measure_film(station, "film", wanted), sample="film")
