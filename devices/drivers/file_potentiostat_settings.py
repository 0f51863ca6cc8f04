"""What stands in the lab file of an instrument that only writes files, and what its driver remembers."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from chemistry.value import Value


class FilePotentiostatSettings(Value):
    """The settings of `FilePotentiostat`."""

    folder: Path
    """Where the instrument writes; folders in it are not looked into."""
    memory: Path
    """A file of the driver's own, on a disk that survives: which files were used, and what was there before."""
    endings: tuple[str, ...] = Field(default=(".mpt", ".dta"), min_length=1)
    """Of the names; capitals make no difference. The format itself is told by the content."""
    named_by: Literal["sample", "order"] = "sample"
    """What the name of a file must contain as a whole word. `order`, for a script that names files by the request."""
    write_requests: bool = False
    """Whether `requests/ORDER.json` is written into the folder for a vendor's script."""
    cycles: float = Field(default=10.0, gt=0)
    """Periods that the instrument takes at each frequency, at most."""
    per_point_s: float = Field(default=5.0, ge=0)
    """What each point takes beside them, at most."""
    start_limit_s: float = Field(default=3600.0, ge=0)
    """How long it may take until somebody starts the sweep."""
    poll_s: float = Field(default=1.0, gt=0, le=1.0)
    still_s: float = Field(default=5.0, gt=0)
    """How long a file must have kept its size and time before it is read."""
    unfinished_limit_s: float = Field(default=120.0, gt=0)
    """How long, beside the slowest point, a file may stay unfinished without a change before the order fails."""
    unreadable_limit_s: float = Field(default=300.0, gt=0)
    """How long the folder may be out of reach."""
    frequency_tolerance: float = Field(default=0.1, gt=0, lt=1)
    """How far, relative, the highest and the lowest frequency may be off what was asked for, beside one step."""


class Expected(Value):
    """One order, and the file that answered it."""

    before: tuple[str, ...]
    """Files of that name that were there when it was given: they answer earlier orders."""
    until: float
    """Wall time, s since the Unix epoch, until which it may be answered."""
    file: str = ""
    digest: str = ""


class FilePotentiostatNotes(Value):
    """What the driver remembers."""

    version: Literal[1] = 1
    used: dict[str, str] = Field(default={})
    """Order id by the content of the file that answered it (SHA-256)."""
    orders: dict[str, Expected] = Field(default={})
