"""Self-consistency on a graphics card where gpu4pyscf and a card are found, on the processor otherwise.

The card's part was written from gpu4pyscf's interface (`to_gpu`, arrays of CuPy) and has not been run: no machine of
ours had one. Energies are valued on the processor in both cases, so a field that did not settle is noticed there.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from sim.dft.remedies import climb


@lru_cache(maxsize=1)
def gpu_found() -> bool:
    """Whether gpu4pyscf is installed and sees a card. Asked once; neither is imported before."""
    try:
        import cupy  # pyright: ignore[reportMissingImports]
        import gpu4pyscf  # noqa: F401 # pyright: ignore[reportMissingImports]

        return cupy.cuda.runtime.getDeviceCount() > 0
    except (ImportError, RuntimeError, OSError):
        return False


def made_self_consistent(field: Any, start: np.ndarray | None = None) -> str:
    """`sim.dft.remedies.climb`, on a card where there is one."""
    if not gpu_found():
        return climb(field, start)
    device = field.to_gpu()
    device.grids.level = field.grids.level
    remedy = climb(device, start)
    for name in ("mo_energy", "mo_coeff", "mo_occ"):
        array = getattr(device, name)
        setattr(field, name, array.get() if hasattr(array, "get") else array)
    return remedy
