import numpy as np
import pytest

from chemistry.process import Dry, Press
from devices.calorimeter import Calorimeter
from devices.clock import RealClock
from devices.dispenser import Dispenser
from devices.epics import epics_lab
from devices.errors import InstrumentError, NeverSent
from devices.fake import fake_instrument
from devices.film_station import FilmStation
from devices.impedance_meter import ImpedanceMeter
from devices.instrument import Instrument
from devices.lab import LabFile
from devices.lithium_cell import LithiumCell
from devices.mechanical_tester import MechanicalTester
from devices.protocols import Dose, HeaterOff, MakeStep, Order, SetTemperature
from devices.sample_changer import SampleChanger
from devices.signals import Typed
from devices.thermal_stage import ThermalStage

CLASSES = [
    Dispenser,
    FilmStation,
    ThermalStage,
    SampleChanger,
    ImpedanceMeter,
    MechanicalTester,
    LithiumCell,
    Calorimeter,
]
DOSE = Order(id="1", token=3, sample="s", command=Dose(step="dose", component="*CCO*", mass_mg=5.0))


def fake(kind: type[Instrument]) -> Instrument:
    return fake_instrument(kind, "X:", name="x", clock=RealClock())


@pytest.mark.parametrize("kind", CLASSES)
def test_a_prefix_is_all_that_real_hardware_needs(kind: type[Instrument]):
    device = kind("LAB:X:", name="x", clock=RealClock())
    assert device.echo.pvname == "LAB:X:ECHO"
    assert not device.connected
    device.destroy()


@pytest.mark.parametrize("kind", CLASSES)
def test_every_fake_signal_has_a_value_of_its_own_type(kind: type[Instrument]):
    device = fake(kind)
    for name, component in kind._sig_attrs.items():
        assert isinstance(component, Typed)
        assert isinstance(getattr(device, name).get(), type(component.blank))


def test_the_real_lab_has_the_stations_of_the_file(lab_file: LabFile, tmp_path):
    lab = epics_lab(lab_file, tmp_path)
    assert list(lab.stations) == list(lab_file.stations)
    assert lab.stations["measuring-2"].instrument("thermal_stage").prefix == "SIM:M2:TMP:"
    for station in lab.stations.values():
        for instrument in station.instruments.values():
            instrument.destroy()
    lab.close()


def test_an_order_is_written_before_go_and_ends_with_its_echo():
    device, at_go = fake(Dispenser), {}
    device.go.sim_set_putter(lambda value: at_go.update({n: getattr(device, n).get() for n in type(device)._sig_attrs}))
    status = device.set(DOSE)
    assert (at_go["order_id"], at_go["token"], at_go["sample"], at_go["command"]) == ("1", 3, "s", "Dose")
    assert (at_go["component"], at_go["mass_mg"]) == ("*CCO*", 5.0)
    device.echo.sim_put("another")
    assert not status.done
    device.echo.sim_put("1")
    status.wait(2)
    assert status.success


def test_an_order_fails_with_the_words_of_the_instrument():
    device = fake(Dispenser)
    device.go.sim_set_putter(lambda value: None)
    status = device.set(DOSE)
    device.error.sim_put("nozzle blocked")
    device.failed.sim_put("1")
    with pytest.raises(InstrumentError, match="nozzle blocked"):
        status.wait(2)


def test_an_instrument_that_never_answers_fails_after_its_deadline():
    class Impatient(Dispenser):
        deadline_s = 0.02

    device = fake(Impatient)
    device.go.sim_set_putter(lambda value: None)
    with pytest.raises(InstrumentError, match="no answer within"):
        device.set(DOSE).wait(2)


def test_a_command_for_another_instrument_is_refused():
    with pytest.raises(NeverSent, match="takes no SetTemperature, only Dose"):
        fake(Dispenser).set(Order(id="1", token=1, sample="", command=SetTemperature(step="heat", temperature_C=30)))


@pytest.mark.parametrize(("broken", "certain"), [("mass_mg", True), ("go", False)])
def test_a_lost_connection_tells_whether_the_order_can_have_arrived(broken: str, certain: bool):
    def silent(value: object, **_: object) -> None:
        raise TimeoutError("no channel")

    device = fake(Dispenser)
    getattr(device, broken).sim_set_putter(silent)
    with pytest.raises(InstrumentError, match="no connection to X:") as caught:
        device.set(DOSE)
    assert isinstance(caught.value, NeverSent) == certain
    assert not device.forget()


def test_stop_gives_up_the_order_under_way_and_makes_safe_with_the_owner_s_token():
    device, safe = fake(Dispenser), []
    device.go.sim_set_putter(lambda value: None)
    device.safe_now.sim_set_putter(safe.append)
    device.stop()
    assert not safe
    status = device.set(DOSE)
    device.stop()
    device.echo.sim_put("1")
    assert safe == [3]
    assert not status.done


def test_a_process_step_becomes_typed_signals():
    command = MakeStep(step="press", process=Press(pressure_MPa=3).model_dump())
    assert fake(FilmStation).parameters(command) == {
        "process": "press",
        "temperature_C": 80.0,
        "pressure_MPa": 3.0,
        "minutes": 10.0,
    }


def test_a_long_step_has_a_long_deadline():
    device = fake(FilmStation)
    assert device.time_limit_s(MakeStep(step="dry", process=Dry(hours=12).model_dump())) > 12 * 3600


def test_as_made_values_can_be_written_down():
    device = fake(ImpedanceMeter)
    device.real_ohm.sim_put(np.array([1.0, 2.0]))
    assert device.as_made()["real_ohm"] == [1.0, 2.0]


def test_heater_off_needs_no_parameters():
    assert fake(ThermalStage).parameters(HeaterOff()) == {}


@pytest.mark.parametrize(
    "ask", [lambda d: d.fence(3), lambda d: d.state(), lambda d: d.memory("dose"), lambda d: d.as_made()]
)
def test_an_instrument_that_nobody_hears_of_is_named(ask):
    device = Dispenser("NOBODY:HERE:", name="dispenser", clock=RealClock())
    for signal in (device.token, device.busy, device.accepted, device.dispensed_mg):
        signal._timeout = device.token._connection_timeout = 0.05
    with pytest.raises(NeverSent, match="NOBODY:HERE:"):
        ask(device)
    device.destroy()
