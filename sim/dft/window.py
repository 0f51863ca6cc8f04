"""Where a molecule is oxidised and reduced against Li⁺/Li, from total energies of its three charge states.

With G⁰, G⁺, G⁻ the energies in the medium,
E_ox = (G⁺ - G⁰)/e - E_abs, E_red = (G⁰ - G⁻)/e - E_abs, E_abs = 1.40 V (`sim.dft.constants`), where
G⁺ - G⁰ = vertical ionisation energy in the gas phase - relaxation of the cation + shift of solvation, and so for the
anion. Free energies of vibration are left out (some 0.1 eV, alike for all), and so is every reaction of the ion with
its neighbours, which is what limits sulfones and salts in practice.

The relaxation is that of GFN2-xTB. An ion that falls apart when it is relaxed has no adiabatic energy: its limit is the
vertical one, and the bonds that broke are told.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.dft import xtb
from sim.dft.bonds import changed_bonds, found_bonds
from sim.dft.constants import ABSOLUTE_LITHIUM_POTENTIAL_V, HARTREE_eV
from sim.dft.failure import NotConverged
from sim.dft.frame import Frame, framed
from sim.dft.geometry import Geometry
from sim.dft.methods import DEFAULT_METHOD, Method
from sim.dft.processor import on_one_blas_thread
from sim.dft.recipe import closed_shell, key_of, solvent_label
from sim.dft.result import CalculationKey, Result
from sim.dft.scf import Solution, solve
from sim.dft.solvent import Medium, cavity, solvation_eV

RECIPE = "redox-window/1"
PEO = Medium(7.5)
"""Wheatle et al., Macromolecules 2018, 51, 7471, as in the catalogue of polymers."""
SHOWN_ORBITALS = 8
"""Orbitals on either side of the gap that a result keeps."""

_IONS = (("cation", 1), ("anion", -1))

Told = Callable[[str], None]


class RedoxWindow(Result):
    """Frontier orbitals, ionisation and affinity of a closed-shell molecule, and its limits against Li⁺/Li."""

    homo_eV: float
    lumo_eV: float
    """Of the neutral molecule in the gas phase; Kohn-Sham orbital energies, no ionisation energies."""
    occupied_eV: tuple[float, ...]
    empty_eV: tuple[float, ...]
    """Orbital energies next to the gap, rising."""
    vertical_ionisation_eV: float
    vertical_affinity_eV: float
    """In the gas phase, at the neutral geometry. Where the affinity is negative, the basis alone holds the anion."""
    cation_relaxation_eV: float | None
    anion_relaxation_eV: float | None
    """What the ion gains by relaxing, by GFN2-xTB; None where it fell apart or did not come to rest."""
    cation_solvation_eV: float
    anion_solvation_eV: float
    """Free energy of solvation of the ion less that of the neutral molecule."""
    oxidation_V_vs_Li: float
    reduction_V_vs_Li: float
    remedies: tuple[str, str, str]
    """Rung of the ladder that held for the neutral molecule, the cation and the anion."""
    notes: tuple[str, ...] = ()
    """What should be known before the numbers are believed."""

    @property
    def gap_eV(self) -> float:
        """Between the frontier orbitals."""
        return self.lumo_eV - self.homo_eV

    @property
    def adiabatic_ionisation_eV(self) -> float | None:
        """In the gas phase; None where the cation has no minimum."""
        gain = self.cation_relaxation_eV
        return None if gain is None else self.vertical_ionisation_eV - gain

    @property
    def adiabatic_affinity_eV(self) -> float | None:
        """In the gas phase; None where the anion has no minimum."""
        gain = self.anion_relaxation_eV
        return None if gain is None else self.vertical_affinity_eV + gain


@dataclass(frozen=True)
class _Ion:
    """One charge beside the neutral molecule: what it costs in the gas phase, and its shift in the medium, in eV."""

    energy: float
    solvation: float
    relaxation: float | None
    notes: tuple[str, ...]


def window_key(
    smiles: str, method: Method = DEFAULT_METHOD, medium: Medium = PEO, full_solvent: bool = False
) -> CalculationKey:
    """The key that the window of `relaxed_model(smiles)` will have, before anything is calculated.

    Args:
        smiles: Canonical SMILES of a neutral molecule, as `sim.dft.oligomer.model_molecule` gives it.
        method: The level of theory.
        medium: The host.
        full_solvent: As in `redox_window`.
    """
    return CalculationKey(
        smiles=smiles,
        recipe=RECIPE,
        method=method.label,
        geometry=xtb.LABEL,
        solvent=solvent_label(medium, full_solvent),
    )


@on_one_blas_thread
def redox_window(
    geometry: Geometry,
    method: Method = DEFAULT_METHOD,
    medium: Medium = PEO,
    full_solvent: bool = False,
    tell: Told = lambda stage: None,
) -> RedoxWindow:
    """The window of one closed-shell molecule.

    Args:
        geometry: A minimum of the neutral molecule, as `relaxed_model` gives it.
        method: The level of theory.
        medium: The host; PEO by default.
        full_solvent: Every charge state self-consistent in the medium (three times the cost), in place of one shift
            of each gas-phase density.
        tell: Hears what is being done.

    Raises:
        BadInput: open shells, elements without basis functions, an engine that is not installed.
        NotConverged: a state did not settle; there is no window then.
    """
    began = time.monotonic()
    tell("integrals and grids")
    frame = framed(geometry, method)
    tell("neutral molecule")
    neutral = closed_shell(frame)
    states = [neutral]
    for name, step in _IONS:
        tell(name)
        states.append(solve(frame, geometry.charge + step, 2))
    tell("medium")
    shifts = _shifts(frame, medium, full_solvent, states)
    tell("relaxation of the ions")
    cation, anion = (
        _Ion(
            state.energy_eV - neutral.energy_eV,
            shift - shifts[0],
            *_relaxation(geometry, geometry.ionised(geometry.charge + step), name),
        )
        for (name, step), state, shift in zip(_IONS, states[1:], shifts[1:], strict=True)
    )
    occupied, empty = _levels(neutral)
    return RedoxWindow(
        key=key_of(RECIPE, geometry, method, medium, full_solvent),
        seconds=time.monotonic() - began,
        homo_eV=neutral.homo_eV,
        lumo_eV=neutral.lumo_eV,
        occupied_eV=occupied,
        empty_eV=empty,
        vertical_ionisation_eV=cation.energy,
        vertical_affinity_eV=-anion.energy,
        cation_relaxation_eV=cation.relaxation,
        anion_relaxation_eV=anion.relaxation,
        cation_solvation_eV=cation.solvation,
        anion_solvation_eV=anion.solvation,
        oxidation_V_vs_Li=_in_medium(cation) - ABSOLUTE_LITHIUM_POTENTIAL_V,
        reduction_V_vs_Li=-_in_medium(anion) - ABSOLUTE_LITHIUM_POTENTIAL_V,
        remedies=(neutral.remedy, states[1].remedy, states[2].remedy),
        notes=(*cation.notes, *anion.notes, *_unbound(anion)),
    )


def _in_medium(ion: _Ion) -> float:
    return ion.energy - (ion.relaxation or 0.0) + ion.solvation


def _shifts(frame: Frame, medium: Medium, full: bool, states: list[Solution]) -> tuple[float, ...]:
    """Solvation free energies of gas-phase states, in eV: by one reaction field of each, or self-consistently."""
    if not full:
        return solvation_eV(cavity(frame, medium), states)
    charge = frame.geometry.charge
    charged = zip(states, (charge, charge + 1, charge - 1), (1, 2, 2), strict=True)
    return tuple(
        solve(frame, state_charge, spin, medium).energy_eV - gas.energy_eV for gas, state_charge, spin in charged
    )


def _relaxation(neutral: Geometry, ion: Geometry, name: str) -> tuple[float | None, tuple[str, ...]]:
    """What an ion gains by relaxing, and what to say where it has no minimum."""
    try:
        geometry, energy = xtb.relaxed(ion)
        start = xtb.energy_eV(ion)
    except NotConverged as failure:
        return None, (f"The {name} has no relaxed geometry ({failure}); its limit is the vertical one",)
    changes = changed_bonds(found_bonds(neutral), geometry)
    if changes:
        return None, (f"The {name} falls apart when relaxed ({'; '.join(changes)}); its limit is the vertical one",)
    return start - energy, ()


def _levels(neutral: Solution) -> tuple[tuple[float, ...], tuple[float, ...]]:
    energies = np.asarray(neutral.field.mo_energy) * HARTREE_eV
    filled = np.asarray(neutral.field.mo_occ) > 0
    low, high = np.sort(energies[filled])[-SHOWN_ORBITALS:], np.sort(energies[~filled])[:SHOWN_ORBITALS]
    return tuple(map(float, low)), tuple(map(float, high))


def _unbound(anion: _Ion) -> tuple[str, ...]:
    if anion.energy <= 0:
        return ()
    return (
        "The anion is not bound in the gas phase: its affinity, and the reduction limit, depend on the basis and bound "
        "the truth from below",
    )
