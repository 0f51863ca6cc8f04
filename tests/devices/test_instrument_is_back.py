"""What a waiting controller makes of an instrument that was away: it waits on, or knows that nobody can tell."""

from collections.abc import Callable
from typing import Any

import pytest

from devices.clock import FreeHold
from devices.errors import InstrumentError
from devices.fake import fake_instrument
from devices.protocols import Hold, Order, SetTemperature
from devices.thermal_stage import ThermalStage

ORDER = Order(id="mine", token=1, sample="", command=SetTemperature(step="heat", temperature_C=60.0))


class TurnedClock:
    """Goes on when the test says so."""

    def __init__(self) -> None:
        self._now = 0.0
        self._wakes: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        return self._now

    def hold(self) -> Hold:
        return FreeHold()

    def call_at(self, when: float, wake: Callable[[], None], key: str = "") -> Callable[[], None]:
        self._wakes.append((when, wake))
        return lambda: None

    def pass_by(self, seconds: float) -> None:
        self._now += seconds
        due = [wake for when, wake in self._wakes if when <= self._now]
        self._wakes = [(when, wake) for when, wake in self._wakes if when > self._now]
        for wake in due:
            wake()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def stage(clock: TurnedClock) -> Any:
    return fake_instrument(ThermalStage, "X:", name="stage", clock=clock)


def back(stage: Any, **shown: object) -> Any:
    """The status of an order that was under way while the instrument was away; what it shows when it is back."""
    status = stage.set(ORDER)
    for name, value in shown.items():
        getattr(stage, name).sim_put(value)
    stage._on_connection(connected=True)
    return status


def test_an_order_of_which_nobody_can_tell_is_waited_for_no_longer(stage: Any, clock: TurnedClock):
    status = back(stage, accepted="mine", echo="before", busy=0)
    clock.pass_by(2.0)
    with pytest.raises(InstrumentError, match="nobody can tell how it ended"):
        status.wait(1)


@pytest.mark.parametrize("shown", [{"accepted": "mine", "busy": 1}, {"accepted": "before", "busy": 0}])
def test_one_that_goes_on_or_is_still_to_begin_is_waited_for(stage: Any, clock: TurnedClock, shown: dict[str, Any]):
    status = back(stage, **shown)
    clock.pass_by(2.0)
    assert not status.done
    stage.echo.sim_put("mine")
    status.wait(1)


def test_one_that_goes_on_and_is_never_heard_of_is_given_up_when_it_stops(stage: Any, clock: TurnedClock):
    status = back(stage, accepted="mine", busy=1)
    clock.pass_by(2.0)
    stage.busy.sim_put(0)
    clock.pass_by(61.0)
    with pytest.raises(InstrumentError, match="nobody can tell"):
        status.wait(1)


def test_what_ended_meanwhile_ended_well(stage: Any, clock: TurnedClock):
    status = back(stage, accepted="mine", busy=0)
    stage.echo.sim_put("mine")
    clock.pass_by(2.0)
    status.wait(1)
