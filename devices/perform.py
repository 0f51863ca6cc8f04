"""The one step that every plan is made of: tell an instrument to do something, wait, and learn what came of it."""

from typing import Any, Protocol
from uuid import uuid4

from bluesky.utils import FailedStatus, Msg, MsgGenerator

from devices.errors import InstrumentError
from devices.protocols import Command, Order


class Performs(Protocol):
    """Takes orders and says what came of the last one: an instrument, or a timer."""

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    def set(self, order: Order) -> Any:
        """Start an order; returns a Bluesky status."""
        ...

    def as_made(self) -> dict[str, Any]:
        """What the last order produced."""
        ...


def perform(device: Performs, command: Command) -> MsgGenerator[dict[str, Any]]:
    """Set `command`, wait for it, and return what it produced.

    Where the journal says that the step was already done on this sample (`devices.journaled`), nothing moves and the
    recorded values come back. Raises `InstrumentError` with the instrument's own words.
    """
    group = uuid4().hex
    try:
        # Bare messages: the stubs of bluesky.plan_stubs cost a formatted stack trace each.
        yield Msg("set", device, command, group=group)
        yield Msg("wait", group=group)
    except FailedStatus as failure:
        raise _told(failure) from failure
    return (yield Msg("as_made", device, group=group))


async def answer_as_made(message: Msg) -> dict[str, Any]:
    """How a RunEngine answers `as_made`: with the values that came with the message, else with the device's own."""
    return message.args[0] if message.args else message.obj.as_made()


def _told(failure: FailedStatus) -> BaseException:
    """What the status was failed with: the instrument's words rather than the RunEngine's."""
    cause = failure.__cause__
    return cause if isinstance(cause, InstrumentError) else failure
