"""The lab file: which instruments there are, and whether they are real."""

from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from chemistry.errors import BadInput
from chemistry.value import Value
from devices.channel_access import ChannelAccess
from devices.dotted_path import found_at
from devices.interrupt import load_instruments

if TYPE_CHECKING:
    from devices.instrument import Instrument


class DriverEntry(Value):
    """What drives a bare instrument; beside `class` stand the settings of the driver, which its class checks itself."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, extra="allow")

    class_path: str = Field(alias="class")
    """Dotted path of a class that is a `devices.drivers.protocols.Driver`."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as they stand in the file."""
        return dict(self.model_extra or {})


class InstrumentEntry(Value):
    """One instrument: its device class, the prefix of its PVs, and what drives it where it is a bare one."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    class_path: str = Field(alias="class")
    """Dotted path of a subclass of `devices.instrument.Instrument`."""
    prefix: str = Field(min_length=1)
    driver: DriverEntry | None = None
    """For a bare instrument: `ionloop lab station` serves its PVs."""


class Simulated(Value):
    """Settings of a simulated lab."""

    preset: str = "default"
    """Which physics: a preset of `sim.twin`."""
    seed: int = 0
    instant: bool = False
    """Instruments take no lab time: for tests and for measuring the controller's own cost."""


class GasLimits(Value):
    """What the gas of a glovebox may hold while films are made in it."""

    water_ppm: float = Field(default=10.0, gt=0)
    oxygen_ppm: float = Field(default=20.0, gt=0)
    """Above these synthesis is suspended between two steps; 0.1 to 1 ppm are usual in a glovebox that is in order."""
    resume_share: float = Field(default=0.5, gt=0, le=1)
    """Share of the limits below which it goes on."""


def checked_uri(uri: str) -> str:
    """The address of a Tiled catalogue, `local`, or nothing; raises `ValueError` for anything else."""
    if uri in ("", "local"):
        return uri
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"should be `local`, or an address such as https://tiled.example.org, and is {uri[:200]!r}")
    if parts.username or parts.password or parts.query:
        raise ValueError("should hold no key and no password: set TILED_API_KEY in the environment instead")
    return uri


class LabFile(Value):
    """What stands in a lab file (`examples/simulated_lab.yaml`)."""

    name: str
    factory: str
    """Dotted path of the function that builds the lab; `flows` calls it with this value and a folder."""
    stations: dict[str, dict[str, InstrumentEntry]] = Field(min_length=1)
    """Instruments by station and role."""
    channel_access: ChannelAccess | None = None
    """Where its PVs are looked for, and served by `ionloop lab serve`."""
    clock: str = ""
    """Prefix of the PVs by which the lab publishes its time; empty where its time is wall time."""
    dead_man_s: float = Field(default=5.0, gt=0.1)
    """Wall time after which a served lab's heaters go off, when the controller gives no sign of life."""
    gas: GasLimits = GasLimits()
    """Of the gloveboxes that stations stand in (role `glovebox`)."""
    stock: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default={})
    """What is on the dispenser's shelf, mg, by name or SMILES; `default` for what is not named."""
    simulated: Simulated | None = None
    tiled_uri: Annotated[str, AfterValidator(checked_uri)] = ""
    """The Tiled catalogue that raw documents go to as well: an address, or `local` for one in the campaign's folder."""

    @model_validator(mode="after")
    def _one_prefix_each(self) -> Self:
        seen: dict[str, str] = {}
        for station, instruments in self.stations.items():
            for role, entry in instruments.items():
                place = f"{station}.{role}"
                if entry.prefix in seen:
                    raise ValueError(f"{place} and {seen[entry.prefix]} have the same prefix {entry.prefix!r}")
                seen[entry.prefix] = place
        return self


def instrument_class(entry: InstrumentEntry, place: str) -> "type[Instrument]":
    """The device class that a lab file names; raises `BadInput` where there is none."""
    load_instruments()
    from devices.instrument import Instrument  # imports ophyd, which must come after `channel_access.prepare`

    remedy = "Give the dotted path of a class, such as devices.dispenser.Dispenser"
    found = found_at(entry.class_path, "the instrument class", place=f"{place}.class", remedy=remedy)
    if not (isinstance(found, type) and issubclass(found, Instrument)):
        problem = f"{entry.class_path!r} is not an instrument class"
        raise BadInput(problem, place=f"{place}.class", remedy="It must be derived from devices.instrument.Instrument")
    return found
