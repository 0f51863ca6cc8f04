"""A simulated instrument: takes orders as a real one does, and keeps its word across a restart.

Every order is accepted or refused at once, takes lab time, and changes matter when it ends. Both moments are in the
lab's record, in one transaction with what they did to the bench, before any signal says so.
"""

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from devices.seal import MIXED
from devices.served.owner import OwnersLife
from devices.served.panel import Panel
from sim.bench import Bench
from sim.faults.fault import Fault
from sim.faults.kinds import Hang, LostConnection, NeverSettles, Timeout
from sim.instruments.line import Line
from sim.instruments.mechanism import BrokenOff, Mechanism
from sim.lab_record import PhysicalAct

logger = logging.getLogger(__name__)


class SimulatedInstrument:
    """Panel, fence and busy state around a mechanism."""

    def __init__(
        self, bench: Bench, station: str, role: str, mechanism: Mechanism, line: Line, deadline_s: float = 3600.0
    ) -> None:
        """`deadline_s` is for how long its controller waits for an answer, where the order itself takes no time."""
        self.name, self.station, self.role = f"{station}.{role}", station, role
        self._bench, self._mechanism, self._line, self._show = bench, mechanism, line, line.show
        self._deadline_s = deadline_s
        self._silent_until = -math.inf
        self._under_way: PhysicalAct | None = None
        self._cancel_end: Callable[[], None] = lambda: None
        self._owner = OwnersLife()
        content = bench.panels.get(self.name)
        self.panel = Panel(readbacks=dict(mechanism.first_readbacks)) if content is None else Panel.load(content)
        self._show_all()
        mechanism.watch(self._publish)
        for fault in bench.injector.coming(station, role, (LostConnection, *mechanism.spells)):
            bench.clock.call_on_the_way(fault.since, lambda it=fault: self._come(it))

    def fence(self, token: int) -> None:
        """Note the token of an owner; the largest ever seen is the one that counts."""
        with self._bench.lock:
            if token > self.panel.highest_token:
                self.panel.highest_token = token
                self._note_panel()
                self._bench.record.save(self._bench.take_changes(self._bench.clock.now()))
                self._show({"fenced": token})
            self.sign_of_life(token)

    @property
    def minds_its_owner(self) -> bool:
        """Whether it has a dead-man."""
        return self._mechanism.minds_its_owner

    def sign_of_life(self, token: int) -> None:
        """The owner is alive, or has left (minus its token); what a former one says does not count."""
        self._owner.heard(token, self.panel.highest_token)

    def look_for_owner(self, patience_s: float) -> None:
        """The dead-man: go into the safe state when the owner gave no sign of life for so long, in wall time."""
        with self._bench.lock:
            if self._owner.missed(patience_s) and self._mechanism.minds_its_owner:
                logger.warning("%s has not heard of its owner for %g s", self.name, patience_s)
                self._go_safe("its owner gave no sign of life")

    def receive(
        self, order_id: str, token: int, sample: str, command: str, written: Mapping[str, Any], *, whole: bool = True
    ) -> None:
        """Take an order: begin it or refuse it."""
        with self._bench.lock:
            now = self._bench.clock.now()
            if self._bench.record.knows(order_id):
                self._answer_again(order_id)
                return
            act = PhysicalAct(
                order_id=order_id,
                station=self.station,
                device=self.role,
                token=token,
                sample=sample,
                command=command,
                parameters=self._mechanism.parameters(command, written),
                received=now,
            )
            words = self._refusal(act) if whole else MIXED
            if words is not None:
                self._refuse(act, words)
                return
            if self._under_way is not None:
                self._interrupt(f"{command} took its place", now)
            self._begin(act, now)

    def safe(self, token: int) -> None:
        """Go into the safe state, unless the caller no longer owns the instrument."""
        with self._bench.lock:
            if token < self.panel.highest_token:
                logger.warning("%s ignores a stale token %s for its safe state", self.name, token)
                return
            self._go_safe("brought into its safe state")

    def end_after_restart(self, act: PhysicalAct) -> None:
        """End an order that was under way when the controller was killed: the instrument had gone on.

        One that hung is over: to restart the lab is a power cycle.
        """
        with self._bench.lock:
            self._under_way = act
            if act.due is None:
                self._interrupt("the power was cycled", self._bench.clock.now())
            else:
                self._end(act)

    def _go_safe(self, why: str) -> None:
        now = self._bench.clock.now()
        act = self._under_way
        if act is not None and (self._mechanism.stoppable or act.due is None):
            self._interrupt(why, now)
        if self._under_way is None:
            self._mechanism.make_safe(now)
            self._bench.record.save(self._bench.take_changes(now))

    def _refusal(self, act: PhysicalAct) -> str | None:
        if act.token < self.panel.highest_token:
            return f"token {act.token} is stale, the instrument belongs to token {self.panel.highest_token}"
        if self._under_way is not None and act.command not in self._mechanism.cut_short_by:
            return f"busy with {self._under_way.command} for {self._under_way.sample!r}"
        return self._mechanism.refusal(act)

    def _refuse(self, act: PhysicalAct, words: str) -> None:
        self.panel.error, self.panel.failed = words, act.order_id
        self._note_panel()
        refused = act.model_copy(update={"outcome": "refused", "words": words, "ended": act.received})
        self._bench.record.begin(refused, self._bench.take_changes(act.received))
        self._say_failed()

    def _begin(self, act: PhysicalAct, now: float) -> None:
        self._bench.note(self._bench.injector.strike(act, self._mechanism.spared_by(act)))
        self._mechanism.begin(act)
        seconds = self._duration_s(act)
        act = act.model_copy(update={"due": None if seconds is None else now + seconds})
        self.panel.accepted, self.panel.busy = act.order_id, 1
        self.panel.highest_token = max(self.panel.highest_token, act.token)
        self._note_panel()
        self._bench.record.begin(act, self._bench.take_changes(now))
        self._under_way = act
        self._show({"accepted": act.order_id, "busy": 1})
        self._cancel_end = lambda: None
        if seconds is not None:
            self._cancel_end = self._bench.clock.call_at(now + seconds, lambda: self._end(act), self.name)
        lost = self._bench.struck(act, LostConnection)
        if lost is not None:
            self._lose_connection(now + lost.lasts, at_go=lost.at == "go")

    def _duration_s(self, act: PhysicalAct) -> float | None:
        """Lab time until it ends; None where it never does."""
        unsettled = self._bench.struck(act, NeverSettles)
        if self._bench.struck(act, Hang) or (unsettled is not None and unsettled.variant == "endless"):
            return None
        seconds = 0.0 if self._bench.simulated.instant else self._mechanism.duration_s(act)
        late = self._bench.struck(act, Timeout)
        return seconds if late is None else self._deadline_s + 2 * seconds + late.late_by

    def _lose_connection(self, until: float, *, at_go: bool = False) -> None:
        clock, now = self._bench.clock, self._bench.clock.now()
        self._silent_until = max(self._silent_until, until)
        self._line.cut(at_go=at_go)
        if self._mechanism.minds_its_owner:
            clock.call_at(now + self._bench.dead_man_s, self._miss_owner, self.name)
        clock.call_at(until, self._find_again, self.name)

    def _miss_owner(self) -> None:
        """The dead-man of an instrument that cannot be reached: its owner's signs of life do not come through."""
        with self._bench.lock:
            if self._bench.clock.now() < self._silent_until:
                self._go_safe("its owner gave no sign of life")

    def _find_again(self) -> None:
        with self._bench.lock:
            if self._bench.clock.now() >= self._silent_until:
                self._line.mend()

    def _come(self, fault: Fault) -> None:
        """A fault comes by lab time alone."""
        with self._bench.lock:
            now, until = self._bench.clock.now(), fault.ends
            if now >= until:
                return
            pretended = PhysicalAct(
                order_id="", station=self.station, device=self.role, token=0, sample="", command="", received=now
            )
            self._bench.note(self._bench.injector.note(fault, pretended))
            if isinstance(fault, LostConnection):
                self._lose_connection(until)
            else:
                self._mechanism.meet(fault, now)
            self._bench.record.save(self._bench.take_changes(now))

    def _publish(self, readbacks: Mapping[str, Any]) -> None:
        """Show what changed without an order."""
        self.panel.readbacks.update(readbacks)
        self._note_panel()
        self._bench.record.save(self._bench.take_changes(self._bench.clock.now()))
        self._show(readbacks)

    def _end(self, act: PhysicalAct) -> None:
        with self._bench.lock:
            if self._under_way is None or self._under_way.order_id != act.order_id:
                return
            self._under_way = None
            due = act.due if act.due is not None else act.received
            try:
                result = self._mechanism.finish(act)
            except BrokenOff as broken:
                self.panel.readbacks.update(broken.readings)
                self._show(broken.readings)
                self._fail(act, str(broken), "failed", due)
                return
            except Exception as fault:
                # A fault of the simulation fails this order, as a broken instrument would; it must not stop the lab.
                logger.exception("%s failed in %s", self.name, act.command)
                self._fail(act, str(fault), "failed", due)
                return
            self.panel.busy, self.panel.echo = 0, act.order_id
            self.panel.count += 1
            self.panel.readbacks.update(result)
            self._note_panel()
            done = act.model_copy(update={"ended": due, "outcome": "done", "result": result})
            self._bench.record.end(done, self._bench.take_changes(due))
            self._line.ended(act.order_id, False)
            self._show({**result, "count": self.panel.count, "busy": 0, "echo": act.order_id})

    def _interrupt(self, words: str, now: float) -> None:
        act = self._under_way
        if act is None:
            return
        self._cancel_end()
        self._under_way = None
        self._mechanism.interrupt(act, now)
        self._fail(act, f"{act.command} was interrupted after {(now - act.received) / 60:.0f} min: {words}", None, now)

    def _fail(self, act: PhysicalAct, words: str, outcome: str | None, now: float) -> None:
        self.panel.busy, self.panel.error, self.panel.failed = 0, words, act.order_id
        self._note_panel()
        ended = act.model_copy(update={"ended": now, "outcome": outcome or "interrupted", "words": words})
        self._bench.record.end(ended, self._bench.take_changes(now))
        self._say_failed()

    def _say_failed(self) -> None:
        self._line.ended(self.panel.failed, True)
        self._show({"busy": self.panel.busy, "error": self.panel.error, "failed": self.panel.failed})

    def _answer_again(self, order_id: str) -> None:
        """The same order once more: what was done is said again and never done again."""
        if order_id == self.panel.echo:
            self._line.ended(order_id, False)
            self._show({"echo": order_id})
        elif self._under_way is None or self._under_way.order_id != order_id:
            self.panel.error, self.panel.failed = "this order was received before, and ended otherwise", order_id
            self._say_failed()

    def _note_panel(self) -> None:
        self._bench.changed("panel", self.name, self.panel.dump())

    def _show_all(self) -> None:
        self._show({**self.panel.shown(), "busy": 0})
