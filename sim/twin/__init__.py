"""The twin: physics of a polymer electrolyte film, and what instruments read of it.

Instruments use `TwinFilm` alone; the `truth_` functions are what planners and analyses are scored against.
"""

from sim.twin.cells import random_cell
from sim.twin.composition import truth_glass_transition_C
from sim.twin.film import TwinFilm
from sim.twin.mechanics import truth_storage_modulus_MPa
from sim.twin.oxidation import truth_oxidation_limit_V
from sim.twin.preset import Preset, preset_named
from sim.twin.transference import truth_transference_number
from sim.twin.transport import truth_log10_conductivity

__all__ = [
    "Preset",
    "TwinFilm",
    "preset_named",
    "random_cell",
    "truth_glass_transition_C",
    "truth_log10_conductivity",
    "truth_oxidation_limit_V",
    "truth_storage_modulus_MPa",
    "truth_transference_number",
]
