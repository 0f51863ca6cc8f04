"""What a window costs beside plain PySCF, and whether both say the same; prints one JSON line.

Plain is what one would write first: density fitting, PySCF's default grid, each of three charge states of the gas phase
from scratch, to the window's own threshold. A state that does not converge in PySCF's 50 cycles is tried once more
with a level shift, as one would, and the line says of which that was so; one that still does not is left out of the
comparison of answers, and its time counted. The window does that and besides the reaction fields, the relaxation of
both ions and the orbitals. Processor time is compared, one thread each in one run: wall time on a shared machine says
little.

    python benchmarks/window_cost.py [--bases def2-SVP,def2-SVPD] [--largest CCCOCC(C)OC]

Takes a minute of one core with the first basis, one and a half with the second, alone on it; the molecule of 25 atoms
one more.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from benchmarks.line import print_line, run_benchmark
from sim.dft.conformers import relaxed_model
from sim.dft.constants import HARTREE_eV
from sim.dft.frame import framed, state
from sim.dft.geometry import Geometry
from sim.dft.methods import Method, method_named
from sim.dft.oligomer import model_molecule
from sim.dft.remedies import TOLERANCE_hartree
from sim.dft.window import redox_window

Answer = TypeVar("Answer")
SHIFT_hartree = 0.3


def main() -> None:
    """Time both ways and print the line."""
    parser = argparse.ArgumentParser(description="A window against plain density-fitted PySCF.")
    parser.add_argument("--unit", default="*CCO*")
    parser.add_argument("--units", type=int, default=2)
    parser.add_argument("--bases", default="def2-SVP,def2-SVPD")
    parser.add_argument("--largest", default="CCCOCC(C)OC", help="a molecule of 25 atoms; empty for none")
    given = parser.parse_args()
    model = model_molecule(given.unit, given.units)
    geometry = relaxed_model(model)
    line: dict[str, object] = {"model": model, "atoms": len(geometry.symbols)}
    for basis in filter(None, given.bases.split(",")):
        line[basis] = compared(geometry, method_named("B3LYP", basis))
    if given.largest:
        line["largest"] = alone(given.largest)
    print_line("window_cost", **line)


def compared(geometry: Geometry, method: Method) -> dict[str, object]:
    """Seconds of both ways, their ratio, and how far apart their answers are."""
    window, ours_s, ours_wall_s = timed(lambda: redox_window(geometry, method))
    _tell(f"window {ours_s:.0f} s")
    frame = framed(geometry, method)
    plain: dict[int, Plain] = {}
    total = wall = 0.0
    for charge in (0, 1, -1):
        mol = state(frame, charge, 1 + abs(charge))
        plain[charge], seconds, wall_s = timed(lambda mol=mol: plainly(mol, method))
        total, wall = total + seconds, wall + wall_s
        _tell(f"plain {charge:+d} {seconds:.0f} s {plain[charge]}")
    return {
        "window_s": round(ours_s, 1),
        "plain_s": round(total, 1),
        "times_faster": round(total / ours_s, 2),
        "window_wall_s": round(ours_wall_s, 1),
        "plain_wall_s": round(wall, 1),
        "plain_by": {f"{charge:+d}": one.by for charge, one in plain.items()},
        "ionisation_apart_eV": _apart(window.vertical_ionisation_eV, plain[1], plain[0]),
        "affinity_apart_eV": _apart(window.vertical_affinity_eV, plain[0], plain[-1]),
        "remedies": window.remedies,
    }


class Plain(NamedTuple):
    """Total energy of a charge state, None where it did not converge, and what it took."""

    energy_eV: float | None
    by: str


def plainly(mol: Any, method: Method) -> Plain:
    """One charge state as one would write it first, and once more with a level shift where that does not converge."""
    field: Any = (mol.UKS if mol.spin else mol.RKS)(xc=method.libxc).density_fit()
    field.disp = method.correction
    field.conv_tol = TOLERANCE_hartree
    by = "no help"
    field.kernel()
    if not field.converged:
        by = f"level shift of {SHIFT_hartree}"
        field.level_shift = SHIFT_hartree
        field.kernel(dm0=field.make_rdm1())
    if not field.converged:
        return Plain(None, f"not converged after {2 * field.max_cycle} cycles, the last half with a level shift")
    return Plain(float(field.e_tot) * HARTREE_eV, by)


def _apart(ours: float, upper: Plain, lower: Plain) -> float | None:
    if upper.energy_eV is None or lower.energy_eV is None:
        return None
    return round(abs(ours - (upper.energy_eV - lower.energy_eV)), 5)


def alone(smiles: str) -> dict[str, object]:
    """What one window takes from SMILES to limits, geometry included."""
    window, seconds, wall_s = timed(lambda: redox_window(relaxed_model(model_molecule(smiles))))
    return {"model": smiles, "processor_s": round(seconds, 1), "wall_s": round(wall_s, 1), "remedies": window.remedies}


def timed(work: Callable[[], Answer]) -> tuple[Answer, float, float]:
    """An answer, and what it took in processor seconds and in wall seconds."""
    processor, wall = time.process_time(), time.perf_counter()
    answer = work()
    return answer, time.process_time() - processor, time.perf_counter() - wall


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_benchmark(main)
