"""What can go wrong in the simulated lab, and in the controller's ledger: a frozen value for each kind of fault."""

from typing import ClassVar, Literal

from pydantic import Field

from sim.faults.fault import Fault, LedgerFault, Seconds


class LostConnection(Fault):
    """The instrument cannot be reached for a while; it goes on with what it does, and its heater's dead-man acts."""

    kind: Literal["lost_connection"] = "lost_connection"
    lasts: Seconds = Field(default=1200.0, gt=0)
    """Lab time, s."""
    at: Literal["go", "under_way"] = "under_way"
    """Whether the line breaks while `go` is written, so that nobody knows whether it arrived, or just after."""

    is_spell: ClassVar[bool] = True


class Hang(Fault):
    """The order is accepted, and the instrument is busy with it for ever: until its safe state, or a power cycle."""

    kind: Literal["hang"] = "hang"


class Timeout(Fault):
    """The answer comes, but later than the controller waits for it."""

    kind: Literal["timeout"] = "timeout"
    late_by: Seconds = Field(default=600.0, gt=0)
    """How much later than the deadline, s."""


class Drift(Fault):
    """The film's resistance changes during the sweep: the spectrum is not causal."""

    kind: Literal["drift"] = "drift"
    share: float = Field(default=0.5, gt=-0.95, le=20)
    """By how much R has changed at the end of the sweep, relative."""

    commands: ClassVar[tuple[str, ...]] = ("Sweep",)


class WrongDose(Fault):
    """Far more or less falls than was asked for."""

    kind: Literal["wrong_dose"] = "wrong_dose"
    factor: float = Field(default=2.0, gt=0, le=20)
    """What falls over what was asked for."""
    balance: Literal["honest", "lies"] = "honest"
    """Whether the balance reads what fell, or what was asked for."""

    commands: ClassVar[tuple[str, ...]] = ("Dose",)


class EmptyStock(Fault):
    """The container runs empty in the middle of a dose, before its label says; it stays so until it is replaced."""

    kind: Literal["empty_stock"] = "empty_stock"
    share: float = Field(default=0.3, ge=0, lt=1)
    """Share of the dose that still falls."""

    commands: ClassVar[tuple[str, ...]] = ("Dose",)


class BadContact(Fault):
    """Only a part of the electrode touches the film, from this loading to the next."""

    kind: Literal["bad_contact"] = "bad_contact"
    share: float = Field(default=0.1, gt=0, le=1)
    """Share of the electrode that touches."""

    commands: ClassVar[tuple[str, ...]] = ("Load",)


class NoiseBurst(Fault):
    """The meter's spectra are noisy for a while, from the sweep that is struck on."""

    kind: Literal["noise_burst"] = "noise_burst"
    factor: float = Field(default=50.0, gt=1, le=1000)
    """How much larger the meter's noise is."""
    lasts: Seconds = Field(default=3600.0, gt=0)
    """Lab time, s."""

    commands: ClassVar[tuple[str, ...]] = ("Sweep",)


class NeverSettles(Fault):
    """The stage never says that it has settled, or settles somewhere else than its thermometer reads."""

    kind: Literal["never_settles"] = "never_settles"
    variant: Literal["endless", "wrong_reading"] = "endless"
    offset_C: float = Field(default=8.0, ge=-50, le=50)
    """How much hotter the cell really is than it reads; for `wrong_reading`."""

    commands: ClassVar[tuple[str, ...]] = ("SetTemperature",)


class SwappedSample(Fault):
    """The changer loads another film of the rack than it was asked for."""

    kind: Literal["swapped_sample"] = "swapped_sample"
    readback: Literal["honest", "lies"] = "honest"
    """Whether it says which film it loaded, or the one that it was asked for."""

    commands: ClassVar[tuple[str, ...]] = ("Load",)


class WetGlovebox(Fault):
    """The moisture of the glovebox rises above its limit for a while; films that lie open then take up water."""

    kind: Literal["wet_glovebox"] = "wet_glovebox"
    water_ppm: float = Field(default=200.0, gt=1, le=20000)
    """At the height of it."""
    lasts: Seconds = Field(default=14400.0, gt=0)
    """Lab time, s; where the fault comes by time and gives `until`, that is its end."""

    commands: ClassVar[tuple[str, ...]] = ("MakeStep",)
    is_spell: ClassVar[bool] = True


class FullDisk(LedgerFault):
    """The disk of the ledger is full for a while; the lab's own record is on another one."""

    kind: Literal["full_disk"] = "full_disk"

    words: ClassVar[str] = "the disk is full (injected)"


class DatabaseGone(LedgerFault):
    """The ledger's database does not answer for a while."""

    kind: Literal["database_gone"] = "database_gone"

    words: ClassVar[str] = "the database does not answer (injected)"
