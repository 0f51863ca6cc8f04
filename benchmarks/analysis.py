"""How well are resistances read from spectra? Random cells of known resistance, analysed; one JSON line.

Cells are drawn by `sim.twin.cells.random_cell`. The seeds here are for reporting: the analysis was developed on others
(1 to 99). "Without an intercept" is the rule of that generator: a film whose bulk arc tops at or below a tenth of the
lowest frequency. Times are processor seconds of one thread.

    python benchmarks/analysis.py [--cells 1000] [--rival 40]        (about five minutes)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import importlib.util
import sys
import time
import types
import warnings
from typing import NamedTuple

import numpy as np

from benchmarks.line import print_line, run_benchmark
from ledger.measurement import ImpedanceSpectrum
from models.analysis import ConductivityResult, Verdict, analyse_spectrum
from sim.twin.cells import Kind, RandomCell, random_cell

SEEDS = (2026, 2027, 2028, 2029, 2030)
NINETY = 1.6449
FIRST_GUESS = (1e-6, 1e4, 5e-10, 0.95, 3e-6, 0.66)
"""L, R, Q, n of the bulk; Q, n of the electrode: the middle of the published ranges."""


class Study(NamedTuple):
    """Cells of one kind and what was made of them, seed by seed."""

    cells: list[list[RandomCell]]
    results: list[list[ConductivityResult]]
    seconds: float


def main() -> None:
    """Run the studies and print their line."""
    parser = argparse.ArgumentParser(description="Accuracy and speed of the analysis of spectra.")
    parser.add_argument("--cells", type=int, default=1000, help="cells of each kind, over all seeds")
    parser.add_argument("--rival", type=int, default=40, help="cells that `impedance` fits for comparison")
    wanted = parser.parse_args()
    each = max(1, wanted.cells // len(SEEDS))
    fitted, other = study("fitted", each), study("other", each)
    conductive = study("fitted", each, log10_sigma=(-3.0, -2.0))
    line = {
        "n": each * len(SEEDS),
        "seeds": SEEDS,
        "fitted_circuit": accuracy(fitted),
        "fitted_circuit_above_1e-3_S_cm": accuracy(conductive),
        "other_circuits": accuracy(other),
        "both_coverage_of_90_percent": round(float(np.mean([*_inside(fitted), *_inside(other)])), 3),
        "no_intercept": verdicts(study("no_intercept", each)),
        "bad_contact": verdicts(study("bad_contact", each)),
        "drifting_20_to_60_percent": verdicts(study("drifting", each)),
        "spectra_per_second": round(each * len(SEEDS) / fitted.seconds, 1),
        "spectra_per_second_other_circuits": round(each * len(SEEDS) / other.seconds, 1),
        "impedance_CustomCircuit": rival(fitted, wanted.rival),
    }
    print_line("analysis", **line)


def study(kind: Kind, each: int, log10_sigma: tuple[float, float] | None = None) -> Study:
    """Draw and analyse `each` cells for every seed."""
    cells, results, seconds = [], [], 0.0
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        drawn = [random_cell(rng, kind, log10_sigma) for _ in range(each)]
        spectra = [as_spectrum(cell) for cell in drawn]
        start = time.process_time()
        results.append([analyse_spectrum(spectrum) for spectrum in spectra])
        seconds += time.process_time() - start
        cells.append(drawn)
    return Study(cells, results, seconds)


def as_spectrum(cell: RandomCell) -> ImpedanceSpectrum:
    """The cell as an instrument's file would give it."""
    return ImpedanceSpectrum(
        frequency_Hz=tuple(cell.frequency_Hz.tolist()),
        real_ohm=tuple(cell.impedance_ohm.real.tolist()),
        imaginary_ohm=tuple(cell.impedance_ohm.imag.tolist()),
        thickness_um=cell.geometry.thickness_um,
        area_cm2=cell.geometry.area_cm2,
    )


def accuracy(found: Study) -> dict[str, object]:
    """Errors of log10 R of the accepted cells, the spread of their median over seeds, and coverage."""
    by_seed = [np.array([abs(e) for e, _ in _errors(*pair)]) for pair in zip(found.cells, found.results, strict=True)]
    errors = np.concatenate(by_seed)
    medians = [float(np.median(one)) for one in by_seed]
    return {
        "median": round(float(np.median(errors)), 5),
        "median_over_seeds": [round(min(medians), 5), round(max(medians), 5)],
        "p95": round(float(np.quantile(errors, 0.95)), 5),
        "worst": round(float(errors.max()), 4),
        "coverage_of_90_percent": round(float(np.mean(_inside(found))), 3),
        "coverage_over_seeds": [
            round(
                f(np.mean([abs(e) < NINETY * sd for e, sd in _errors(*pair)]) for pair in zip(*found[:2], strict=True)),
                3,
            )
            for f in (min, max)
        ],
        **verdicts(found),
    }


def verdicts(found: Study) -> dict[str, object]:
    """Share of each verdict."""
    every = [result.verdict for one in found.results for result in one]
    return {"verdicts": {v.value: round(every.count(v) / len(every), 4) for v in Verdict if v in every}}


def rival(found: Study, count: int) -> dict[str, object]:
    """The same circuit by `impedance`, modulus weights, from one guess in the middle of the ranges."""
    # its drawing module wants pandas, which neither it nor we need to fit
    if importlib.util.find_spec("pandas") is None:
        drawing = types.ModuleType("impedance.visualization")
        vars(drawing).update(plot_altair=None, plot_bode=None, plot_nyquist=None)
        sys.modules["impedance.visualization"] = drawing
    from impedance.models.circuits import CustomCircuit

    cells = [cell for one in found.cells for cell in one[: max(1, count // len(SEEDS))]]
    errors, failed = [], 0
    start = time.process_time()
    for cell in cells:
        circuit = CustomCircuit("L0-p(R0,CPE0)-CPE1", initial_guess=list(FIRST_GUESS))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                circuit.fit(cell.frequency_Hz, cell.impedance_ohm, weight_by_modulus=True)
            except RuntimeError:
                failed += 1
                continue
        resistance = np.asarray(circuit.parameters_, dtype=float)[1]
        errors.append(abs(np.log10(resistance / cell.true_resistance_ohm)))
    seconds = time.process_time() - start
    return {
        "n": len(cells),
        "spectra_per_second": round(len(cells) / seconds, 1),
        "median": round(float(np.median(errors)), 5),
        "p95": round(float(np.quantile(errors, 0.95)), 5),
        "failed": failed,
    }


def _errors(cells: list[RandomCell], results: list[ConductivityResult]) -> list[tuple[float, float]]:
    """Error of log10 R and its stated sd of every accepted cell."""
    return [
        (float(np.log10(result.resistance_ohm / cell.true_resistance_ohm)), result.log10_resistance_sd)
        for cell, result in zip(cells, results, strict=True)
        if result.accepted and result.resistance_ohm is not None and result.log10_resistance_sd is not None
    ]


def _inside(found: Study) -> list[bool]:
    return [
        abs(error) < NINETY * sd
        for pair in zip(found.cells, found.results, strict=True)
        for error, sd in _errors(*pair)
    ]


if __name__ == "__main__":
    run_benchmark(main)
