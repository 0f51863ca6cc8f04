"""The room is quick to enter: engines are imported by whoever calculates, not by whoever asks."""

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
