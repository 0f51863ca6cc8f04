"""Options that say where the parts of a work are done."""

from pathlib import Path
from typing import Annotated

import typer

Processes = Annotated[int, typer.Option("--processes", min=1, help="processes on this machine")]
Dask = Annotated[str | None, typer.Option("--dask", help="address of a Dask scheduler, such as tcp://HOST:8786")]
SlurmJobs = Annotated[
    Path | None, typer.Option("--slurm", help="a YAML file that says which SLURM jobs do the work: queue, jobs, …")
]
