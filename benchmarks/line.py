"""How a benchmark tells its figures: one JSON line each, with how busy the machine was."""

import json
import os
from collections.abc import Sequence

import numpy as np


def print_line(benchmark: str, **figures: object) -> None:
    """Print one JSON line: the benchmark's name, its figures, the cores, and the load average of the last minute."""
    line = {"benchmark": benchmark, **figures, "cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 2)}
    print(json.dumps(line, ensure_ascii=False))


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float]:
    """Median, and the quantiles that hold the middle 80 %."""
    low, middle, high = np.quantile(np.asarray(values), [0.1, 0.5, 0.9])
    return {"q10": round(float(low), digits), "median": round(float(middle), digits), "q90": round(float(high), digits)}
