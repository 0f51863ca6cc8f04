"""What a plan needs of each instrument, whatever the transport, and the commands it understands.

A *command* is a frozen value. A *consuming* command changes matter (dose, cast, dry, press, cure) and is never
repeated; an idempotent one (set a temperature) may be. Plans yield bare commands; `devices.journaled` turns each into
an `Order` with an id, a fencing token and its sample, and writes the consuming ones to the journal.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from chemistry.value import Value

if TYPE_CHECKING:
    from bluesky.protocols import Status


MAKE_ROLES = ("dispenser", "film_station")
"""What `make_film` needs of its station."""
MEASURE_ROLES = ("sample_changer", "thermal_stage", "impedance_meter")
"""What `measure_film` needs of its station in any case; what else it needs `devices.wanted.Wanted.roles` says."""

RAN_EMPTY = "ran empty"
"""By these words in its error an instrument says that the container which the order takes from is empty."""


class Command(Value):
    """Something an instrument can be told to do."""

    consuming: ClassVar[bool] = False
    """Whether doing it twice would waste or spoil matter."""
    step: str
    """Name of the step within its sample, unique there: `dose LiTFSI`."""

    @property
    def takes(self) -> tuple[str, float] | None:
        """The stock container that it takes from, and how much, mg; None where it takes nothing."""
        return None

    @property
    def of_sample(self) -> bool:
        """Whether it is meant for the plan's own sample; else its order names none."""
        return True


class Dose(Command):
    """Weigh a component into the sample's vial."""

    consuming: ClassVar[bool] = True
    component: str
    """SMILES or name of the stock container to dose from."""
    mass_mg: float

    @property
    def takes(self) -> tuple[str, float] | None:
        """What is to fall into the vial."""
        return self.component, self.mass_mg


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

    step: str = "heater off"


class Load(Command):
    """Bring a sample from the rack into the measuring cell."""

    step: str = "load"


class Unload(Command):
    """Return the sample to its place in the rack."""

    step: str = "unload"

    whatever: bool = False
    """Whether to clear the cell of whatever lies there, and not only of the plan's own sample."""

    @property
    def of_sample(self) -> bool:
        """An order that names no sample clears the cell."""
        return not self.whatever


class Sweep(Command):
    """Measure an impedance spectrum."""

    step: str = "sweep"

    high_Hz: float = 1e6
    low_Hz: float = 1.0
    points_per_decade: int = 7


class Indent(Command):
    """Measure the storage modulus by a small dynamic indentation."""

    step: str = "indent"

    frequency_Hz: float = 1.0


class Polarise(Command):
    """Put a small constant voltage on a disc between lithium and lithium, with a spectrum before and one after.

    It takes a fresh disc of the film, and so may be repeated: the film as cast (50 mm) gives a dozen of them.
    """

    step: str = "polarise"

    voltage_V: float = 0.01
    hours: float = 8.0


class SweepVoltage(Command):
    """Sweep a disc between lithium and steel to high potential, until it is oxidised.

    The disc is spoilt by it, the film is not: a repetition takes another disc. No other measurement may want this one.
    """

    step: str = "sweep voltage"

    from_V: float = 2.5
    to_V: float = 6.0
    """Both vs Li/Li⁺."""
    rate_mV_s: float = 0.5


class ScanHeat(Command):
    """Cool a disc in its pan, then heat it at a fixed rate and record the heat that it takes up.

    It takes a fresh disc of the film, and so may be repeated.
    """

    step: str = "scan heat"

    from_C: float = -130.0
    to_C: float = 120.0
    rate_K_min: float = 10.0


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

    def set(self, order: Order) -> "Status":
        """Start an order."""
        ...

    def read(self) -> dict[str, Any]:
        """The instrument's readbacks, as Bluesky wants them."""
        ...

    def safe(self, token: int) -> None:
        """Bring the instrument into its safe state now, without waiting; never raises."""
        ...


class Hold(Protocol):
    """While somebody holds the clock, a virtual one does not jump.

    Whoever is at work in no lab time has a hold: a planner, a plan between two waits. It is taken by whoever submits
    the work, goes with the work from thread to thread, and is released by whoever takes the result, so that lab time
    never advances between the end of one and the start of the next. All three calls may be repeated, from any thread.
    """

    def suspend(self) -> None:
        """Let lab time go on: the holder now waits for something that a wake-up (or another holder) will bring."""
        ...

    def resume(self) -> None:
        """Hold again; called by what ends the wait, before it lets go of the clock itself."""
        ...

    def release(self) -> None:
        """The work is done or handed on; the hold is of no further use."""
        ...


class Clock(Protocol):
    """Lab time, passed in. Real on hardware; on the simulated lab it jumps to the next wake-up."""

    def now(self) -> float:
        """Lab time in seconds since the lab's epoch."""
        ...

    def hold(self) -> Hold:
        """Somebody is at work in no lab time; released when done or when the work is handed on."""
        ...

    def call_at(self, when: float, wake: Callable[[], None], key: str = "") -> Callable[[], None]:
        """Call `wake` at lab time `when` (now, if past), in the clock's thread, the clock held until it returns.

        Wake-ups of one time come in the order of their keys, then of registration. Returns a function that cancels.
        """
        ...
