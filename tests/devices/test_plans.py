import contextlib
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bluesky.utils import Msg, MsgGenerator, RequestAbort

from chemistry.formulation import Formulation
from devices.errors import InstrumentError, PlanAborted
from devices.lab import Lab
from devices.perform import perform
from devices.plans import make_film, measure_film, tidy
from devices.protocols import MAKE_ROLES, MEASURE_ROLES, Dose, Sweep
from devices.station import Station
from devices.timer import wait_in_lab_time
from devices.wanted import Wanted
from sim.lab_record import read_things
from tests.served import until

TEMPERATURES = (30.0, 60.0)
SWEEP = Sweep(points_per_decade=3)
WANTED = Wanted(spectra_at_C=TEMPERATURES, sweep=SWEEP, indent_at_C=TEMPERATURES[:1])


def make(lab: Lab, formulation: Formulation, sample: str = "film", **options):
    station = lab.station_with(MAKE_ROLES)
    return station.run(make_film(station, sample, formulation, 400), sample=sample, **options)


def assert_safe(station: Station, folder: Path) -> None:
    """Heater off, cell empty, nothing under way."""
    assert station.instrument("sample_changer").as_made()["loaded"] == ""
    assert all(instrument.busy.get() == 0 for instrument in station.instruments.values())
    assert station.activity == "idle"
    things = read_things(folder / "lab.sqlite")
    assert things["ramp", station.name]["target_C"] == 25 if ("ramp", station.name) in things else True
    assert not [content for (kind, _), content in things.items() if kind == "sample" and content["station"]]


def test_a_film_is_what_was_dosed_not_what_was_asked(lab: Lab, peo_litfsi: Formulation):
    made = make(lab, peo_litfsi)
    assert made.formulation != peo_litfsi
    assert made.formulation.salt_molality_mol_kg == pytest.approx(peo_litfsi.salt_molality_mol_kg, rel=0.02)
    assert sum(made.masses_mg.values()) == pytest.approx(400, rel=0.01)
    assert 50 < made.thickness_um < 400


def test_a_closed_lab_leaves_no_thread_of_a_run_engine_behind(lab: Lab, peo_litfsi: Formulation):
    def run_engines() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "bluesky-run-engine"}

    before = run_engines()
    make(lab, peo_litfsi)
    (ours,) = run_engines() - before
    lab.close()
    until(lambda: not ours.is_alive(), within_s=5)


def test_a_film_is_measured_at_every_temperature_and_indented_at_the_first(
    lab: Lab, peo_litfsi: Formulation, tmp_path: Path
):
    made, station = make(lab, peo_litfsi), lab.station_with(MEASURE_ROLES)
    measured = station.run(measure_film(station, "film", WANTED, film=made), sample="film")
    assert [s.temperature_C for s in measured.spectra] == pytest.approx(TEMPERATURES, abs=0.3)
    assert measured.moduli[0].temperature_C == pytest.approx(30, abs=0.3)
    assert measured.spectra[0].thickness_um == made.thickness_um
    assert len(measured.spectra[0].frequency_Hz) == 19
    assert_safe(station, tmp_path)


def test_a_modulus_at_another_temperature_needs_no_spectrum_there(lab: Lab, peo_litfsi: Formulation):
    make(lab, peo_litfsi)
    station = lab.station_with(MEASURE_ROLES)
    plan = measure_film(station, "film", Wanted(spectra_at_C=(60.0,), sweep=SWEEP, indent_at_C=(40.0,)))
    measured = station.run(plan, sample="film")
    assert len(measured.spectra) == 1
    assert measured.moduli[0].temperature_C == pytest.approx(40, abs=0.3)
    plan = measure_film(station, "film", Wanted(spectra_at_C=(60.0,), sweep=SWEEP))
    assert station.run(plan, sample="film").moduli == ()


def test_each_plan_is_a_bluesky_run_with_an_event_for_each_spectrum(lab: Lab, peo_litfsi: Formulation):
    documents: list[tuple[str, dict]] = []
    made = make(lab, peo_litfsi, documents=lambda name, document: documents.append((name, document)))
    station = lab.station_with(MEASURE_ROLES)
    plan = measure_film(station, "film", WANTED, film=made)
    station.run(plan, sample="film", documents=lambda name, document: documents.append((name, document)))
    starts = [document for name, document in documents if name == "start"]
    assert [start["plan_name"] for start in starts] == ["make_film", "measure_film"]
    assert starts[0]["formulation_key"] == peo_litfsi.key
    assert [document["exit_status"] for name, document in documents if name == "stop"] == ["success", "success"]
    streams = {document["uid"]: document["name"] for name, document in documents if name == "descriptor"}
    events = [(streams[d["descriptor"]], d["data"]) for name, d in documents if name == "event"]
    assert [stream for stream, _ in events] == ["primary", "primary", "modulus", "primary"]
    assert events[0][1]["film_thickness_um"] == made.thickness_um
    assert len(events[1][1]["impedance_meter_real_ohm"]) == 19


def test_an_instrument_s_error_fails_the_plan_with_its_words_and_leaves_the_station_safe(lab: Lab, tmp_path: Path):
    station = lab.station_with(MEASURE_ROLES)
    with pytest.raises(
        InstrumentError, match=r"sample_changer .* told to load: there is no sample 'ghost' in the rack"
    ):
        station.run(measure_film(station, "ghost", WANTED), sample="ghost")
    assert_safe(station, tmp_path)


def test_an_error_in_the_middle_brings_the_film_back(lab: Lab, peo_litfsi: Formulation, tmp_path: Path):
    make(lab, peo_litfsi)
    station = lab.station_with(MEASURE_ROLES)
    stops: list[dict] = []
    with pytest.raises(InstrumentError, match="outside -20 to 150 °C"):
        station.run(
            measure_film(station, "film", Wanted(spectra_at_C=(30.0, 400.0), sweep=SWEEP)),
            sample="film",
            documents=lambda name, document: stops.append(document) if name == "stop" else None,
        )
    assert stops[0]["exit_status"] == "fail"
    assert_safe(station, tmp_path)


def test_an_abort_that_falls_into_the_clean_up_cuts_nothing_of_it(lab: Lab, peo_litfsi: Formulation, tmp_path: Path):
    """Wherever it falls: the film was measured, the cell is still hot, and the plan on its way to make it safe."""
    make(lab, peo_litfsi)
    station = lab.station_with(MEASURE_ROLES)
    wanted = Wanted(spectra_at_C=(60.0,), sweep=SWEEP)

    def cut(plan: MsgGenerator[Any], after: int) -> MsgGenerator[Any]:
        """The plan, into which the RunEngine throws what it throws on an abort, some messages after the last event."""
        saved, answer = None, None
        for place in count():
            try:
                message = plan.throw(RequestAbort()) if place - after == saved else plan.send(answer)
            except StopIteration as stop:
                ends.append(after)
                return stop.value
            saved = place if message.command == "save" else saved
            answer = yield message

    ends: list[int] = []
    for after in count(3):  # the first two would cut the plan itself
        if ends:
            break
        with contextlib.suppress(RequestAbort):
            station.run(cut(measure_film(station, "film", wanted), after), sample="film")
        assert_safe(station, tmp_path)
    assert ends[0] > 10


def test_an_abort_for_good_takes_back_that_somebody_will_return(lab: Lab):
    """Prefect ends a cancelled run by a signal, after which alone we would come back to a film that dries."""
    station, hold = lab.station_with(MAKE_ROLES), lab.clock.hold()
    work = station._begin(hold, 0)
    left: list[set[bool]] = []
    for leaving in (True, False, True):
        station.abort("told", leaving=leaving)
        left.append({instrument.left_alone for instrument in station.instruments.values()})
    station._end(work)
    hold.release()
    assert left == [{True}, {False}, {False}]


def test_a_control_that_raises_stops_the_plan_between_steps_and_leaves_the_station_safe(
    lab: Lab, peo_litfsi: Formulation, tmp_path: Path
):
    class Stopped(Exception):
        pass

    calls: list[str] = []

    def control():
        calls.append("asked")
        if len(calls) == 4:
            raise Stopped
        yield Msg("checkpoint")

    make(lab, peo_litfsi)
    station = lab.station_with(MEASURE_ROLES)
    with pytest.raises(Stopped):
        station.run(measure_film(station, "film", WANTED, control=control), sample="film")
    assert_safe(station, tmp_path)


def test_an_abort_from_another_thread_runs_the_finalizers(lab: Lab, peo_litfsi: Formulation, tmp_path: Path):
    make(lab, peo_litfsi)
    station, raised = lab.station_with(MEASURE_ROLES), []
    held = lab.clock.hold()  # somebody else at work keeps lab time, so that the abort comes in the middle of a wait
    plan = measure_film(station, "film", WANTED)

    def run() -> None:
        try:
            station.run(plan, sample="film")
        except PlanAborted as aborted:
            raised.append(aborted)

    thread = threading.Thread(target=run)
    thread.start()
    _until(lambda: station.activity.startswith("load"))
    station.abort("the user said so")
    held.release()
    thread.join(10)
    assert "the user said so" in str(raised[0])
    assert_safe(station, tmp_path)
    station.run(tidy(station), sample="film")


def test_an_abort_during_a_sweep_leaves_the_station_safe_too(lab: Lab, peo_litfsi: Formulation, tmp_path: Path):
    make(lab, peo_litfsi)
    station = lab.station_with(MEASURE_ROLES)
    aborted_at: list[str] = []
    plan = measure_film(station, "film", WANTED)
    # A wake-up in the middle of the first sweep: the clock is held while it runs.
    loading_and_heating_s = 60 + 150 + 600

    def abort() -> None:
        aborted_at.append(station.activity)
        station.abort("enough")

    lab.clock.call_at(lab.clock.now() + loading_and_heating_s + 2, abort)
    with pytest.raises(PlanAborted, match="enough"):
        station.run(plan, sample="film")
    assert aborted_at == ["sweep at 30 °C (film)"]
    assert_safe(station, tmp_path)


def test_an_abort_of_an_idle_station_does_nothing_to_the_next_plan(lab: Lab, peo_litfsi: Formulation):
    lab.abort("nothing runs")
    assert make(lab, peo_litfsi).sample == "film"


def test_one_plan_at_a_time(lab: Lab):
    station = lab.station_with(MEASURE_ROLES)
    held = lab.clock.hold()
    thread = threading.Thread(target=lambda: station.run(wait_in_lab_time(station, 60)))
    thread.start()
    _until(lambda: station.activity == "wait")
    with pytest.raises(RuntimeError, match="already runs a plan"):
        station.run(wait_in_lab_time(station, 60))
    held.release()
    thread.join(10)


def test_a_stale_owner_is_refused_by_the_instrument(lab: Lab):
    station = lab.station_with(MAKE_ROLES)

    def dose(name: str):
        yield from perform(station.instrument("dispenser"), Dose(step=name, component="*CCO*", mass_mg=50))

    station.run(dose("first"), sample="a", token=5)
    with pytest.raises(InstrumentError, match="token 4 is stale, the instrument belongs to token 5"):
        station.run(dose("second"), sample="a", token=4)


def test_waiting_in_lab_time_takes_that_long_and_no_wall_time(lab: Lab):
    station = lab.station_with(MEASURE_ROLES)
    before, began = lab.clock.now(), time.monotonic()
    station.run(wait_in_lab_time(station, 7 * 24 * 3600))
    assert lab.clock.now() - before == 7 * 24 * 3600
    assert time.monotonic() - began < 5


def _until(true, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)
