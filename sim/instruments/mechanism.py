"""The physics of one instrument in its station: what it refuses, how long it takes, what it does to matter."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from sim.bench import Bench
from sim.faults.fault import Fault
from sim.lab_record import PhysicalAct


class BrokenOff(Exception):
    """An order that did not come to a good end, in the instrument's own words; what it did until then is done."""

    def __init__(self, words: str, readings: Mapping[str, Any]) -> None:
        super().__init__(words)
        self.readings = dict(readings)
        """What its readbacks say now."""


class Mechanism:
    """Refuses nothing, leaves matter as it is and is always safe, but where a kind of instrument says otherwise."""

    first_readbacks: ClassVar[Mapping[str, Any]]
    """What the readbacks say before the first order."""
    cut_short_by: ClassVar[frozenset[str]] = frozenset()
    """Commands that it takes while it is busy; what is under way is interrupted."""
    stoppable: ClassVar[bool] = True
    """Whether its safe state cuts short what is under way."""
    minds_its_owner: ClassVar[bool] = False
    """Whether it goes into its safe state by itself when its owner falls silent. What runs a programme of its own to a
    safe end (a hot plate with a timer, a dose under way) does better to end it: half dried is spoilt.
    """

    spells: ClassVar[tuple[type[Fault], ...]] = ()
    """Kinds of fault that come to it by lab time alone, beside a lost connection."""

    def __init__(self, bench: Bench, station: str) -> None:
        self.bench, self.station = bench, station

    def parameters(self, command: str, written: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the written parameters that mean something to the command."""
        return dict(written)

    def refusal(self, act: PhysicalAct) -> str | None:
        """Why the order cannot be carried out now, in the instrument's words; None if it can."""
        return None

    def spared_by(self, act: PhysicalAct) -> Collection[type[Fault]]:
        """Kinds of fault that could do nothing to the order."""
        return ()

    def duration_s(self, act: PhysicalAct) -> float:
        """Lab time that it takes; asked after `begin`."""
        raise NotImplementedError

    def begin(self, act: PhysicalAct) -> None:
        """What changes when it starts."""

    def finish(self, act: PhysicalAct) -> dict[str, Any]:
        """What it does to matter by lab time `act.due`; returns the readbacks."""
        raise NotImplementedError

    def interrupt(self, act: PhysicalAct, now: float) -> None:
        """What becomes of matter when it is cut short."""

    def make_safe(self, now: float) -> None:
        """The safe state, once nothing is under way."""

    def meet(self, fault: Fault, now: float) -> None:
        """A fault that comes by lab time alone begins."""

    def watch(self, publish: Callable[[Mapping[str, Any]], None]) -> None:
        """Begin to look at what changes without an order; `publish` shows new readbacks."""
