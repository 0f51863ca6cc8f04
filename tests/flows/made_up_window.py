"""A window that nobody calculated, for tests of what is done with windows."""

from typing import Any

from sim.dft.result import CalculationKey
from sim.dft.window import RedoxWindow


def made_up(key: CalculationKey, **changed: Any) -> RedoxWindow:
    """A window of a key, with some of its numbers."""
    plain: dict[str, Any] = {
        "homo_eV": -7.0,
        "lumo_eV": 1.0,
        "occupied_eV": (-7.0,),
        "empty_eV": (1.0,),
        "vertical_ionisation_eV": 9.0,
        "vertical_affinity_eV": -1.0,
        "cation_relaxation_eV": 0.5,
        "anion_relaxation_eV": None,
        "cation_solvation_eV": -1.5,
        "anion_solvation_eV": -1.5,
        "oxidation_V_vs_Li": 5.0,
        "reduction_V_vs_Li": -1.5,
        "remedies": ("plain", "plain", "plain"),
    }
    return RedoxWindow(key=key, seconds=1.0, **{**plain, **changed})
