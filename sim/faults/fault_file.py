"""The fault file: which faults are injected into the simulated lab, and into the controller's ledger."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from chemistry.errors import BadInput
from chemistry.value import Value
from chemistry.value_file import read_yaml_value
from devices.lab_file import LabFile
from sim.faults.fault import Fault, LedgerFault
from sim.faults.kinds import (
    BadContact,
    DatabaseGone,
    Drift,
    EmptyStock,
    FullDisk,
    Hang,
    LostConnection,
    NeverSettles,
    NoiseBurst,
    SwappedSample,
    Timeout,
    WetGlovebox,
    WrongDose,
)

LAB_FAULTS: tuple[type[Fault], ...] = (
    LostConnection,
    Hang,
    Timeout,
    Drift,
    WrongDose,
    EmptyStock,
    BadContact,
    NoiseBurst,
    NeverSettles,
    SwappedSample,
    WetGlovebox,
)
LEDGER_FAULTS: tuple[type[LedgerFault], ...] = (FullDisk, DatabaseGone)
KINDS: dict[str, type[Fault]] = {kind.model_fields["kind"].default: kind for kind in (*LAB_FAULTS, *LEDGER_FAULTS)}
"""Every kind of fault by its name in the file."""


def _spelt_out(given: object) -> object:
    """A kind alone, `- hang`, is that fault with all its defaults."""
    return {"kind": given} if isinstance(given, str) else given


AnyFault = Annotated[
    Annotated[
        LostConnection
        | Hang
        | Timeout
        | Drift
        | WrongDose
        | EmptyStock
        | BadContact
        | NoiseBurst
        | NeverSettles
        | SwappedSample
        | WetGlovebox
        | FullDisk
        | DatabaseGone,
        Field(discriminator="kind"),
    ],
    BeforeValidator(_spelt_out),
]


class FaultFile(Value):
    """What stands in a fault file (`examples/faults.yaml`)."""

    seed: int = Field(default=0, ge=0)
    """Decides, with the orders themselves, which of them are struck: the same campaign meets the same faults."""
    faults: tuple[AnyFault, ...]

    @model_validator(mode="after")
    def _some_fault(self) -> Self:
        if not self.faults:
            raise ValueError("it names no fault: leave --faults out, or name one, such as `faults: [hang]`")
        return self

    def chance(self, *what: object) -> float:
        """A number from 0 to 1 that depends on the seed and on `what`, and on nothing else."""
        text = "\x1f".join(str(part) for part in (self.seed, *what))
        return int.from_bytes(sha256(text.encode()).digest()[:6], "big") / 2**48

    @property
    def of_lab(self) -> tuple[tuple[int, Fault], ...]:
        """The faults of instruments, each with its place in the file."""
        return tuple((n, fault) for n, fault in enumerate(self.faults) if not isinstance(fault, LedgerFault))

    @property
    def of_ledger(self) -> tuple[tuple[int, LedgerFault], ...]:
        """The faults of the controller's ledger, each with its place in the file."""
        return tuple((n, fault) for n, fault in enumerate(self.faults) if isinstance(fault, LedgerFault))


def read_faults(path: Path, lab_file: LabFile) -> FaultFile:
    """The fault file at `path`.

    Raises:
        BadInput: it cannot be used, or names a station or an instrument that the lab does not have.
    """
    faults = read_yaml_value(FaultFile, path)
    for number, fault in faults.of_lab:
        _refuse_unknown_place(fault, f"{path}, faults.{number}", lab_file)
    return faults


def _refuse_unknown_place(fault: Fault, place: str, lab_file: LabFile) -> None:
    if fault.station is not None and fault.station not in lab_file.stations:
        known = ", ".join(lab_file.stations)
        raise BadInput(f"the lab has no station {fault.station!r}", place=place, remedy=f"It has {known}")
    stations = lab_file.stations if fault.station is None else {fault.station: lab_file.stations[fault.station]}
    roles = {role for entries in stations.values() for role in entries}
    if fault.instrument is not None and fault.instrument not in roles:
        where = "the lab" if fault.station is None else f"station {fault.station!r}"
        known = ", ".join(sorted(roles))
        raise BadInput(f"{where} has no instrument {fault.instrument!r}", place=place, remedy=f"It has {known}")
