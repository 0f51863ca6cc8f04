"""How well transference number, oxidation limit and glass transition are read back from the twin's signals.

Random films of five kinds of host are measured as the simulated lab does, and each reading is compared with the
film's own true value: median and 95 % of the absolute error, the worst, the share of 90 % intervals that hold the
truth, and what was refused and why. Prints one JSON line.

    python benchmarks/properties.py --films 300
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from benchmarks.line import print_line, run_benchmark
from chemistry.catalogue import additive, polymer, salt
from chemistry.formulation import AdditiveContent, Formulation
from chemistry.units import molality
from ledger.measurement import Calorimetry, ImpedanceSpectrum, Measurement, Polarisation, VoltageSweep
from models.glass_transition import analyse_calorimetry
from models.oxidation import analyse_voltage_sweep
from models.property_result import PropertyResult
from models.transference import analyse_polarisation
from sim.twin import TwinFilm

Kind = TypeVar("Kind", bound=Measurement)
SEEDS = (2026, 2027, 2028)
NINETY = 1.6449
WARM_C = (60.0, 70.0, 80.0)
COLD_C = (20.0, 30.0, 40.0)
"""Where many films conduct too little for a steady current within the hours of a polarisation."""
HOSTS = ("PEO", "P(EO-co-PO)", "PPO", "PCL", "PTMC", "PEC", "PTHF")
SALTS = ("LiTFSI", "LiFSI", "LiBETI", "LiBOB", "LiClO4", "LiPF6")
PLASTICISERS = ("", "succinonitrile", "tetraglyme", "ethylene carbonate")
FREQUENCY_Hz = np.logspace(6, -1, 50)
TIME_s = np.union1d(np.geomspace(0.2, 8 * 3600, 250), np.linspace(0.2, 8 * 3600, 250))
POTENTIAL_V = np.linspace(2.5, 6.0, 876)
SCAN_C = np.linspace(-130, 120, 501)
AREA_cm2 = 0.785


class Drawn(NamedTuple):
    """A film, and the temperature at which it is measured."""

    film: TwinFilm
    thickness_um: float
    temperature_C: float


def main() -> None:
    """Measure, analyse, and print the line."""
    parser = argparse.ArgumentParser(description="Round trip from the twin's signals to three properties.")
    parser.add_argument("--films", type=int, default=300, help="films of each study, over all seeds")
    each = max(1, parser.parse_args().films // len(SEEDS))
    line: dict[str, object] = {"n": each * len(SEEDS), "seeds": SEEDS}
    for preset in ("default", "rough"):
        warm = [draw(seed, each, WARM_C, preset) for seed in SEEDS]
        cold = [draw(seed, each, COLD_C, preset) for seed in SEEDS]
        line[preset] = {
            "transference_number": study(warm, polarisation, analyse_polarisation, _transference),
            "transference_number_cold": study(cold, polarisation, analyse_polarisation, _transference),
            "oxidation_limit_V": study(warm, voltage_sweep, analyse_voltage_sweep, _oxidation),
            "glass_transition_K": study(warm, calorimetry, analyse_calorimetry, _glass),
        }
    print_line("properties", **line)


def random_formulation(rng: np.random.Generator) -> Formulation:
    """A host, a salt at 0.03 to 0.20 per site, and with three chances in four a plasticiser of 5 to 30 %."""
    host, ions = polymer(str(rng.choice(HOSTS))), salt(str(rng.choice(SALTS)))
    name, share = str(rng.choice(PLASTICISERS)), float(rng.uniform(0.05, 0.30))
    added = (AdditiveContent(additive=additive(name), weight_fraction=share),) if name else ()
    loading = molality(float(rng.uniform(0.03, 0.20)), "Li/O", host, ions)
    return Formulation(polymer=host, salt=ions, salt_molality_mol_kg=loading, additives=added)


def draw(seed: int, count: int, temperatures_C: tuple[float, ...], preset: str) -> list[Drawn]:
    """Films of 70 to 180 µm."""
    rng = np.random.default_rng(seed)
    drawn = []
    for number in range(count):
        thickness = float(rng.uniform(70, 180))
        film = TwinFilm(random_formulation(rng), thickness, AREA_cm2, 1000 * seed + number, preset)
        drawn.append(Drawn(film, thickness, float(rng.choice(temperatures_C))))
    return drawn


def polarisation(drawn: Drawn) -> Polarisation:
    """Ten millivolts for eight hours."""
    signal = drawn.film.discs.polarisation(drawn.temperature_C, 0.01, TIME_s, FREQUENCY_Hz, seed=1)
    before, after = (
        ImpedanceSpectrum(
            frequency_Hz=tuple(FREQUENCY_Hz.tolist()),
            real_ohm=tuple(ohm.real.tolist()),
            imaginary_ohm=tuple(ohm.imag.tolist()),
            temperature_C=drawn.temperature_C,
            thickness_um=drawn.thickness_um,
            area_cm2=AREA_cm2,
        )
        for ohm in (signal.before_ohm, signal.after_ohm)
    )
    return Polarisation(
        voltage_V=signal.applied_V,
        time_s=tuple(TIME_s.tolist()),
        current_A=tuple(signal.current_A.tolist()),
        before=before,
        after=after,
        temperature_C=drawn.temperature_C,
    )


def voltage_sweep(drawn: Drawn) -> VoltageSweep:
    """Half a millivolt per second to six volts."""
    signal = drawn.film.discs.voltage_sweep(drawn.temperature_C, POTENTIAL_V, 0.5, seed=1)
    return VoltageSweep(
        potential_V=tuple(POTENTIAL_V.tolist()),
        current_density_A_cm2=tuple(signal.current_density_A_cm2.tolist()),
        rate_mV_s=0.5,
        resistance_ohm_cm2=signal.resistance_ohm_cm2,
        temperature_C=drawn.temperature_C,
    )


def calorimetry(drawn: Drawn) -> Calorimetry:
    """Ten kelvin per minute, eight milligrams."""
    signal = drawn.film.discs.heat_scan(SCAN_C, 10.0, 8.0, seed=1)
    return Calorimetry(
        sample_temperature_C=tuple(SCAN_C.tolist()),
        heat_flow_mW=tuple(signal.heat_flow_mW.tolist()),
        rate_K_min=10.0,
        mass_mg=signal.mass_mg,
    )


def study(
    drawn: list[list[Drawn]],
    measure: Callable[[Drawn], Kind],
    analyse: Callable[[Kind], PropertyResult],
    truth: Callable[[Drawn], float],
) -> dict[str, object]:
    """Measure and analyse every film, and say how far off the readings are."""
    errors, inside, verdicts, seconds = [], [], Counter[str](), 0.0
    for film in (film for one in drawn for film in one):
        measured = measure(film)
        start = time.process_time()
        result = analyse(measured)
        seconds += time.process_time() - start
        verdicts[result.verdict.value] += 1
        if result.accepted and result.value is not None and result.sd is not None:
            errors.append(abs(result.value - truth(film)))
            inside.append(errors[-1] < NINETY * result.sd)
    total = sum(verdicts.values())
    return {
        "median": round(float(np.median(errors)), 4),
        "p95": round(float(np.quantile(errors, 0.95)), 4),
        "worst": round(float(np.max(errors)), 3),
        "coverage_of_90_percent": round(float(np.mean(inside)), 3),
        "verdicts": {name: round(count / total, 3) for name, count in verdicts.most_common()},
        "ms_each": round(1000 * seconds / total, 1),
    }


def _transference(drawn: Drawn) -> float:
    return drawn.film.discs.transference_number


def _oxidation(drawn: Drawn) -> float:
    return drawn.film.discs.oxidation_limit_V(drawn.temperature_C)


def _glass(drawn: Drawn) -> float:
    return drawn.film.discs.glass_transition_C


if __name__ == "__main__":
    run_benchmark(main)
