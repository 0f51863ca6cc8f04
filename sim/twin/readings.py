"""What a campaign reads of a film, without a lab: the twin's truth, an error of the film, and one of each reading.

Planners are compared by the thousand films; the instruments, spectra and fits between a film and its numbers are left
out here (`sim.instruments` has them), and what is left of their errors is two standard deviations for each property.
"""

from collections.abc import Sequence
from math import log10
from typing import NamedTuple

import numpy as np

from chemistry.formulation import Formulation
from ledger.film import Film, Reading
from sim.twin.composition import truth_glass_transition_C
from sim.twin.mechanics import truth_storage_modulus_MPa
from sim.twin.oxidation import truth_oxidation_limit_V
from sim.twin.transference import truth_transference_number
from sim.twin.transport import truth_log10_conductivity

Asked = tuple[str, float | None]
"""A property of `ledger.film.PROPERTY_UNITS` and the temperature, °C, that it is read at."""


class Errors(NamedTuple):
    """Standard deviations in the property's own unit: of films of one formulation, and of readings of one film."""

    film: float
    reading: float


ERRORS = {
    "log10_conductivity": Errors(0.10, 0.01),
    "log10_storage_modulus": Errors(0.05, 0.02),
    "transference_number": Errors(0.02, 0.01),
    "oxidation_limit": Errors(0.05, 0.02),
    "glass_transition": Errors(2.0, 1.0),
}


def truth(formulation: Formulation, name: str, temperature_C: float | None) -> float:
    """A property of a formulation without any error; `KeyError` for one that the twin does not have."""
    return {
        "log10_conductivity": lambda T: truth_log10_conductivity(formulation, T),
        "log10_storage_modulus": lambda T: log10(truth_storage_modulus_MPa(formulation, T)),
        "transference_number": lambda T: truth_transference_number(formulation),
        "oxidation_limit": lambda T: truth_oxidation_limit_V(formulation, T),
        "glass_transition": lambda T: truth_glass_transition_C(formulation),
    }[name](temperature_C)


def read_film(
    formulation: Formulation, film_id: str, asked: Sequence[Asked], random: np.random.Generator | None
) -> Film:
    """A film and its readings, in the order in which they are asked; those of one property share the film's error.

    Without a generator they have no error, though they state one.
    """
    effects: dict[str, float] = {}
    readings = []
    for name, T in asked:
        value, (film_sd, sd) = truth(formulation, name, T), ERRORS[name]
        if random is not None:
            if name not in effects:
                effects[name] = random.normal(0, film_sd)
            value = value + effects[name] + random.normal(0, sd)
        readings.append(Reading(property=name, value=float(value), sd=sd, temperature_C=T))
    return Film(film_id=film_id, formulation=formulation, readings=tuple(readings))
