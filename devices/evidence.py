"""What an instrument can tell of an order after a crash, before anything moves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import Field

from chemistry.value import Value
from devices.instrument import Instrument, InstrumentState


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


def evidence(device: Instrument, order_id: str, *, before: Mapping[str, Any] | None = None) -> Evidence:
    """Find out what became of the last order that was sent to an instrument, without moving anything.

    That an order was never begun is said only of an instrument that still remembers the order before it: one that has
    forgotten what it began (a power cut) or has begun another order since may have begun this one too.

    Args:
        device: The instrument that the order was meant for.
        order_id: Id of the order that the journal holds as intended.
        before: The instrument's memory just before the order was sent (`Instrument.memory`), where it was written
            down.

    Raises:
        NeverSent: the instrument cannot be reached, so nothing can be said.
    """
    said = device.state()
    if said.echo == order_id:
        return Evidence(finding=Finding.DONE, as_made=device.as_made(), words=f"{device.name} echoes the order")
    if said.accepted == order_id:
        if said.failed == order_id:
            return Evidence(finding=Finding.FAILED, words=f"{device.name} says: {said.error}")
        if said.busy:
            return Evidence(finding=Finding.RUNNING, words=f"{device.name} is still busy with it")
        return Evidence(finding=Finding.UNKNOWN, words=f"{device.name} began it and never said how it ended")
    changed = _changed(device.name, said, before)
    if changed:
        return Evidence(finding=Finding.UNKNOWN, words=changed)
    refused = f", and says: {said.error}" if said.failed == order_id else ""
    return Evidence(finding=Finding.NEVER_STARTED, words=f"{device.name} never began it{refused}")


def _changed(name: str, said: InstrumentState, before: Mapping[str, Any] | None) -> str:
    """Why the instrument's memory cannot tell that it began nothing since `before`; empty where it can."""
    if not said.accepted:
        return f"{name} has forgotten what it began last"
    if before is None or not before.get("accepted") or "count" not in before:
        return f"nobody wrote down what {name} remembered before"
    if said.accepted != before["accepted"]:
        return f"{name} has begun another order since"
    if said.count != before["count"]:
        return f"{name} counts {said.count} orders instead of {before['count']}"
    return ""
