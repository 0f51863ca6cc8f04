"""Waiting in lab time inside a plan; `bluesky.plan_stubs.sleep` would wait in wall time."""

from typing import ClassVar

from bluesky.utils import MsgGenerator
from ophyd.status import Status

from devices.perform import perform
from devices.protocols import Command, Order
from devices.station import Station


class Wait(Command):
    """Let lab time pass."""

    consuming: ClassVar[bool] = False
    seconds: float


class Timer:
    """Takes `Wait` orders and ends them when the clock says so."""

    parent = None

    def __init__(self, station: Station) -> None:
        self.name = f"{station.name}_timer"
        self._station = station

    def set(self, order: Order) -> Status:
        """Start waiting."""
        status, clock = Status(), self._station.clock
        seconds = order.command.seconds if isinstance(order.command, Wait) else 0.0

        def wake() -> None:
            self._station.ended(order.id)
            status.set_finished()

        clock.call_at(clock.now() + seconds, wake, self._station.name)
        return status

    def as_made(self) -> dict[str, float]:
        """Waiting makes nothing."""
        return {}


def wait_in_lab_time(station: Station, seconds: float, step: str = "wait") -> MsgGenerator[None]:
    """Let `seconds` of the station's lab time pass."""
    yield from perform(Timer(station), Wait(step=step, seconds=seconds))
