"""How a benchmark is run and tells its figures: one JSON line each, with how busy the machine was."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from chemistry.errors import BadInput


def run_benchmark(main: Callable[[], int | None]) -> NoReturn:
    """Run a benchmark to its end; what it was given and cannot use is one paragraph and status 2, as of a command."""
    try:
        sys.exit(main())
    except BadInput as error:
        print(f"{Path(sys.argv[0]).stem}: {error}", file=sys.stderr)
        sys.exit(2)


def named(text: str, known: Iterable[str], option: str) -> list[str]:
    """Names with commas between, each of them known; raises `BadInput` for another, before anything is worked out."""
    names, there = text.split(","), tuple(known)
    unknown = [name for name in names if name not in there]
    if unknown:
        raise BadInput(f"{unknown[0]!r} is not known", place=option, remedy=f"Known are {', '.join(there)}")
    return names


def print_line(benchmark: str, **figures: object) -> None:
    """Print one JSON line: the benchmark's name, its figures, the cores, and the load average of the last minute."""
    line = {"benchmark": benchmark, **figures, "cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 2)}
    print(json.dumps(line, ensure_ascii=False))


def slopes(y: np.ndarray, *x: np.ndarray) -> list[tuple[float, float]]:
    """Least squares of y over each x together, n each: slopes, each with its standard error."""
    columns = np.stack([np.ones(len(y)), *x], axis=1)
    found, *_ = np.linalg.lstsq(columns, y, rcond=None)
    rest = y - columns @ found
    variance = float(rest @ rest) / (len(y) - len(found)) * np.linalg.inv(columns.T @ columns)
    return [(float(one), float(error)) for one, error in zip(found, np.sqrt(np.diag(variance)), strict=True)][1:]


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float]:
    """Median, and the quantiles that hold the middle 80 %."""
    low, middle, high = np.quantile(np.asarray(values), [0.1, 0.5, 0.9])
    return {"q10": round(float(low), digits), "median": round(float(middle), digits), "q90": round(float(high), digits)}
