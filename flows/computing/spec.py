"""What files say of the computers on which calculations run, away from the controller."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from chemistry.value import Value
from flows.measure_spec import in_unit

SCHEDULER = r"^(tcp|tls|ucx)://[^\s:]+:\d+$"
"""Address of a Dask scheduler."""


class Slurm(Value):
    """Jobs of a SLURM cluster that run calculations one after the other (dask-jobqueue)."""

    queue: str = Field(pattern=r"^[A-Za-z0-9_.,-]+$")
    """Partition, or several with commas between."""
    jobs: int = Field(default=1, ge=1, le=1000)
    """At most so many at once."""
    memory: str = Field(default="4 GB", pattern=r"^[1-9][0-9]*(\.[0-9]+)? ?[kMGT]i?B$")
    walltime: Annotated[float, in_unit("hour"), Field(gt=0, le=720)] = 4.0
    account: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.+-]+$")
    interface: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]+$")
    """Network interface, of this machine and of the nodes, by which they reach each other, such as `ib0`; where left
    out all of them are listened on, by a scheduler that asks nobody who they are."""
    before: tuple[str, ...] = ()
    """Lines of shell that a job begins with, such as `module load …` and `source …/bin/activate`."""


class Computing(Value):
    """Where calculations run: processes of this machine, a Dask scheduler that is there, or SLURM."""

    at_once: int = Field(default=1, ge=1, le=64)
    """Calculations beside one another, and beside the instruments."""
    cores: int = Field(default=1, ge=1, le=256)
    """Of one calculation."""
    scheduler: str | None = Field(default=None, pattern=SCHEDULER)
    """Address of a Dask scheduler, such as `tcp://10.0.0.5:8786`; it and its workers must have this ionloop."""
    slurm: Slurm | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.scheduler is not None and self.slurm is not None:
            raise ValueError("calculations run at the scheduler or under SLURM; leave one of them out")
        return self
