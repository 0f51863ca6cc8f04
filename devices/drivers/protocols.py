"""What a station process needs of a bare instrument: one that speaks SCPI, HTTP or files, and knows no fence.

A *driver* speaks an instrument's own dialogue and nothing else. The station process (`devices.served`) that drives it
holds what the instrument lacks: the fence, the memory of the last orders, the dead-man. It shows the instrument as
process variables, so that plans reach it by the same ophyd classes as any other. One thread at a time calls a driver,
but for `safe`, which may come from another while `perform` runs.

A driver class names its settings in a frozen value of its own, `Settings`, and is built from one: `Chamber(settings)`.
That is what may stand beside `class` under `driver:` in the lab file (`devices.drivers.loading`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable


@dataclass(frozen=True)
class Task:
    """One order as a driver sees it."""

    order_id: str
    sample: str
    command: str
    """Name of the command's class: `Sweep`."""
    written: Mapping[str, Any]
    """Its parameters, by the attribute of the device class."""


class Driver(Protocol):
    """A bare instrument. Built from the settings of its line in the lab file; construction connects to nothing."""

    minds_its_owner: ClassVar[bool]
    """Whether it must be brought into its safe state when the controller falls silent (a heater), or does better to end
    what it is doing (a dose under way)."""

    def connect(self) -> str:
        """Connect, check that it is the instrument that was meant, and return what it says that it is; moves nothing.

        Called again, after `close`, when an order failed or nobody answered.

        Raises:
            InstrumentError: nobody answers, or somebody else does.
        """
        ...

    def refusal(self, task: Task) -> str | None:
        """Why an order cannot be carried out now, in words for a person; None if it can. Moves nothing."""
        ...

    def perform(self, task: Task, called_off: Callable[[], bool]) -> Mapping[str, Any]:
        """Carry an order out and return its readbacks, by the attribute of the device class.

        Every one of the device class's `results` must be among them: what is not would be read as the last order's.
        Blocks for as long as it takes, and looks at `called_off` at least every second: where that says so, it brings
        what it has begun to a stop and raises. What cannot be cut short is brought to its end, and returned.

        Raises:
            InstrumentError: in the instrument's own words.
        """
        ...

    def safe(self) -> None:
        """Bring the instrument into its safe state; may be called whatever it is doing, and again.

        Raises:
            InstrumentError: it could not be told.
        """
        ...

    def close(self) -> None:
        """Let go of the connection; the instrument stays as it is."""
        ...


@runtime_checkable
class Recalls(Protocol):
    """A driver whose instrument remembers its orders by itself, and can be asked after a restart of the process."""

    def recall(self, task: Task) -> Mapping[str, Any] | None:
        """The readbacks of an order that was begun before, once it has ended well; None where it never began.

        One that is still under way is waited for.

        Raises:
            InstrumentError: it ended badly, or nobody can tell, in words: a person must look.
        """
        ...


@runtime_checkable
class GivesWay(Protocol):
    """A driver that takes some commands while it is busy: what is under way is called off first."""

    cut_short_by: ClassVar[frozenset[str]]
    """Names of these commands: `HeaterOff`."""
