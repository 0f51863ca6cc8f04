"""What is known of one film: the grouped observations that a surrogate learns from."""

from enum import StrEnum

from pydantic import Field

from chemistry.formulation import Formulation
from chemistry.value import Value


class Source(StrEnum):
    """Where a number comes from."""

    MEASURED = "measured"
    LITERATURE = "literature"
    DFT = "dft"
    MD = "md"
    PREDICTED = "predicted"


THEORY = frozenset({Source.MD, Source.DFT})
"""Sources behind which no experiment stands: they are of another fidelity."""

PROPERTY_UNITS = {
    "log10_conductivity": "log10(S/cm)",
    "log10_storage_modulus": "log10(MPa)",
    "log10_lithium_diffusivity": "log10(cm2/s)",
    "log10_anion_diffusivity": "log10(cm2/s)",
    "log10_polymer_diffusivity": "log10(cm2/s)",
    "transference_number": "1",
    "oxidation_limit": "V vs Li/Li+",
    "glass_transition": "degC",
}
"""Unit of every property that the ledger knows. An observation in another unit is refused."""

WITHOUT_TEMPERATURE = frozenset({"glass_transition"})
"""Properties that belong to no temperature: they are one themselves."""


class Reading(Value):
    """One observed number, its standard deviation and the temperature it belongs to."""

    property: str
    value: float
    sd: float = Field(ge=0)
    temperature_C: float | None = None
    source: Source = Source.MEASURED
    trust: float = Field(default=1.0, gt=0, le=1)
    """Trust weight: a surrogate divides the variance by it. One for what was measured here."""
    derived: bool = False
    """Read from the film's own temperature law: it rests on the other readings, and nothing is learnt from it."""
    shifts_since: int = Field(default=0, ge=0)
    """How often the results of its property have begun to come at another level since (`models.drift`)."""


class Film(Value):
    """One film (or one sample of a published table): its as-made formulation and what was read on it.

    The readings of one film share the error of its cell and its thickness; they are not independent.
    """

    film_id: str
    formulation: Formulation
    readings: tuple[Reading, ...]
