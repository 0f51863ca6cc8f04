"""Linear algebra at the processor's own speed, beside PySCF's OpenMP threads.

PySCF's wheel brings an OpenBLAS of 2018. A younger processor it takes for one without wide vector units (`Prescott`),
and multiplies matrices at a third of the speed that it has when it is told to use them. And a BLAS with threads of
its own, as PySCF's and numpy's have, keeps them waiting in loops on the cores that OpenMP's need: with two cores a
window then took twice as long as with one (`benchmarks/window_cost.py`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_info, threadpool_limits

WITH_WIDE_VECTORS = frozenset({"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"})
"""What numpy's OpenBLAS calls processors that have AVX2 and fused multiply-add."""

on_one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")
"""Decorates a recipe: while it runs, only OpenMP's threads are at work."""


@contextmanager
def told_of_the_processor() -> Iterator[None]:
    """While PySCF is imported: its OpenBLAS reads the environment once, when it is loaded.

    What somebody has set themselves is left as it is.
    """
    import scipy.linalg  # noqa: F401 # its own OpenBLAS knows the processor, and must have been loaded before

    known = {one.get("architecture") for one in threadpool_info()}
    said = {"OPENBLAS_NUM_THREADS": "1"}
    if known & WITH_WIDE_VECTORS:
        said["OPENBLAS_CORETYPE"] = "Haswell"
    said = {name: value for name, value in said.items() if name not in os.environ}
    os.environ.update(said)
    try:
        yield
    finally:
        for name in said:
            del os.environ[name]
