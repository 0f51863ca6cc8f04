"""The processes of flow runs on this machine: each carries the id of its run in its environment."""

import os
from collections.abc import Iterator
from pathlib import Path

_RUN_ID = b"PREFECT__FLOW_RUN_ID="


def runs_alive_here() -> set[str]:
    """The ids of runs that a process of this machine carries; of other users' processes nothing is seen."""
    return {run for run, _ in _processes()}


def children_with_runs() -> list[int]:
    """The children of this process that are runs."""
    return [pid for _, pid in _processes() if _parent(pid) == os.getpid()]


def _processes() -> Iterator[tuple[str, int]]:
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            entries = environment.read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
        for entry in entries:
            if entry.startswith(_RUN_ID):
                yield entry.removeprefix(_RUN_ID).decode(errors="replace"), int(environment.parent.name)


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None
