"""Quantum chemistry against experiment: ionisation energies, the order of oxidation limits, lithium affinities.

Each part says what it compares with and where that is from. Prints one JSON line.

    python benchmarks/electrochemistry.py [--parts ionisation,oxidation,lithium,basicity] [--functional B3LYP]
        [--basis def2-SVP] [--permittivity 65] [--full-solvent]

Ionisation takes some 2 minutes of one core, oxidation 5, lithium and basicity 6 each, all alone on it.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence

import numpy as np
from rdkit.Chem import GetPeriodicTable
from scipy.constants import Boltzmann, Planck, angstrom, atomic_mass, physical_constants
from scipy.stats import kendalltau

from benchmarks.line import print_line, run_benchmark
from sim.dft.binding import lithium_binding
from sim.dft.conformers import relaxed_model
from sim.dft.constants import eV_kcal_mol
from sim.dft.frame import framed
from sim.dft.geometry import Geometry, checked
from sim.dft.hessian import modes
from sim.dft.methods import BINDING_METHOD, Method, method_named
from sim.dft.oligomer import model_molecule
from sim.dft.recipe import closed_shell
from sim.dft.scf import solve
from sim.dft.solvent import Medium
from sim.dft.vibrations import eV_PER_WAVENUMBER
from sim.dft.window import PEO, redox_window

Boltzmann_eV = physical_constants["Boltzmann constant in eV/K"][0]
IONISATION_eV = {
    "O": 12.62,
    "CO": 10.96,
    "CCO": 10.64,
    "CCOCC": 9.61,
    "C=O": 10.88,
    "CC=O": 10.24,
    "OC=O": 11.50,
    "C=C": 10.68,
    "C=CF": 10.63,
    "C=CCl": 10.20,
    "C#N": 13.61,
    "N": 10.82,
    "CCC": 11.51,
    "c1ccccc1": 9.23,
    "Cc1ccccc1": 8.82,
    "c1ccncc1": 9.66,
}
"""Vertical, by photoelectron spectra. The experimental column of the GW100 set (van Setten et al., J. Chem. Theory
Comput. 2015, 11, 5665), which takes each value from the NIST Chemistry WebBook (Standard Reference Database 69)."""
OXIDATION_V = {
    "ether": {"COCCOC": 5.1, "C1CCOC1": 5.2},
    "ester": {"O=C1CCCO1": 8.2},
    "carbonate": {"O=C1OCCO1": 6.2, "CC1COC(=O)O1": 6.6, "COC(=O)OC": 6.7},
    "nitrile": {"CC#N": 6.3, "N#CCCCCC#N": 8.3},
    "sulfone": {"O=S1(=O)CCCC1": 6.3},
}
"""Anodic limits against Li⁺/Li of the bare solvents with tetraethylammonium tetrafluoroborate on glassy carbon, as Xu
collects them (Chem. Rev. 2004, 104, 4303, table of non-active electrodes), those of Ue, Ida and Mori (J. Electrochem.
Soc. 1994, 141, 2989) among them. Such limits hang on the current that is called a limit and on traces of water: a few
tenths of a volt apart they are no order. γ-Butyrolactone stands for the esters, and its 8.2 V above that of every
carbonate is what no other ester shows. They are quoted from memory; no copy of the review was found to read them
against: check before quoting."""
CID = "threshold of collision-induced dissociation, 0 K"
LITHIUM_kcal_mol = {
    "O": (31.8, f"{CID}; Rodgers and Armentrout, J. Phys. Chem. A 1997, 101, 1238"),
    "CO": (37.1, f"{CID}; Rodgers and Armentrout, J. Phys. Chem. A 1997, 101, 2614"),
    "COC": (39.4, f"{CID}; More, Glendening, Ray, Feller and Armentrout, J. Phys. Chem. 1996, 100, 1605"),
    "COCCOC": (57.6, f"{CID}; Ray, Feller, More, Glendening and Armentrout, J. Phys. Chem. 1996, 100, 16116"),
}
"""Li⁺ affinities of one laboratory's set, stated there with some 2 to 4 kcal/mol of error.

The papers on water and on the alcohols are what they are said to be, by their abstracts; those on ethers are cited, and
all numbers quoted, from memory. High-pressure equilibria give water 34.0 at 298 K (Dzidic and Kebarle, J. Phys. Chem.
1970, 74, 1466), which the first of these papers says lies somewhat above its own value. Acetone and acetonitrile have
no number here."""
BASICITY_kJ_mol = {"C1CCOC1": 137.2, "COCCOC": 202.7}
"""Li⁺ basicities, -ΔG of binding at 373 K and 1 bar: the ends of the scale of Mayeux, Burk, Gal, Kaljurand, Koppel,
Leito and Sikk (J. Am. Soc. Mass Spectrom. 2014, doi 10.1007/s13361-014-0970-4), read in its abstract."""
BASICITY_K = 373.0


def main() -> None:
    """Run the parts that were asked for and print the line."""
    parts: dict[str, Callable[[Method], dict[str, object]]] = {
        "ionisation": ionisation,
        "oxidation": lambda method: oxidation(method, in_, given.full_solvent),
        "lithium": lambda _: lithium(),
        "basicity": lambda _: basicity(),
    }
    parser = argparse.ArgumentParser(description="Quantum chemistry against experiment.")
    parser.add_argument("--parts", default=",".join(parts))
    parser.add_argument("--functional", default="B3LYP")
    parser.add_argument("--basis", default="def2-SVP")
    parser.add_argument("--permittivity", type=float, help="of the oxidation limits' medium [default: that of PEO]")
    parser.add_argument("--full-solvent", action="store_true", help="oxidation limits self-consistent in the medium")
    given = parser.parse_args()
    in_ = PEO if given.permittivity is None else Medium(given.permittivity)
    method = method_named(given.functional, given.basis)
    print_line(
        "electrochemistry", method=method.label, **{name: parts[name](method) for name in given.parts.split(",")}
    )


def ionisation(method: Method) -> dict[str, object]:
    """Errors of the vertical ionisation energy, calculated less measured, in eV."""
    errors = {}
    for smiles, measured in IONISATION_eV.items():
        frame = framed(relaxed_model(model_molecule(smiles)), method)
        neutral = closed_shell(frame)
        errors[smiles] = solve(frame, 1, 2).energy_eV - neutral.energy_eV - measured
        _tell(smiles, errors[smiles])
    return {
        "n": len(errors),
        "mean_absolute_error_eV": round(statistics.fmean(map(abs, errors.values())), 3),
        "mean_error_eV": round(statistics.fmean(errors.values()), 3),
        "worst_eV": round(max(errors.values(), key=abs), 3),
        "error_eV": {smiles: round(error, 2) for smiles, error in errors.items()},
    }


def oxidation(method: Method, medium: Medium = PEO, full_solvent: bool = False) -> dict[str, object]:
    """Calculated oxidation limits beside measured ones, and how alike their orders are (Kendall's τ).

    Also without the relaxation of the cation, and of the classes alone, in the order that is usual for them.
    """
    limits: dict[str, float] = {}
    upright: dict[str, float] = {}
    for solvents in OXIDATION_V.values():
        for smiles in solvents:
            window = redox_window(relaxed_model(model_molecule(smiles)), method, medium, full_solvent)
            limits[smiles] = window.oxidation_V_vs_Li
            upright[smiles] = limits[smiles] + (window.cation_relaxation_eV or 0.0)
            _tell(smiles, limits[smiles])
    judged = {kind: solvents for kind, solvents in OXIDATION_V.items() if kind != "sulfone"}
    measured = {smiles: limit for solvents in judged.values() for smiles, limit in solvents.items()}
    without = {smiles: limit for smiles, limit in measured.items() if smiles not in judged["ester"]}
    medians = [statistics.median(limits[smiles] for smiles in solvents) for solvents in judged.values()]
    return {
        "n": len(measured),
        "kendall_tau": _tau([(limits[smiles], limit) for smiles, limit in measured.items()]),
        "kendall_tau_vertical": _tau([(upright[smiles], limit) for smiles, limit in measured.items()]),
        "kendall_tau_without_butyrolactone": _tau([(limits[smiles], limit) for smiles, limit in without.items()]),
        "kendall_tau_of_the_classes_in_the_usual_order": _tau(list(zip(medians, range(len(medians)), strict=True))),
        "calculated_V": {smiles: round(limit, 2) for smiles, limit in limits.items()},
        "vertical_V": {smiles: round(limit, 2) for smiles, limit in upright.items()},
        "measured_V": OXIDATION_V,
    }


def lithium() -> dict[str, object]:
    """Lithium affinities with counterpoise and zero-point energies at 0 K, in kcal/mol."""
    rows: dict[str, dict[str, object]] = {}
    errors: list[float] = []
    for smiles in ("O", "CO", "COC", "CC(C)=O", "CC#N", "COCCOC"):
        binding = lithium_binding(relaxed_model(smiles), BINDING_METHOD, zero_point=True)
        affinity = binding.affinity_eV * eV_kcal_mol
        measured, source = LITHIUM_kcal_mol.get(smiles, (None, "none that we are sure of"))
        error = None if measured is None else round(affinity - measured, 1)
        errors += [] if error is None else [error]
        rows[smiles] = {
            "calculated": round(affinity, 1),
            "published": measured,
            "error": error,
            "source": source,
            "donors": binding.donors,
        }
        _tell(smiles, affinity)
    return {
        "method": BINDING_METHOD.label,
        "n": len(errors),
        "mean_absolute_error_kcal_mol": round(statistics.fmean(map(abs, errors)), 1),
        "worst_kcal_mol": max(errors, key=abs),
        "affinity_kcal_mol": rows,
    }


def basicity() -> dict[str, object]:
    """Lithium basicities, -ΔG of binding at 373 K and 1 bar, with harmonic vibrations by GFN2-xTB, in kJ/mol.

    Symmetry numbers are left out: both molecules and their complexes have an axis of order two.
    """
    rows: dict[str, dict[str, object]] = {}
    for smiles, measured in BASICITY_kJ_mol.items():
        free = relaxed_model(smiles)
        binding = lithium_binding(free, BINDING_METHOD)
        bound = checked(
            smiles=f"{smiles}.[Li+]", origin="", symbols=binding.symbols, positions_A=binding.positions_A, charge=1
        )
        thermal = thermal_eV(bound) - thermal_eV(free) - translation_eV(molar_mass(("Li",)))
        calculated = -(binding.energy_eV + thermal) * eV_kcal_mol * 4.184
        rows[smiles] = {
            "calculated": round(calculated, 1),
            "published": measured,
            "error_kcal_mol": round((calculated - measured) / 4.184, 1),
            "electronic_kcal_mol": round(-binding.energy_eV * eV_kcal_mol, 1),
        }
        _tell(smiles, calculated)
    return {"method": BINDING_METHOD.label, "basicity_kJ_mol": rows}


def thermal_eV(geometry: Geometry) -> float:
    """What a rigid rotor and harmonic oscillator adds to the energy for its free energy, zero point and all, in eV."""
    kT = Boltzmann_eV * BASICITY_K
    quanta = np.array([number for number in modes(geometry).wavenumbers_cm if number > 0]) * eV_PER_WAVENUMBER
    vibration = float((0.5 * quanta + kT * np.log1p(-np.exp(-quanta / kT))).sum())
    mass = np.array([GetPeriodicTable().GetAtomicWeight(symbol) for symbol in geometry.symbols])
    place = geometry.array_A - mass @ geometry.array_A / mass.sum()
    tensor = mass[:, None, None] * (np.eye(3) * (place**2).sum(1)[:, None, None] - place[:, :, None] * place[:, None])
    inertia = np.linalg.eigvalsh(tensor.sum(0)) * atomic_mass * angstrom**2
    rotation = np.sqrt(np.pi * np.prod(8 * np.pi**2 * inertia * Boltzmann * BASICITY_K / Planck**2))
    return vibration - kT * float(np.log(rotation)) + translation_eV(float(mass.sum()))


def translation_eV(mass_u: float) -> float:
    """Free energy of translation of an ideal gas at 1 bar, in eV."""
    waves = (2 * np.pi * mass_u * atomic_mass * Boltzmann * BASICITY_K / Planck**2) ** 1.5
    return -Boltzmann_eV * BASICITY_K * float(np.log(waves * Boltzmann * BASICITY_K / 1e5))


def molar_mass(symbols: Sequence[str]) -> float:
    """Sum of the atomic weights, g/mol."""
    return sum(GetPeriodicTable().GetAtomicWeight(symbol) for symbol in symbols)


def _tau(pairs: list[tuple[float, float]]) -> float:
    one, other = zip(*pairs, strict=True)
    tau, _ = kendalltau(one, other)
    return round(float(tau), 2)  # pyright: ignore[reportArgumentType]


def _tell(smiles: str, value: float) -> None:
    print(f"{smiles} {value:.3f}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_benchmark(main)
