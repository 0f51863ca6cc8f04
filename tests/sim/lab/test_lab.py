import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from devices.errors import PlanAborted
from devices.evidence import evidence
from devices.finding import Finding
from devices.lab import Lab, LabFile, Simulated
from devices.perform import perform
from devices.plans import make_film, measure_film, tidy
from devices.protocols import MAKE_ROLES, MEASURE_ROLES, Dose, Load, MakeStep, Order, SetTemperature, Sweep, Unload
from devices.wanted import Wanted
from sim.lab import simulated_lab
from sim.lab_record import BenchInUse, BrokenRecord, PhysicalAct, read_record, read_things

SWEEP = Sweep(points_per_decade=2)
WANTED = Wanted(spectra_at_C=(30.0,), sweep=SWEEP, indent_at_C=(30.0,))


def history(folder: Path) -> list[tuple[Any, ...]]:
    """The record without the ids, which are new on every run."""
    return [tuple(act.model_dump(exclude={"order_id"}).values()) for act in read_record(folder / "lab.sqlite")]


def campaign(lab: Lab, formulation: Formulation, experiments: int, batch: int) -> list[tuple[str, float, float]]:
    """A planner in this thread and `batch` experiments in flight in others, as the campaign flow has them."""
    results: list[tuple[str, float, float]] = []
    ended: queue.SimpleQueue[tuple[str, Any, Any]] = queue.SimpleQueue()
    main = lab.clock.hold()

    def experiment(number: int, hold: Any) -> None:
        sample = f"film-{number}"
        with lab.borrow(MAKE_ROLES, hold, number) as station:
            made = station.run(make_film(station, sample, formulation, 400), sample=sample, hold=hold)
        with lab.borrow(MEASURE_ROLES, hold, number) as station:
            plan = measure_film(station, sample, WANTED, film=made)
            measured = station.run(plan, sample=sample, hold=hold)
        ended.put((sample, measured, hold))

    with ThreadPoolExecutor(batch) as threads:
        for number in range(batch):
            threads.submit(experiment, number, lab.clock.hold())
        for number in range(batch, experiments + batch):
            main.suspend()
            sample, measured, hold = ended.get(timeout=20)
            main.resume()
            hold.release()
            results.append((sample, lab.clock.now(), measured.spectra[0].real_ohm[0]))
            if number < experiments:
                threads.submit(experiment, number, lab.clock.hold())
    main.release()
    return results


def test_stations_in_threads_give_the_same_results_and_lab_times_on_every_run(
    lab_file: LabFile, tmp_path: Path, peo_litfsi: Formulation
):
    stories = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        lab = simulated_lab(lab_file, folder)
        stories.append((campaign(lab, peo_litfsi, experiments=4, batch=3), history(folder)))
        lab.close()
    assert stories[0] == stories[1]
    assert len({act[1] for act in stories[0][1]}) > 2  # several stations took part


def test_lab_time_is_what_the_instruments_take(lab: Lab, peo_litfsi: Formulation):
    station = lab.station_with(MAKE_ROLES)
    station.run(make_film(station, "film", peo_litfsi, 400), sample="film")
    asked_h = 4 + 12 + 10 / 60
    assert asked_h < lab.clock.now() / 3600 < asked_h + 1.5


def test_whoever_waits_for_a_station_can_be_sent_away(lab: Lab):
    refused: list[PlanAborted] = []

    def wait(hold) -> None:
        try:
            with lab.borrow(MAKE_ROLES, hold):
                pass
        except PlanAborted as aborted:
            refused.append(aborted)

    hold = lab.clock.hold()
    with lab.borrow(MAKE_ROLES, hold):
        thread = threading.Thread(target=wait, args=(lab.clock.hold(),))
        thread.start()
        hold.suspend()
        while not lab._line._waiting:
            pass
        lab.abort("the end")
        thread.join(5)
    assert "the end" in str(refused[0])


def orders(lab: Lab, role: str, *commands: Any, sample: str = "film", station: str = "synthesis") -> Any:
    owner = lab.stations[station]

    def plan():
        done = None
        for command in commands:
            done = yield from perform(owner.instrument(role), command)
        return done

    return owner.run(plan(), sample=sample)


def test_what_was_done_is_on_disk_and_the_lab_opens_as_it_was_left(
    open_lab: Callable[[], Lab], tmp_path: Path, peo_litfsi: Formulation
):
    lab = open_lab()
    station = lab.station_with(MAKE_ROLES)
    station.run(make_film(station, "film", peo_litfsi, 400), sample="film", token=7)
    shown, end = station.instrument("film_station").as_made(), lab.clock.now()
    lab.close()
    assert [act.outcome for act in read_record(tmp_path / "lab.sqlite")] == ["done"] * 6
    lab = open_lab()
    assert lab.clock.now() == end
    assert lab.stations["synthesis"].instrument("film_station").as_made() == shown
    measuring = lab.station_with(MEASURE_ROLES)
    assert len(measuring.run(measure_film(measuring, "film", WANTED), sample="film").spectra) == 1


def test_an_order_under_way_when_the_process_dies_is_done_exactly_once(open_lab: Callable[[], Lab], tmp_path: Path):
    lab = open_lab()
    held = lab.clock.hold()
    dose = Dose(step="dose", component="*CCO*", mass_mg=100)
    threading.Thread(target=lambda: orders(lab, "dispenser", dose), daemon=True).start()
    record = tmp_path / "lab.sqlite"
    while not any(act.outcome == "begun" for act in read_record(record)):
        pass
    lab.close()  # from here on this lab is as good as dead: nothing it does reaches the disk
    (act,) = read_record(record)
    held.release()
    lab = open_lab()
    dispenser = lab.stations["synthesis"].instrument("dispenser")
    found = evidence(dispenser, act.order_id)
    assert found.finding == Finding.DONE
    (done,) = read_record(record)
    assert (done.outcome, done.ended) == ("done", act.due)
    assert found.as_made["dispensed_mg"] == done.result["dispensed_mg"] == found.as_made["totaliser_mg"]
    assert lab.clock.now() == act.due
    remembered = dispenser.memory("dose")
    assert evidence(dispenser, "an order that never came", before=remembered).finding == Finding.NEVER_STARTED
    assert evidence(dispenser, "an order that never came").finding == Finding.UNKNOWN


def test_an_instrument_that_never_began_anything_can_say_so(lab: Lab):
    dispenser = lab.stations["synthesis"].instrument("dispenser")
    assert evidence(dispenser, "the first", before=dispenser.memory("dose")).finding == Finding.NEVER_STARTED


def test_the_same_order_twice_is_done_once(lab: Lab, tmp_path: Path):
    dispenser = lab.stations["synthesis"].instrument("dispenser")
    order = Order(id="one", token=1, sample="film", command=Dose(step="dose", component="*CCO*", mass_mg=100))
    for _ in range(2):
        dispenser.set(order).wait(5)
    assert len(read_record(tmp_path / "lab.sqlite")) == 1


def test_doses_scatter_about_what_was_asked(lab: Lab):
    read = [
        orders(lab, "dispenser", Dose(step="dose", component="*CCO*", mass_mg=100), sample=f"s{n}")["dispensed_mg"]
        for n in range(30)
    ]
    errors = [value - 100 for value in read]
    assert 0.1 < (sum(error**2 for error in errors) / len(errors)) ** 0.5 < 0.6
    assert abs(sum(errors) / len(errors)) < 0.3


def test_thickness_follows_mass(lab: Lab, peo_litfsi: Formulation):
    station = lab.station_with(MAKE_ROLES)
    thin, thick = (
        station.run(make_film(station, f"film-{mass}", peo_litfsi, mass), sample=f"film-{mass}").thickness_um
        for mass in (200, 800)
    )
    assert thick / thin == pytest.approx(4, rel=0.2)


STEP = {"press": {"kind": "press"}, "cast": {"kind": "cast"}, "hot": {"kind": "dissolve", "temperature_C": 900}}
DOSE = Dose(step="dose", component="*CCO*", mass_mg=100)
REFUSALS = [
    ("dispenser", [Dose(step="d", component="unobtainium!", mass_mg=5)], "no container is labelled 'unobtainium!'"),
    ("dispenser", [Dose(step="d", component="*CCO*", mass_mg=0.1)], "below the smallest dose"),
    ("dispenser", [Dose(step="d", component="*CCO*", mass_mg=30000)], "holds 20000.0 mg, too little"),
    ("film_station", [MakeStep(step="p", process=STEP["press"])], "nothing was dosed"),
]


@pytest.mark.parametrize(("role", "commands", "words"), REFUSALS)
def test_what_cannot_be_done_is_refused_and_recorded(lab: Lab, tmp_path: Path, role: str, commands: Any, words: str):
    with pytest.raises(Exception, match=words):
        orders(lab, role, *commands)
    (act,) = read_record(tmp_path / "lab.sqlite")
    assert act.outcome == "refused"
    assert words in act.words


def test_a_film_is_not_pressed_before_it_is_dry_nor_baked_too_hot(lab: Lab):
    orders(lab, "dispenser", DOSE)
    with pytest.raises(Exception, match="above the 200 °C of the plates"):
        orders(lab, "film_station", MakeStep(step="1", process=STEP["hot"]))
    with pytest.raises(Exception, match="cannot cast sample 'film': it is a powder"):
        orders(lab, "film_station", MakeStep(step="2", process=STEP["cast"]))
    orders(
        lab, "film_station", MakeStep(step="3", process={"kind": "dissolve"}), MakeStep(step="4", process=STEP["cast"])
    )
    with pytest.raises(Exception, match="cannot press sample 'film': it is a wet film"):
        orders(lab, "film_station", MakeStep(step="5", process=STEP["press"]))
    with pytest.raises(Exception, match="is a wet film already"):
        orders(lab, "dispenser", DOSE)


def test_a_cell_holds_one_film(lab: Lab, peo_litfsi: Formulation):
    station = lab.station_with(MAKE_ROLES)
    for sample in ("a", "b"):
        station.run(make_film(station, sample, peo_litfsi, 200), sample=sample)
    orders(lab, "sample_changer", Load(), sample="a", station="measuring-1")
    orders(lab, "sample_changer", Load(), sample="a", station="measuring-1")
    with pytest.raises(Exception, match="the cell holds 'a', there is no room for 'b'"):
        orders(lab, "sample_changer", Load(), sample="b", station="measuring-1")
    with pytest.raises(Exception, match="is in the cell of measuring-1"):
        orders(lab, "sample_changer", Load(), sample="a", station="measuring-2")
    with pytest.raises(Exception, match="open circuit"):
        orders(lab, "impedance_meter", SWEEP, sample="a", station="measuring-2")
    orders(lab, "sample_changer", Unload(), sample="b", station="measuring-1")
    changer = lab.stations["measuring-1"].instrument("sample_changer")
    assert changer.as_made()["loaded"] == "a"
    lab.stations["measuring-1"].run(tidy(lab.stations["measuring-1"]))
    assert changer.as_made()["loaded"] == ""


def test_the_safe_state_cuts_a_film_step_short_and_spoils_the_sample(lab: Lab, tmp_path: Path):
    orders(lab, "dispenser", DOSE)
    station = lab.stations["synthesis"]
    lab.clock.call_at(lab.clock.now() + 3600, lab.safe)
    with pytest.raises(Exception, match="MakeStep was interrupted after 60 min: brought into its safe state"):
        orders(lab, "film_station", MakeStep(step="1", process={"kind": "dissolve"}))
    act = read_record(tmp_path / "lab.sqlite")[-1]
    assert act.outcome == "interrupted"
    assert evidence(station.instrument("film_station"), act.order_id).finding == Finding.FAILED
    assert read_things(tmp_path / "lab.sqlite")["sample", "film"]["condition"] == "spoilt"


def test_a_stale_owner_cannot_even_make_safe(lab: Lab):
    station = lab.stations["measuring-1"]
    stage = station.instrument("thermal_stage")
    lab.clock.call_at(lab.clock.now() + 60, lambda: stage.safe(1))

    def plan():
        return (yield from perform(stage, SetTemperature(step="heat", temperature_C=60.0)))

    assert station.run(plan(), token=2)["temperature_C"] == pytest.approx(60, abs=0.3)


def test_the_largest_token_survives_a_restart(open_lab: Callable[[], Lab]):
    lab = open_lab()
    lab.stations["synthesis"].instrument("dispenser").fence(9)
    lab.close()
    lab = open_lab()
    with pytest.raises(Exception, match="token 0 is stale, the instrument belongs to token 9"):
        orders(lab, "dispenser", DOSE)


def test_a_bench_is_run_by_one_process_at_a_time(lab: Lab, lab_file: LabFile, tmp_path: Path):
    with pytest.raises(BenchInUse, match=r"run already, by process \d+"):
        simulated_lab(lab_file, tmp_path)


def test_a_file_that_is_no_record_is_refused(lab_file: LabFile, tmp_path: Path):
    (tmp_path / "lab.sqlite").write_bytes(b"not a database, by any means at all" * 40)
    with pytest.raises(BrokenRecord, match="not the record"):
        simulated_lab(lab_file, tmp_path)


def test_an_unknown_preset_or_class_is_bad_input(lab_file: LabFile, tmp_path: Path):
    simulated = Simulated(preset="perfect")
    with pytest.raises(BadInput, match="perfect"):
        simulated_lab(lab_file.model_copy(update={"simulated": simulated}), tmp_path)
    plain = lab_file.stations["synthesis"]["dispenser"].model_copy(
        update={"class_path": "devices.instrument.Instrument"}
    )
    stations = {"synthesis": {"dispenser": plain}}
    with pytest.raises(BadInput, match="has no Instrument"):
        simulated_lab(lab_file.model_copy(update={"stations": stations}), tmp_path)


def test_the_record_is_a_list_of_physical_acts(lab: Lab, tmp_path: Path):
    orders(lab, "dispenser", DOSE)
    (act,) = read_record(tmp_path / "lab.sqlite")
    assert isinstance(act, PhysicalAct)
    assert act.parameters == {"component": "*CCO*", "mass_mg": 100.0}
    assert act.due is not None
    assert act.received < act.due == act.ended
