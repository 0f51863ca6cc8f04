"""What an instrument can tell of an order after a crash, before anything moves."""

from collections.abc import Mapping
from typing import Any

from devices.finding import Evidence, Finding
from devices.instrument import Instrument, InstrumentState


def evidence(
    device: Instrument,
    order_id: str,
    *,
    before: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Evidence:
    """Find out what became of the last order that was sent to an instrument, without moving anything.

    That an order was never begun is said only of an instrument that still remembers the order before it. One that has
    begun another order since may have begun this one too. One that has forgotten what it began (a power cut) is asked
    for what it cannot forget, such as a totaliser.

    Args:
        device: The instrument that the order was meant for.
        order_id: Id of the order that the journal holds as intended.
        asked: What the order asked for, as the journal holds it.
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
    if not said.accepted and before and asked:
        testimony = device.testify(asked, before)
        if testimony is not None:
            return testimony
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
