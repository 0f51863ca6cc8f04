"""What the analysis of one spectrum says."""

from enum import StrEnum

import numpy as np
from pydantic import Field

from chemistry.value import Value


class Verdict(StrEnum):
    """What a spectrum is good for."""

    ACCEPTED = "accepted"
    NO_INTERCEPT = "no_intercept"
    """No resistance can be read in the window: the film conducts too little (or too well) for it."""
    BAD_CONTACT = "bad_contact"
    """The electrodes touch a part of the film only: the conductivity would come out too small."""
    NOT_CAUSAL = "not_causal"
    """The cell changed during the sweep, or the reading is not linear: measure again."""
    MISFIT = "misfit"
    """No circuit of a film between blocking electrodes describes it."""
    INCOMPLETE = "incomplete"
    """The sweep was aborted or has too few points, or the geometry is missing."""


class CircuitFit(Value):
    """The circuit that was fitted, as numbers that can be kept and drawn."""

    name: str
    """Elements in series: `L–(R‖CPE)–CPE`."""
    parameters: dict[str, float]
    """In the unit that ends each name; a CPE's Q in S·sⁿ, exponents bare."""
    relative_sd: dict[str, float]
    """Standard deviation of the logarithm of each parameter; for an exponent that of the exponent itself."""
    relative_rms: float = Field(ge=0)
    """Root mean square of the relative residual of the real and imaginary parts."""
    chi_square_per_freedom: float = Field(ge=0)
    fitted_real_ohm: tuple[float, ...]
    """The fit at the frequencies of the spectrum, in the order given there."""
    fitted_imaginary_ohm: tuple[float, ...]

    @property
    def fitted_ohm(self) -> np.ndarray:
        """`n`, complex."""
        return np.array(self.fitted_real_ohm) + 1j * np.array(self.fitted_imaginary_ohm)


class ConductivityResult(Value):
    """Resistance and conductivity of one film at one temperature, or why there is none.

    A number stands here only where it can be used: an accepted result has all of them; a bad contact and an
    incomplete spectrum may have a resistance, but no conductivity.
    """

    verdict: Verdict
    reason: str
    """One sentence with the value, the limit, and what to do."""
    resistance_ohm: float | None = None
    log10_resistance_sd: float | None = None
    log10_conductivity: float | None = None
    """log10(S/cm)."""
    log10_conductivity_sd: float | None = None
    """With the uncertainty of thickness and area."""
    log10_conductivity_below: float | None = None
    """Upper bound where there is no intercept: log10(S/cm)."""
    circuit: CircuitFit | None = None
    kramers_kronig_residual: float | None = None
    """Root mean square of the relative residual of the linear Kramers-Kronig test."""
    temperature_C: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether the conductivity may be used."""
        return self.verdict is Verdict.ACCEPTED
