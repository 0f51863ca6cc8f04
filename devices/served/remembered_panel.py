"""What a driven instrument shows: written to its station's memory first, and only then to its process variables."""

import logging
import sqlite3
from dataclasses import replace
from typing import Any

from devices.protocols import Clock
from devices.served.order_memory import OrderMemory, Outcome, RememberedInstrument, RememberedOrder
from devices.served.owner import OwnersLife
from devices.served.panel import Panel, Show

logger = logging.getLogger(__name__)


class RememberedPanel:
    """An instrument's panel and owner, as it was left by the process before. Not locked: its instrument does that.

    Every call raises `sqlite3.Error` where the memory cannot be written; then nothing is shown.
    """

    def __init__(self, name: str, memory: OrderMemory, clock: Clock, show: Show) -> None:
        self.show = show
        self._name, self._memory, self._clock = name, memory, clock
        remembered = memory.instrument(name) or RememberedInstrument(Panel(), owned=False)
        self.panel = remembered.panel
        self.panel.busy = 0
        self.owner = OwnersLife(owned=remembered.owned)

    def show_all(self) -> None:
        """Show everything, as when a process starts."""
        self.show(self.panel.shown())

    def note_token(self, token: int) -> None:
        """A larger token was seen; smaller ones are refused from now on, whether or not that can be written down."""
        self.panel = replace(self.panel, highest_token=token)
        self.note()
        self.show({"fenced": token})

    def note(self) -> None:
        """Write the panel, and whether there is an owner."""
        self._memory.note(self._name, self._with(self.panel))

    def begin(self, order: RememberedOrder) -> None:
        """Its driver is about to begin an order."""
        token = max(self.panel.highest_token, order.token)
        panel = replace(self.panel, accepted=order.order_id, busy=1, highest_token=token)
        self._memory.write(order, self._with(panel))
        self.panel = panel
        self.show({"accepted": order.order_id, "busy": 1})

    def done(self, order: RememberedOrder, result: dict[str, Any]) -> None:
        """An order ended well."""
        panel = replace(self.panel, busy=0, echo=order.order_id, count=self.panel.count + 1)
        panel.readbacks = {**panel.readbacks, **result}
        self._write(order, "done", panel, result=result)
        # `busy` last: whoever reads that it is not busy any more can read how the order ended.
        self.show({**result, "count": panel.count, "echo": order.order_id, "busy": 0})

    def fail(self, order: RememberedOrder, words: str) -> None:
        """An order that was begun ended badly."""
        self._write(order, "failed", replace(self.panel, busy=0, error=words, failed=order.order_id), words=words)
        self.say_failed(order.order_id, words)

    def refuse(self, order: RememberedOrder, words: str) -> None:
        """An order is not begun, and never will be. Said also where it cannot be written down."""
        try:
            self._write(order, "refused", replace(self.panel, error=words, failed=order.order_id), words=words)
        except sqlite3.Error:
            logger.exception("%s: the refusal of order %s cannot be written down", self._name, order.order_id)
        self.say_failed(order.order_id, words)

    def leave_open(self, order: RememberedOrder, words: str) -> None:
        """Nobody can tell what became of an order: shown as begun, with neither echo nor failure."""
        self._write(order, "unknown", replace(self.panel, busy=0), words=words)
        self.show({"error": words, "busy": 0})

    def never_began(self, order: RememberedOrder) -> None:
        """An order that was to be begun never was: the one before it is the last that was."""
        accepted = self._memory.begun_before(order) or Panel().accepted
        self._write(order, "never begun", replace(self.panel, busy=0, accepted=accepted), words="it never began")
        self.show({"busy": 0, "accepted": accepted})

    def answer_again(self, known: RememberedOrder) -> None:
        """An order that came before came once more: what was done is said again and never done again."""
        if known.outcome == "done" and known.order_id == self.panel.echo:
            self.show({**known.result, "count": self.panel.count, "echo": known.order_id})
        elif known.outcome in ("begun", "unknown"):  # `failed` would be a finding, and there is none
            self.show({"error": f"order {known.order_id} was begun before, and nobody can tell what became of it"})
        else:
            done = "it was done, and another one since; it is not done again"
            self.say_failed(known.order_id, done if known.outcome == "done" else known.words)

    def say_failed(self, order_id: str, words: str) -> None:
        """Show that an order was refused or ended badly, and why."""
        self.show({"error": words, "failed": order_id, "busy": self.panel.busy})

    def _write(self, order: RememberedOrder, outcome: Outcome, panel: Panel, **came_of_it: Any) -> None:
        ended = order.model_copy(update={"outcome": outcome, "ended": self._clock.now(), **came_of_it})
        self._memory.write(ended, self._with(panel))
        self.panel = panel

    def _with(self, panel: Panel) -> RememberedInstrument:
        return RememberedInstrument(panel, self.owner.owned)
