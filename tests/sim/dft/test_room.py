"""The room is quick to enter: engines are imported by whoever calculates, not by whoever asks."""

import os
import subprocess
import sys

ENGINES = ("pyscf", "tblite", "ase", "pymatgen", "geometric", "cupy", "torch")


def test_no_engine_is_imported_with_the_room() -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sim.dft, sys; print([e for e in {ENGINES} if e in sys.modules])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"


def test_pyscf_multiplies_at_the_processors_speed_and_nothing_is_left_in_the_environment() -> None:
    """Where numpy's OpenBLAS finds wide vector units, PySCF's older one is told of them."""
    asked = """
import os, threadpoolctl
before = dict(os.environ)
from sim.dft.failure import engine
engine("pyscf.lib", "pyscf", "a test")
from sim.dft.processor import WITH_WIDE_VECTORS, on_one_blas_thread
blas = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
theirs = [one for one in blas if os.sep + "pyscf" + os.sep in one["filepath"]]
wide = any(one.get("architecture") in WITH_WIDE_VECTORS for one in blas if one not in theirs)
print(os.environ == before, all(one["num_threads"] == 1 for one in theirs))
print(not wide or all(one["architecture"] in WITH_WIDE_VECTORS for one in theirs))
print({one["num_threads"] for one in on_one_blas_thread(threadpoolctl.threadpool_info)() if one["user_api"] == "blas"})
"""
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=_two_threads())
    assert told.stdout.split("\n")[:3] == ["True True", "True", "{1}"]


def _two_threads() -> dict[str, str]:
    left = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    return {**left, "OMP_NUM_THREADS": "2"}
