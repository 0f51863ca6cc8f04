"""Two controllers that write one order's signals at once: an instrument begins no mixture of theirs."""

from collections.abc import Mapping
from typing import Any

import pytest

from chemistry.process import Dry, Press
from devices.clock import RealClock
from devices.dispenser import Dispenser
from devices.fake import fake_instrument
from devices.film_station import FilmStation
from devices.protocols import Dose, MakeStep, Order
from devices.seal import MIXED, seal
from devices.served.channels import InstrumentChannels, encoded
from devices.served.server import ChannelAccessServer
from tests.devices.scripted_driver import Build

ORDER = {"order_id": "a", "token": 3, "sample": "film", "command": "Dose", "component": "*CCO*", "mass_mg": 5.0}
PARTS = Dispenser._sig_attrs


@pytest.mark.parametrize(("name", "other"), [("order_id", "b"), ("token", 4), ("sample", "é"), ("mass_mg", 5.1)])
def test_every_value_of_an_order_is_sealed(name: str, other: Any) -> None:
    assert seal({**ORDER, name: other}, PARTS) != seal(ORDER, PARTS)
    assert 0 < seal({**ORDER, name: other}, PARTS) < 2**31


class Receiver:
    """An instrument's own side that only notes what it is given."""

    def __init__(self) -> None:
        self.orders: list[Mapping[str, Any]] = []

    def receive(self, *_: Any, **order: Any) -> None:
        self.orders.append(order)

    def fence(self, token: int) -> None: ...
    def safe(self, token: int) -> None: ...
    def sign_of_life(self, token: int) -> None: ...


def test_only_the_order_as_it_was_sealed_is_whole() -> None:
    channels = InstrumentChannels(Dispenser, "X:", ChannelAccessServer())
    receiver = Receiver()
    channels.attach(receiver)

    def write(values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            channels._channels[name]._data["value"] = encoded(value) if isinstance(value, str) else value

    write(ORDER)
    channels._channels["go"].put(seal(ORDER, PARTS))
    write({"mass_mg": 80.0})  # another controller's
    channels._channels["go"].put(seal(ORDER, PARTS))
    assert [order["whole"] for order in receiver.orders] == [True, False]


def test_a_mixture_is_refused_in_words_and_the_driver_never_hears_of_it(build: Build) -> None:
    bench = build()
    bench.instrument.receive("one", 5, "film", "SetTemperature", {"target_C": 60.0}, whole=False)
    bench.wait("failed", "one")
    assert bench.shown["error"] == MIXED
    assert bench.driver.begun() == []


def test_nothing_is_left_of_the_order_before() -> None:
    station = fake_instrument(FilmStation, "X:", name="film_station", clock=RealClock())
    station.go.sim_set_putter(lambda value: None)
    for number, process in enumerate((Press(pressure_MPa=3).model_dump(), Dry(hours=5).model_dump())):
        order = Order(id=str(number), token=1, sample="s", command=MakeStep(step="x", process=process))
        station.set(order)
    assert station.pressure_MPa.get() == 0.0


def test_what_is_prepared_begins_nothing_and_is_forgotten_where_it_is_not_allowed() -> None:
    device, begun = fake_instrument(Dispenser, "X:", name="dispenser", clock=RealClock()), []
    device.go.sim_set_putter(begun.append)
    order = Order(id="1", token=3, sample="s", command=Dose(step="dose", component="*CCO*", mass_mg=5.0))

    def not_allowed() -> None:
        with device.prepared(order):
            assert device.mass_mg.get() == 5.0
            raise LookupError

    with pytest.raises(LookupError):
        not_allowed()
    assert not begun
    assert not device.forget()
