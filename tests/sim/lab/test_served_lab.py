"""The simulated lab behind real process variables: the same plans, another process, and what becomes of both."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chemistry.formulation import Formulation
from devices.epics import epics_lab
from devices.errors import InstrumentError
from devices.lab import Lab
from devices.perform import perform
from devices.plans import make_film, measure_film
from devices.protocols import Dose, HeaterOff, Order, SetTemperature
from devices.wanted import Wanted
from tests.channel_access import ACCESS
from tests.memory_journal import MemoryJournal
from tests.served import ServedLab, until

DOSE = Dose(step="dose", component="*CCO*", mass_mg=50.0)
HEAT = SetTemperature(step="heat", temperature_C=80.0)
DEAD_MAN_S = 1.5


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    lab = ServedLab(tmp_path_factory.mktemp("served"), dead_man_s=DEAD_MAN_S)
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture
def connect(served: ServedLab) -> Iterator[Callable[[], Lab]]:
    """Another controller of the served lab, as far as the lab can tell; closed after the test."""
    labs: list[Lab] = []

    def connected() -> Lab:
        labs.append(epics_lab(served.lab_file, served.folder))
        return labs[-1]

    yield connected
    for lab in labs:
        lab.close()


@pytest.fixture
def token() -> int:
    """A fencing token above all that were used before."""
    return next(_TOKENS)


_TOKENS = iter(range(10, 10_000, 10))


def test_a_lab_is_served_once_and_the_second_one_is_told_by_whom(served: ServedLab) -> None:
    status, said = served.second()
    assert status == 1
    assert f"is run already, by process {served.number}" in said
    assert f"lab serve {served.file}" in said
    assert f"on 127.0.0.1, port {ACCESS.port}" in said
    assert "campaign" not in said


def test_the_plans_of_the_simulated_lab_run_on_process_variables(
    served: ServedLab, connect: Callable[[], Lab], token: int, peo_litfsi: Formulation
) -> None:
    lab, journal, documents = connect(), MemoryJournal(), []
    maker, measurer = lab.stations["synthesis"], lab.stations["measuring-1"]
    began = lab.clock.now()
    made = maker.run(make_film(maker, "plans", peo_litfsi, 400), sample="plans", token=token, journal=journal)
    assert lab.clock.now() - began > 12 * 3600, "drying takes twelve hours of lab time"
    plan = measure_film(measurer, "plans", Wanted(spectra_at_C=(30.0, 60.0), indent_at_C=(30.0,)), film=made)
    measured = measurer.run(plan, sample="plans", token=token, documents=lambda *d: documents.append(d))
    assert [round(s.temperature_C) for s in measured.spectra] == [30, 60]
    assert all(len(s.frequency_Hz) == 43 for s in measured.spectra)
    assert len(measured.moduli) == 1
    assert [name for name, _ in documents].count("event") == 3
    own = {act.order_id for act in served.acts("Dose", "MakeStep") if act.sample == "plans" and act.outcome == "done"}
    assert own == {order for order, row in journal.rows.items() if row["state"] == "confirmed"}
    assert served.acts("HeaterOff")[-1].outcome == "done"


def test_a_former_owner_is_refused_whoever_it_is(connect: Callable[[], Lab], token: int) -> None:
    former, present = connect(), connect()
    for lab, own in ((former, token), (present, token + 1)):
        lab.stations["synthesis"].instrument("dispenser").fence(own)
    station = former.stations["synthesis"]
    with pytest.raises(InstrumentError, match=f"token {token} is stale"):
        station.run(perform(station.instrument("dispenser"), DOSE), sample="fenced", token=token)
    assert present.stations["synthesis"].instrument("dispenser").state().fenced == token + 1


def test_heaters_go_off_when_the_controller_falls_silent(connect: Callable[[], Lab], token: int) -> None:
    lab = connect()
    stage = lab.stations["measuring-2"].instrument("thermal_stage")
    stage.fence(token)  # as a plan begins; but no heartbeat follows, since no plan runs
    assert stage.state().dead_man_s == DEAD_MAN_S
    hold = lab.clock.hold()  # so that the stage does not reach its temperature in no time
    status = stage.set(Order(id="silent", token=token, sample="", command=HEAT))
    took = until(lambda: status.done, 4 * DEAD_MAN_S)
    assert took > DEAD_MAN_S / 2
    hold.release()
    with pytest.raises(InstrumentError, match="gave no sign of life"):
        status.wait()


def test_an_owner_that_left_in_good_order_is_not_missed(
    served: ServedLab, connect: Callable[[], Lab], token: int
) -> None:
    station = connect().stations["measuring-2"]
    _new(served)
    station.run(perform(station.instrument("thermal_stage"), HeaterOff()), token=token)
    time.sleep(1.5 * DEAD_MAN_S)
    assert "measuring-2.thermal_stage has not heard" not in _new(served)


def test_a_heartbeat_keeps_a_long_plan_alive(served: ServedLab, connect: Callable[[], Lab], token: int) -> None:
    lab = connect()
    station, stage = lab.stations["measuring-3"], lab.stations["measuring-3"].instrument("thermal_stage")

    def heat_and_think() -> Any:
        yield from perform(stage, HEAT)
        time.sleep(2 * DEAD_MAN_S)  # the controller computes; the RunEngine's thread is held up, lab time stands
        yield from perform(stage, HeaterOff())

    before = lab.clock.now()
    _new(served)
    station.run(heat_and_think(), token=token)
    assert "measuring-3.thermal_stage has not heard" not in _new(served)
    assert lab.clock.now() - before == pytest.approx(55 / 2 * 60 + 600 + 1, abs=0.1), "computing took no lab time"


def test_lab_time_stands_while_any_controller_is_at_work(connect: Callable[[], Lab], token: int) -> None:
    """Drying would end at once if the clock could jump; it may not while the other controller thinks."""
    thinking, working = connect(), connect()
    hold = thinking.clock.hold()
    stage = working.stations["measuring-3"].instrument("thermal_stage")
    stage.fence(token)
    status = stage.set(Order(id="stands", token=token, sample="", command=HeaterOff()))
    time.sleep(0.3)
    assert not status.done
    hold.release()
    status.wait(5)


def test_nobody_publishes_a_clock(served: ServedLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.lab_clock.CONNECT_WITHIN_S", 0.5)
    with pytest.raises(InstrumentError, match="ionloop lab serve"):
        epics_lab(served.lab_file.model_copy(update={"clock": "NOBODY:"}), served.folder)


def _new(served: ServedLab) -> str:
    """What the lab has written to its log since the last call."""
    log = served.folder / "served.log"
    text = log.read_text()
    seen = _SEEN.get(log, 0)
    _SEEN[log] = len(text)
    return text[seen:]


_SEEN: dict[Path, int] = {}
