"""The twin's noise-free conductivity against published figures: one JSON line each, exit status 1 if one is missed.

    python benchmarks/twin_against_literature.py        (some seconds)

The figures are medians worked out from the public conductivity
tables (Bradford et al., ACS Cent. Sci. 2023, 9, 206; Hatakeyama-Sato et al., JACS 2020, 142, 3301). Most of them are
what the twin was calibrated to, so that this shows that it still holds them; the VTF rows and the Meyer-Neldel relation
were not fitted. Nothing here is random: the truth of the twin has no seed, n counts figures and there is no spread.
"""

import argparse
import json
import time
from collections.abc import Iterator
from itertools import pairwise
from math import log, log10

from benchmarks.line import print_line, run_benchmark
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Salt
from sim.twin import truth_log10_conductivity
from sim.twin.anions import KNOWN_ANIONS
from sim.twin.composition import composition
from sim.twin.host_laws import KNOWN_HOSTS

PEO, PEC = "*CCO*", "*CCOC(=O)O*"
TFSI, PF6, CLO4 = (list(KNOWN_ANIONS)[i] for i in (0, 7, 3))
GAS_CONSTANT_kJ = 8.314462618e-3

LOADING_BINS = {
    # bin of r = Li/EO: (median r of the data in it, middle of the bin, median log10 σ at 90 °C)
    "<.02": (0.01, 0.012, -3.28),
    ".02-.04": (0.02, 0.03, -3.01),
    ".04-.06": (0.045, 0.05, -2.90),
    ".06-.075": (0.06, 0.0675, -2.82),
    ".075-.09": (0.08, 0.0825, -2.81),
    ".09-.11": (0.10, 0.10, -2.85),
    ".11-.18": (0.14, 0.145, -2.89),
    ".18-.25": (0.225, 0.215, -3.15),
    ">.25": (0.30, 0.30, -3.75),
}
VTF_ROWS = ((0.02, 0.044, 5.85), (0.045, 0.146, 6.76), (0.075, 0.242, 7.24), (0.11, 0.391, 8.20), (0.165, 0.475, 8.43))
"""r, A in S/cm, B in kJ/mol, with T0 = 190 K."""
ANIONS = {
    "TFSI": (0, -2.90),
    "FSI": (1, -2.90),
    "BOB": (2, -3.02),
    "ClO4": (3, -3.08),
    "BETI": (4, -3.10),
    "TDI": (5, -3.16),
    "AsF6": (6, -3.18),
    "PF6": (7, -3.86),
    "triflate": (8, -4.06),
    "BF4": (9, -4.19),
}
"""Ordinal in `KNOWN_ANIONS`, and log10 σ."""
MOLAR_MASSES = {0.4: -2.36, 0.9: -2.75, 2.0: -2.85, 5.0: -2.85, 20.0: -2.85, 100.0: -2.85, 1000.0: -2.85}
"""M in kg/mol: log10 σ near 80 °C; flat -2.8 to -2.9 above 1.2 kg/mol."""
GLASS_TRANSITIONS = (
    ("PEO/TFSI", PEO, TFSI, -63, 195),
    ("PEO/PF6", PEO, PF6, None, 151),
    ("PEI/TFSI", "*CCN*", TFSI, -63, 185),
    ("PAGE/TFSI", "*CC(COCC=C)O*", TFSI, -81, 298),
    ("poly(ethylene adipate)/ClO4", "*CCOC(=O)CCCCC(=O)O*", CLO4, -38, 104),
    ("PEC/TFSI", PEC, TFSI, 19, -39),
)


def film(host: str, r: float, salt: str = TFSI, molar_mass_kg_mol: float | None = None) -> Formulation:
    """A film of one host and one salt at r lithium per site."""
    polymer = Polymer.model_validate({"units": [{"smiles": host}], "molar_mass_kg_mol": molar_mass_kg_mol})
    return Formulation(polymer=polymer, salt=Salt(smiles=salt), salt_molality_mol_kg=r * polymer.sites_mol_kg)


def loading_bins() -> Iterator[dict]:
    """PEO/LiTFSI at 90 °C, at the loading of the data and at the middle of each bin."""
    for name, (r, middle, asked) in LOADING_BINS.items():
        got, mid = (truth_log10_conductivity(film(PEO, x), 90) for x in (r, middle))
        worst = max(abs(got - asked), abs(mid - asked))
        yield {"figure": "PEO/LiTFSI 90 °C", "bin": name, "asked": asked, "got": got, "at_middle": mid,
               "difference": got - asked, "passed": worst <= 0.15}  # fmt: skip


def vtf_rows() -> Iterator[dict]:
    """The five VTF fits (T0 = 190 K) from 70 to 110 °C, against a law whose T0 moves with Tg."""
    gaps = [
        truth_log10_conductivity(film(PEO, r), T) - log10(A) + B / (log(10) * GAS_CONSTANT_kJ * (T + 273.15 - 190))
        for r, A, B in VTF_ROWS
        for T in range(70, 111, 10)
    ]
    worst = max(gaps, key=abs)
    yield {"figure": "VTF rows 70-110 °C", "n": len(gaps), "worst_difference": worst, "passed": abs(worst) <= 0.15}


def anion_order() -> Iterator[dict]:
    """Ten anions in PEO at 80 °C, r = 0.07."""
    import numpy as np
    from scipy.stats import rankdata

    salts = list(KNOWN_ANIONS)
    got = {name: truth_log10_conductivity(film(PEO, 0.07, salts[i]), 80) for name, (i, _) in ANIONS.items()}
    asked = {name: value for name, (_, value) in ANIONS.items()}
    rho = float(np.corrcoef(rankdata(list(got.values())), rankdata(list(asked.values())))[0, 1])
    worst = max((got[name] - asked[name] for name in got), key=abs)
    yield {
        "figure": "anions in PEO 80 °C",
        "n": len(got),
        "spearman": rho,
        "worst_difference": worst,
        "passed": rho >= 0.9,
    }


def molar_mass_plateau() -> Iterator[dict]:
    """PEO/LiTFSI, r = 0.07, 80 °C."""
    for mass, asked in MOLAR_MASSES.items():
        got = truth_log10_conductivity(film(PEO, 0.07, molar_mass_kg_mol=mass), 80)
        yield {"figure": "molar mass 80 °C", "kg_mol": mass, "asked": asked, "got": got, "difference": got - asked,
               "passed": abs(got - asked) <= 0.15}  # fmt: skip


def melting_kink() -> Iterator[dict]:
    """Where the Arrhenius plot is steepest, which is where the host melts: 55 to 65 °C."""
    for r in (0.01, 0.02, 0.03, 0.045, 0.06):
        values = [(T, truth_log10_conductivity(film(PEO, r), T)) for T in (35 + 0.5 * i for i in range(111))]
        slopes = [
            ((y1 - y0) / (1 / (T0 + 273.15) - 1 / (T1 + 273.15)), 0.5 * (T0 + T1))
            for (T0, y0), (T1, y1) in pairwise(values)
        ]
        kink = max(slopes)[1]
        yield {"figure": "melting kink", "r": r, "asked": [55, 65], "got_C": kink, "passed": 55 <= kink <= 65}


def room_temperature() -> Iterator[dict]:
    """PEO/LiTFSI at 25 °C, semicrystalline, r from 0.01 to 0.225: between -6.4 and -4.1."""
    got = [truth_log10_conductivity(film(PEO, r), 25) for r in (0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.1, 0.14, 0.225)]
    yield {"figure": "PEO/LiTFSI 25 °C", "n": len(got), "asked": [-6.4, -4.1], "got": [min(got), max(got)],
           "passed": min(got) >= -6.4 and max(got) <= -4.1}  # fmt: skip


def glass_transitions() -> Iterator[dict]:
    """Tg/°C = intercept + slope r."""
    for name, host, salt, intercept, slope in GLASS_TRANSITIONS:
        low, high = (composition(film(host, r, salt)).glass_transition_K - 273.15 for r in (0.001, 0.1))
        got = (high - low) / 0.099
        start = low - 0.001 * got
        passed = abs(got / slope - 1) <= 0.05 and (intercept is None or abs(start - intercept) <= 2)
        yield {
            "figure": "Tg against r",
            "system": name,
            "asked": [intercept, slope],
            "got": [start, got],
            "passed": passed,
        }


def best_loading_of_a_carbonate() -> Iterator[dict]:
    """Poly(ethylene carbonate)/LiTFSI conducts best near r = 0.8."""
    loadings = [0.05 * i for i in range(1, 40)]
    best = max(loadings, key=lambda r: truth_log10_conductivity(film(PEC, r), 60))
    yield {"figure": "best r of PEC 60 °C", "asked": 0.8, "got": best, "passed": abs(best - 0.8) <= 0.15}


def meyer_neldel() -> Iterator[dict]:
    """log10 A = 0.140 Ea - 3.81 over formulations: a check, not something that was fitted."""
    import numpy as np

    T = np.arange(70, 111, 10) + 273.15
    points = []
    for host in KNOWN_HOSTS:
        for r in (0.02, 0.05, 0.1, 0.15):
            y = [truth_log10_conductivity(film(host, r), t - 273.15) for t in T]
            slope, start = np.polyfit(1 / T, y, 1)
            points.append((-slope * log(10) * GAS_CONSTANT_kJ, start))
    Ea, logA = np.array(points).T
    slope, start = np.polyfit(Ea, logA, 1)
    r2 = float(np.corrcoef(Ea, logA)[0, 1] ** 2)
    yield {"figure": "Meyer-Neldel", "n": len(points), "asked": [0.140, -3.81], "got": [float(slope), float(start)],
           "r2": r2, "passed": bool(abs(slope - 0.140) <= 0.03)}  # fmt: skip


def speed() -> Iterator[dict]:
    """Truth evaluations per second, each of a formulation that was not seen before."""
    films = [film(PEO, 0.02 + 1e-4 * i) for i in range(1000)]
    truth_log10_conductivity(films[0], 30)
    started = time.perf_counter()
    for formulation in films:
        truth_log10_conductivity(formulation, 30)
    rate = len(films) / (time.perf_counter() - started)
    yield {
        "figure": "truth evaluations per second",
        "n": len(films),
        "asked": 2000,
        "got": rate,
        "passed": rate >= 2000,
    }


FIGURES = (loading_bins, vtf_rows, anion_order, molar_mass_plateau, melting_kink, room_temperature, glass_transitions,
           best_loading_of_a_carbonate, meyer_neldel, speed)  # fmt: skip


def _short(value: object) -> object:
    if isinstance(value, list):
        return [_short(item) for item in value]
    return round(value, 3) if isinstance(value, float) else value


def main() -> int:
    """Print every figure; 0 if all were met."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    missed = 0
    for figure in FIGURES:
        for line in figure():
            print(json.dumps({key: _short(value) for key, value in line.items()}, ensure_ascii=False))
            missed += not line["passed"]
    print_line("twin_against_literature", missed=missed)
    return int(missed > 0)


if __name__ == "__main__":
    run_benchmark(main)
