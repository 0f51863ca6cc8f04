"""What a fit depends on beside its films: packages, threads, machine."""

import os
import platform
from functools import lru_cache
from importlib.metadata import version
from typing import Any

PACKAGES = ("ionloop", "numpy", "scipy", "scikit-learn", "torch", "gpytorch", "botorch", "rdkit")
"""Packages that decide numbers."""


def environment() -> dict[str, Any]:
    """Versions of the packages that decide numbers, threads, and the kind of machine; no name of the machine."""
    import torch

    return {**_fixed(), "torch_threads": torch.get_num_threads(), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS")}


@lru_cache(maxsize=1)
def _fixed() -> dict[str, Any]:
    import torch

    return {
        "packages": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "gpu": torch.cuda.get_device_name(0) if torch.cuda.is_available() else None,
    }
