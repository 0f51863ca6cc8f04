"""What theory would say of a twin's film: cheap, and wrong in the ways in which such calculations are.

Molecular dynamics: the cell is amorphous, so that no crystal blocks a path. Charges are fixed, with which ions are held
too fast and move too slowly (Chaudhari et al., J. Chem. Theory Comput. 2016, 12, 5709), the more so the colder it is,
and anions differ by less than they do. A run errs by chance as well.

Quantum chemistry: single molecules, without ions, are oxidised later than films, and each host errs in a way of its own
that no repetition shows. How large each error is here is our choice; no planner is told.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chemistry.formulation import Formulation
from ledger.film import Reading, Source
from sim.twin.composition import composition
from sim.twin.oxidation import neutral_limit_V
from sim.twin.transport import log10_conductivity

SLOWER_DECADES = 0.7
"""By which a run is slower at 80 °C."""
SLOWER_PER_K = 0.008
"""Decades that it loses for each kelvin below."""
ANION_SHARE = 0.5
"""Of the decades between two anions, what fixed charges keep."""
RUN_SD = 0.15
"""Decades between two runs of one cell, which each run states of itself."""
CORE_HOURS = 20.0
"""That a run is said to take."""
_REFERENCE_C = 80.0
LATER_V = 0.4
"""By which a single molecule is oxidised later than a film."""
WINDOW_SD_V = 0.2
"""By which the windows of two hosts err apart, V, which each calculation states of itself."""


def simulated_log10_conductivity(formulation: Formulation, temperature_C: float) -> float:
    """log10 of the conductivity in S/cm that infinitely many runs would come to."""
    film = composition(formulation)
    amorphous = replace(
        film,
        host=replace(film.host, melting_point_K=None),
        anion=replace(film.anion, offset_decades=ANION_SHARE * film.anion.offset_decades),
    )
    slower = SLOWER_DECADES + SLOWER_PER_K * (_REFERENCE_C - temperature_C)
    return log10_conductivity(amorphous, temperature_C) - slower


def run(formulation: Formulation, temperatures_C: Sequence[float], random: np.random.Generator) -> tuple[Reading, ...]:
    """One run at each temperature, from one start: they err together by two thirds, and apart by the rest."""
    together = random.normal(0, RUN_SD * (2 / 3) ** 0.5)
    return tuple(
        Reading(
            property="log10_conductivity",
            value=simulated_log10_conductivity(formulation, T) + together + random.normal(0, RUN_SD / 3**0.5),
            sd=RUN_SD,
            temperature_C=T,
            source=Source.MD,
        )
        for T in temperatures_C
    )


def window(formulation: Formulation, temperatures_C: Sequence[float]) -> tuple[Reading, ...]:
    """The oxidation limit by quantum chemistry: the same at each temperature, and whenever it is calculated."""
    host = " ".join(sorted(unit.smiles for unit in formulation.polymer.units))
    seed = int.from_bytes(hashlib.sha256(host.encode()).digest()[:8], "big")
    error = np.random.default_rng(seed).normal(LATER_V, WINDOW_SD_V)
    value = neutral_limit_V(formulation) + error
    return tuple(
        Reading(property="oxidation_limit", value=value, sd=WINDOW_SD_V, temperature_C=T, source=Source.DFT)
        for T in temperatures_C
    )
