"""What a LAMMPS log says: the lines of the thermodynamic output, how far a run is, and why it stopped."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_BEGIN, _END = "Per MPI rank memory allocation", "Loop time of"


@dataclass(frozen=True, eq=False)
class Thermo:
    """Thermodynamic output of one run.

    Attributes:
        columns: each quantity by its name in the log, one number a line.
        seconds: that the loop took; None where it has not ended.
    """

    columns: dict[str, np.ndarray]
    seconds: float | None


def read_log(path: Path) -> list[Thermo]:
    """Every run of a log, the last one perhaps unfinished."""
    return list(_runs(path.read_text().splitlines()))


def last_step(path: Path) -> int | None:
    """The step that the log has reached, None where no run has begun."""
    if not path.exists():
        return None
    runs = read_log(path)
    steps = runs[-1].columns.get("Step") if runs else None
    return int(steps[-1]) if steps is not None and len(steps) else None


def error_of(path: Path) -> str:
    """The error that ended a run, empty where there is none."""
    if not path.exists():
        return ""
    errors = [line for line in path.read_text().splitlines() if line.startswith("ERROR")]
    return errors[-1].split(" (src", 1)[0].removeprefix("ERROR").lstrip(": ") if errors else ""


def _runs(lines: list[str]) -> Iterator[Thermo]:
    names: list[str] = []
    rows: list[list[float]] = []
    inside = False
    for line in lines:
        if line.startswith(_BEGIN):
            names, rows, inside = [], [], True
        elif line.startswith(_END) and inside:
            yield _thermo(names, rows, float(line.split()[3]))
            inside = False
        elif inside and not names:
            names = line.split()
        elif inside:
            numbers = _numbers(line, len(names))
            if numbers is not None:  # warnings stand between the lines
                rows.append(numbers)
    if inside and rows:
        yield _thermo(names, rows, None)


def _numbers(line: str, count: int) -> list[float] | None:
    try:
        numbers = [float(word) for word in line.split()]
    except ValueError:
        return None
    return numbers if len(numbers) == count else None


def _thermo(names: list[str], rows: list[list[float]], seconds: float | None) -> Thermo:
    table = np.array(rows, float).reshape(-1, len(names))
    return Thermo(dict(zip(names, table.T, strict=True)), seconds)
