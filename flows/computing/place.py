"""Where the parts of a screening or a comparison are done, as the options of a command say."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from chemistry.errors import BadInput
from flows.computing.spec import SCHEDULER, Slurm
from models.cluster import crew
from models.crew import Crew

Shared = TypeVar("Shared")


@dataclass(frozen=True)
class Place:
    """This process, where nothing is said; else one of the three.

    Attributes:
        processes: of this machine.
        scheduler: address of a Dask scheduler that is there.
        slurm: a file that says what jobs to ask SLURM for, as the key `slurm` of a campaign's `theory` does.

    Raises:
        BadInput: two of them are given, or what is none.
    """

    processes: int = 1
    scheduler: str | None = None
    slurm: Path | None = None

    def __post_init__(self) -> None:
        """Refuse two places, and what is none."""
        if self.processes < 1:
            raise BadInput(f"{self.processes} processes", place="--processes", remedy="Give 1 or more")
        if self.scheduler is not None and not re.match(SCHEDULER, self.scheduler):
            raise BadInput(
                f"{self.scheduler!r} is no address of a Dask scheduler",
                place="--dask",
                remedy="Write it as the scheduler does when it starts, such as tcp://10.0.0.1:8786",
            )
        said = {"--processes": self.processes > 1, "--dask": self.scheduler is not None, "--slurm": bool(self.slurm)}
        given = [option for option, is_given in said.items() if is_given]
        if len(given) > 1:
            raise BadInput(f"{' and '.join(given)} are given together", remedy="Leave all but one out")

    @contextmanager
    def crew(self, shared: Shared, told: Callable[[str], None] = lambda _: None) -> Iterator[Crew[Shared]]:
        """Those who work there, for as long as the block lasts.

        Args:
            shared: what the work on every part needs.
            told: hears what is waited for.

        Raises:
            BadInput: nobody is there, or the file of SLURM's jobs is none.
        """
        if self.slurm is None:
            with crew(shared, self.processes, self.scheduler) as workers:
                yield workers
        else:
            from chemistry.value_file import read_yaml_value
            from flows.computing.slurm import slurm_jobs

            jobs = slurm_jobs(read_yaml_value(Slurm, self.slurm), told)
            with jobs as address, crew(shared, cluster=address, patience_s=None) as workers:
                yield workers
