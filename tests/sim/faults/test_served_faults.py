"""Faults of a lab behind process variables: injected by the lab's own process, met by another."""

from collections.abc import Iterator
from typing import Any

import pytest

from chemistry.catalogue import polymer, salt
from chemistry.formulation import Formulation
from devices.epics import epics_lab
from devices.errors import InstrumentError
from devices.lab import Lab
from devices.plans import make_film, measure_film
from devices.protocols import Sweep
from devices.wanted import Wanted
from sim.faults.injector import Strike, strikes_of
from sim.lab_record import read_things
from tests.memory_journal import MemoryJournal
from tests.served import ServedLab, until

WANTED = Wanted(spectra_at_C=(30.0,), sweep=Sweep(points_per_decade=3), indent_at_C=(30.0,))
FAULTS = [
    {"kind": "lost_connection", "instrument": "dispenser", "order": 2, "lasts": "20 min"},
    {"kind": "hang", "instrument": "impedance_meter", "order": 1, "station": "measuring-1"},
    {"kind": "wet_glovebox", "from": "6 h", "lasts": "2 h"},
    {"kind": "swapped_sample", "station": "measuring-2", "order": 1},
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    lab = ServedLab(tmp_path_factory.mktemp("faulty"), dead_man_s=5.0, faults=FAULTS)
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def lab(served: ServedLab) -> Iterator[Lab]:
    opened = epics_lab(served.lab_file, served.folder)
    yield opened
    opened.close()


SEEN: list[float] = []


def listen(glovebox: Any) -> None:
    """Note what it reads from now on."""
    glovebox.wait_for_connection(timeout=10)
    glovebox.water_ppm.subscribe(lambda value, **_: SEEN.append(float(value)))


def strikes(served: ServedLab) -> list[Strike]:
    return strikes_of(read_things(served.record))


@pytest.fixture(scope="module")
def formulation() -> Formulation:
    return Formulation(polymer=polymer("PEO"), salt=salt("LiTFSI"), salt_molality_mol_kg=1.5)


@pytest.fixture(scope="module")
def journal(lab: Lab, formulation: Formulation) -> MemoryJournal:
    """The first film is made; its journal."""
    station, written = lab.stations["synthesis"], MemoryJournal()
    listen(station.instrument("glovebox"))
    made = station.run(make_film(station, "first", formulation, 400), sample="first", token=10, journal=written)
    assert made.thickness_um > 50
    return written


def test_an_instrument_that_is_lost_and_found_again_ends_its_order_in_between(
    served: ServedLab, journal: MemoryJournal
) -> None:
    doses = [act for act in served.acts("Dose") if act.sample == "first"]
    assert [act.outcome for act in doses] == ["done"] * 2
    assert doses[1].ended is not None
    assert served.acts("MakeStep")[0].received - doses[1].received >= 20 * 60
    assert doses[1].ended - doses[1].received < 5 * 60
    assert {row["state"] for row in journal.rows.values()} == {"confirmed"}
    assert next((s.kind, s.device) for s in strikes(served)) == ("lost_connection", "dispenser")


def test_an_instrument_that_hangs_is_given_up_and_works_again(
    served: ServedLab, lab: Lab, journal: MemoryJournal
) -> None:
    station = lab.stations["measuring-1"]
    plan = measure_film(station, "first", WANTED)
    with pytest.raises(InstrumentError, match="no answer within 12 h"):
        station.run(plan, sample="first", token=10)
    until(lambda: not station.instrument("impedance_meter").busy.get(), 10)
    assert served.acts("Unload", "HeaterOff")[-1].outcome == "done"
    assert len(station.run(measure_film(station, "first", WANTED), sample="first", token=11).spectra) == 1


def test_a_wet_glovebox_was_seen_by_whoever_listened(served: ServedLab, journal: MemoryJournal) -> None:
    assert "wet_glovebox" in [strike.kind for strike in strikes(served)]
    assert SEEN[0] < 1
    assert max(SEEN) == pytest.approx(200, rel=0.05)
    assert SEEN[-1] < 1
    assert len(SEEN) > 15


def test_a_film_that_was_not_asked_for_is_put_back(
    served: ServedLab, lab: Lab, formulation: Formulation, journal: MemoryJournal
) -> None:
    maker, station = lab.stations["synthesis"], lab.stations["measuring-2"]
    maker.run(make_film(maker, "second", formulation, 400), sample="second", token=12)
    with pytest.raises(InstrumentError, match="loaded 'first' instead of 'second'"):
        station.run(measure_film(station, "second", WANTED), sample="second", token=12)
    assert not [s for (kind, _), s in read_things(served.record).items() if kind == "sample" and s["station"]]
