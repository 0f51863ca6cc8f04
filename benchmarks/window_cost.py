"""What a window costs beside plain PySCF, and whether both say the same; prints one JSON line.

Plain is what one would write first: density fitting, PySCF's default grid and thresholds, each of three charge states
of the gas phase from scratch. The window does that and besides the reaction fields, the relaxation of both ions and the
orbitals. Processor time is compared, one thread each in one run: wall time on a shared machine says little.

    python benchmarks/window_cost.py [--bases def2-SVP,def2-SVPD] [--largest CCCOCC(C)OC]

Takes 5 minutes of one core with the first basis, 15 with the second; the molecule of 25 atoms 2.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.line import print_line, run_benchmark
from sim.dft.conformers import relaxed_model
from sim.dft.constants import HARTREE_eV
from sim.dft.frame import framed, state
from sim.dft.geometry import Geometry
from sim.dft.methods import Method, method_named
from sim.dft.oligomer import model_molecule
from sim.dft.window import redox_window

Answer = TypeVar("Answer")


def main() -> None:
    """Time both ways and print the line."""
    parser = argparse.ArgumentParser(description="A window against plain density-fitted PySCF.")
    parser.add_argument("--unit", default="*CCO*")
    parser.add_argument("--bases", default="def2-SVP,def2-SVPD")
    parser.add_argument("--largest", default="CCCOCC(C)OC", help="a molecule of 25 atoms; empty for none")
    given = parser.parse_args()
    model = model_molecule(given.unit)
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
    energies: dict[int, float] = {}
    total = wall = 0.0
    for charge in (0, 1, -1):
        mol = state(frame, charge, 1 + abs(charge))
        energies[charge], seconds, wall_s = timed(lambda mol=mol: plain_eV(mol, method))
        total, wall = total + seconds, wall + wall_s
        _tell(f"plain {charge:+d} {seconds:.0f} s")
    ionisation, affinity = energies[1] - energies[0], energies[0] - energies[-1]
    return {
        "window_s": round(ours_s, 1),
        "plain_s": round(total, 1),
        "times_faster": round(total / ours_s, 2),
        "window_wall_s": round(ours_wall_s, 1),
        "plain_wall_s": round(wall, 1),
        "ionisation_apart_eV": round(abs(window.vertical_ionisation_eV - ionisation), 5),
        "affinity_apart_eV": round(abs(window.vertical_affinity_eV - affinity), 5),
        "remedies": window.remedies,
    }


def plain_eV(mol: Any, method: Method) -> float:
    """Total energy of one charge state as one would write it first."""
    field: Any = (mol.UKS if mol.spin else mol.RKS)(xc=method.libxc).density_fit()
    field.disp = method.correction
    field.kernel()
    if not field.converged:
        sys.exit(f"window_cost: plain PySCF did not converge for charge {mol.charge:+d}")
    return float(field.e_tot) * HARTREE_eV


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
