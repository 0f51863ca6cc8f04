"""What every plan is put together from: its checkpoints, its Bluesky run, its events, its end."""

from collections.abc import Callable, Sequence
from typing import Any

from bluesky.utils import Msg, MsgGenerator, RequestAbort

from devices.errors import InstrumentError
from devices.instrument import Instrument
from devices.perform import perform
from devices.protocols import Command
from devices.station import Station
from devices.timer import wait_in_lab_time

LOOK_AGAIN_S = 30.0
"""Lab time between two looks at an instrument that is still busy."""

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


def whole(clean_up: Callable[[], MsgGenerator[None]]) -> MsgGenerator[None]:
    """A clean-up that an abort does not cut short: where one falls into it, it begins once more and is carried out.

    A plan is aborted once at most (`Station.abort`), also when it has come to its clean-up by itself.
    """
    try:
        yield from clean_up()
    except RequestAbort:
        yield from clean_up()
        raise


def stop(*instruments: Instrument) -> MsgGenerator[None]:
    """Give up what is under way; after success there is nothing."""
    for instrument in instruments:
        yield Msg("stop", instrument)


def insist(device: Instrument, command: Command) -> MsgGenerator[None]:
    """Give an idempotent order, and once more where it fails: an instrument that hung obeys after its safe state."""
    try:
        yield from perform(device, command)
    except InstrumentError:
        yield Msg("stop", device)
        yield from perform(device, command)


def until_idle(station: Station, roles: Sequence[str]) -> MsgGenerator[None]:
    """Let instruments end what an earlier plan left them busy with: what cannot be cut short, or had no answer in time.

    Raises:
        InstrumentError: one is busy for longer than an order of its may take.
        NeverSent: one cannot be reached.
    """
    for role in roles:
        instrument, waited_s = station.instrument(role), 0.0
        while instrument.state().busy:
            if waited_s >= instrument.deadline_s:
                raise InstrumentError(instrument.name, "be idle", "it is busy with an order of an earlier plan")
            yield from wait_in_lab_time(station, LOOK_AGAIN_S, f"wait for {role}")
            waited_s += LOOK_AGAIN_S


def save(stream: str, *readables: Any) -> MsgGenerator[None]:
    """One event of a stream, with what these read now."""
    yield Msg("create", name=stream)
    for readable in readables:
        yield Msg("read", readable)
    yield Msg("save")
