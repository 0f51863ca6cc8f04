"""What an instrument can tell of an order after a crash, before anything moves."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from chemistry.value import Value
from devices.instrument import Instrument


class Finding(StrEnum):
    """What became of an order."""

    DONE = "done"
    RUNNING = "running"
    NEVER_STARTED = "never_started"
    FAILED = "failed"
    """It was begun and the instrument says that it did not end well: the sample is spoilt."""
    UNKNOWN = "unknown"
    """The instrument cannot tell: a person must look."""


class Evidence(Value):
    """A finding, the as-made values where the order was done, and the grounds in words."""

    finding: Finding
    as_made: dict[str, Any] = Field(default={})
    words: str = ""


def evidence(device: Instrument, order_id: str, *, count_before: float | None = None) -> Evidence:
    """Find out what became of the last order that was sent to an instrument, without moving anything.

    Args:
        device: The instrument that the order was meant for.
        order_id: Id of the order that the journal holds as intended.
        count_before: The instrument's count before the order (`count` of the last confirmed step there), where it is
            known: what an instrument that has forgotten its orders still tells.
    """
    echo, accepted, failed = (str(signal.get()) for signal in (device.echo, device.accepted, device.failed))
    count = device.count.get()
    if echo == order_id:
        return Evidence(finding=Finding.DONE, as_made=device.as_made(), words=f"{device.name} echoes the order")
    if failed == order_id:
        finding = Finding.FAILED if accepted == order_id else Finding.NEVER_STARTED
        return Evidence(finding=finding, words=f"{device.name} says: {device.error.get()}")
    if accepted == order_id:
        if device.busy.get():
            return Evidence(finding=Finding.RUNNING, words=f"{device.name} is still busy with it")
        return Evidence(finding=Finding.UNKNOWN, words=f"{device.name} began it and never said how it ended")
    if count_before is not None and count != count_before:
        words = f"{device.name} counts {count} orders instead of {count_before:g}, and names another as its last"
        return Evidence(finding=Finding.UNKNOWN, words=words)
    if not accepted and count_before is None:
        words = f"{device.name} remembers no order, and its count before is not known"
        return Evidence(finding=Finding.UNKNOWN, words=words)
    return Evidence(finding=Finding.NEVER_STARTED, words=f"{device.name} never accepted it")
