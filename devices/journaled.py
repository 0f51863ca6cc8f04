"""From bare commands to orders: ids, fencing tokens, and the journal around every consuming step."""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import uuid4

from bluesky.preprocessors import plan_mutator
from bluesky.utils import FailedStatus, Msg, MsgGenerator

from devices.errors import NeverSent
from devices.protocols import RAN_EMPTY, Command, Order


class Journal(Protocol):
    """What the preprocessor needs of the ledger's journal. Every call is durable when it returns."""

    def intend(
        self,
        order_id: str,
        device: str,
        station: str,
        step: str,
        sample: str,
        parameters: dict[str, Any],
        token: int,
        consuming: bool,
        takes: tuple[str, float] | None = None,
    ) -> object:
        """Write that the order is about to be sent; refuse one that would run its stock container dry.

        `parameters` hold the command's own, and under `before` what the instrument remembered (`Instrument.memory`).
        `takes` is the container, and how much, mg.
        """
        ...

    def confirm(self, order_id: str, as_made: dict[str, Any]) -> object:
        """Write that it was done, and what came of it."""
        ...

    def fail(
        self, order_id: str, words: str, *, begun: bool = True, answered: bool = True, ran_empty: bool = False
    ) -> object:
        """Write that it failed, or was refused before it had begun.

        `answered` says whether the instrument itself said so, `ran_empty` that its container is empty by its words.
        """
        ...

    def confirmed(self, sample: str) -> dict[str, dict[str, Any]]:
        """Steps that were done on this sample, with their as-made values."""
        ...


class Worker(Protocol):
    """Who runs the plan: told what it waits for, so that lab time may go on meanwhile."""

    def waits_for(self, order_ids: Iterable[str]) -> None:
        """The plan waits for these orders; for none: it is at work again."""
        ...

    def begins(self, order: Order) -> None:
        """The order is about to be sent."""
        ...


def journaled(
    plan: MsgGenerator[Any],
    journal: Journal | None,
    station: str,
    token: int,
    sample: str,
    worker: Worker | None = None,
) -> MsgGenerator[Any]:
    """Run `plan` so that a consuming step is done once, however often the plan is run.

    Each `set` of a `Command` becomes an `Order` with a new id (uuid4). A consuming one is written as intended before
    the message is sent and as confirmed, with its as-made values, after the wait. One that is confirmed for this sample
    and step is skipped: the plan gets the recorded values. So after a crash a plan simply runs again from its start,
    once what was intended and never confirmed is settled by evidence (`devices.evidence`).

    With the intention goes the instrument's memory of that moment: only beside it can a later one tell that nothing
    was begun. An order that certainly never reached the instrument (`NeverSent`) is written as failed. One whose `go`
    broke off stays intended: it may have been begun, and only the instrument knows.
    """
    waiting: dict[object, list[tuple[Any, Order]]] = {}
    as_made: dict[object, dict[str, Any]] = {}
    done: dict[str, dict[str, Any]] | None = None  # read once: while this plan runs nobody else works on its sample

    def known(step: str) -> dict[str, Any] | None:
        nonlocal done
        if journal is not None and done is None:
            done = journal.confirmed(sample)
        return (done or {}).get(step)

    def change(message: Msg) -> tuple[MsgGenerator[Any] | None, MsgGenerator[Any] | None]:
        match message.command:
            case "set" if isinstance(message.args[0], Command):
                return send(message), None
            case "wait":
                return wait(message), None
            case "as_made" if not message.args and message.kwargs.get("group") in as_made:
                values = as_made.pop(message.kwargs["group"])
                return _only(Msg("as_made", message.obj, values)), None
            case _:
                return None, None

    def send(message: Msg) -> MsgGenerator[Any]:
        command, group, device = message.args[0], message.kwargs.get("group"), message.obj
        consuming = command.consuming
        before_now = known(command.step) if consuming else None
        if before_now is not None:
            as_made[group] = before_now
            yield Msg("null")
            return
        order = Order(id=str(uuid4()), token=token, sample=sample if command.of_sample else "", command=command)
        if consuming:
            # Nothing before this point may be replayed by a resumed RunEngine.
            yield Msg("clear_checkpoint")
            if journal is not None:
                before = device.memory(command.step)  # raises where nobody answers: then nothing was intended
                content = {
                    "command": type(command).__name__,
                    **command.model_dump(mode="json", exclude={"step"}),
                    "before": before,
                }
                with device.prepared(order):
                    journal.intend(
                        order.id, device.name, station, command.step, sample, content, token, consuming, command.takes
                    )
        if worker is not None:
            worker.begins(order)
        waiting.setdefault(group, []).append((device, order))
        try:
            yield Msg("set", device, order, **message.kwargs)
        except FailedStatus as failure:  # a refusal can be here before the wait is
            _note_failure(journal, waiting.pop(group), failure)
            raise
        except NeverSent as failure:
            waiting[group].pop()
            if journal is not None and consuming:
                journal.fail(order.id, str(failure), begun=False)
            raise

    def wait(message: Msg) -> MsgGenerator[Any]:
        group = message.args[0] if message.args else message.kwargs.get("group")
        orders = waiting.pop(group, [])
        if worker is not None:
            worker.waits_for([order.id for _, order in orders])
        try:
            yield message
        except FailedStatus as failure:
            _note_failure(journal, orders, failure)
            raise
        finally:
            if worker is not None:
                worker.waits_for(())
        for device, order in orders:
            as_made[group] = device.as_made()
            if journal is not None and order.command.consuming:
                journal.confirm(order.id, as_made[group])
                if done is not None:
                    done[order.command.step] = as_made[group]

    return (yield from plan_mutator(plan, change))


def _note_failure(journal: Journal | None, orders: list[tuple[Any, Order]], failure: FailedStatus) -> None:
    """Write why it failed to the consuming order that this belongs to; others remain intended."""
    words = str(failure.__cause__ or failure)
    if journal is not None and len(orders) == 1 and orders[0][1].command.consuming:
        device, order = orders[0]
        begun, answered = _began_and_answered(device, order)
        ran_empty = answered and order.command.takes is not None and RAN_EMPTY in words
        journal.fail(order.id, words, begun=begun, answered=answered, ran_empty=ran_empty)


def _began_and_answered(device: Any, order: Order) -> tuple[bool, bool]:
    """Whether the instrument ever began it, and whether it says itself that it failed; one that is away may have begun.

    Where only a deadline passed it has said nothing, and may end the order yet.
    """
    try:
        said = device.state()
    except NeverSent:
        return True, False
    return said.accepted == order.id, said.failed == order.id


def _only(message: Msg) -> MsgGenerator[Any]:
    yield message
