"""What every plan is put together from: its checkpoints, its Bluesky run, its events, its end."""

from collections.abc import Callable
from typing import Any

from bluesky.utils import Msg, MsgGenerator

from devices.instrument import Instrument

Control = Callable[[], MsgGenerator[Any]]
"""Called between steps; may wait (pause) or raise (stop). The default only marks a checkpoint."""


def checkpoint() -> MsgGenerator[None]:
    """Mark a checkpoint and go on: the control of a plan that nobody controls."""
    yield Msg("checkpoint")


def recorded(plan: MsgGenerator[Any], about: dict[str, Any]) -> MsgGenerator[Any]:
    """The plan inside a Bluesky run. Where it fails, the RunEngine closes the run with the reason."""
    yield Msg("open_run", **about)
    result = yield from plan
    yield Msg("close_run")
    return result


def stop(*instruments: Instrument) -> MsgGenerator[None]:
    """Give up what is under way; after success there is nothing."""
    for instrument in instruments:
        yield Msg("stop", instrument)


def save(stream: str, *readables: Any) -> MsgGenerator[None]:
    """One event of a stream, with what these read now."""
    yield Msg("create", name=stream)
    for readable in readables:
        yield Msg("read", readable)
    yield Msg("save")
