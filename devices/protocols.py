"""What a plan needs of each instrument, whatever the transport, and the commands it understands.

A *command* is a frozen value. A *consuming* command changes matter (dose, cast, dry, press, cure) and is never
repeated; an idempotent one (set a temperature) may be. Plans yield bare commands; `devices.journaled` turns each into
an `Order` with an id, a fencing token and its sample, and writes the consuming ones to the journal.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from bluesky.protocols import Status

from chemistry.value import Value


class Command(Value):
    """Something an instrument can be told to do."""

    consuming: ClassVar[bool] = False
    """Whether doing it twice would waste or spoil matter."""
    step: str
    """Name of the step within its sample, unique there: `dose LiTFSI`."""


class Dose(Command):
    """Weigh a component into the sample's vial."""

    consuming: ClassVar[bool] = True
    component: str
    """SMILES or name of the stock container to dose from."""
    mass_mg: float


class MakeStep(Command):
    """One step of the process (`chemistry.process`) carried out by the film station."""

    consuming: ClassVar[bool] = True
    process: dict[str, Any]
    """The step as `chemistry.process.Step` dumps it."""


class SetTemperature(Command):
    """Bring the stage to a temperature and hold it until it has settled."""

    temperature_C: float


class HeaterOff(Command):
    """The safe state of a thermal stage."""


class Load(Command):
    """Bring a sample from the rack into the measuring cell."""


class Unload(Command):
    """Return the sample to its place in the rack."""


class Sweep(Command):
    """Measure an impedance spectrum."""

    high_Hz: float = 1e6
    low_Hz: float = 1.0
    points_per_decade: int = 7


class Indent(Command):
    """Measure the storage modulus by a small dynamic indentation."""

    frequency_Hz: float = 1.0


class Order(Value):
    """A command as it goes to an instrument."""

    id: str
    """uuid4, 36 characters: EPICS strings stall at 60."""
    token: int
    """Fencing token of the station's owner; an instrument refuses a smaller one than it has seen."""
    sample: str
    command: Command


class Instrument(Protocol):
    """An ophyd device that takes orders.

    `set` starts one order and returns a status that finishes when the instrument echoes its id, and fails with the
    instrument's own words when it reports an error. `read` gives what the last order produced.
    """

    name: str
    prefix: str

    def set(self, order: Order) -> Status: ...
    def read(self) -> dict[str, Any]: ...
    def safe(self, token: int) -> None:
        """Bring the instrument into its safe state now, without waiting; never raises."""
        ...


class Hold(Protocol):
    """While somebody holds the clock, a virtual one does not jump."""

    def release(self) -> None: ...


class Clock(Protocol):
    """Lab time, passed in. Real on hardware; on the simulated lab it jumps to the next wake-up."""

    def now(self) -> float:
        """Lab time in seconds since the lab's epoch."""
        ...

    def hold(self) -> Hold:
        """Somebody is at work in no lab time; released when done or when the work is handed on."""
        ...

    def call_at(self, when: float, wake: Callable[[], None]) -> None:
        """Call `wake` at lab time `when`, in the clock's thread, with the clock held until it returns."""
        ...
