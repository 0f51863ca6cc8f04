"""The temperature law of a film as the ledger keeps it, to be drawn and told."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

from ledger.tables import SampleRow

if TYPE_CHECKING:
    import numpy as np

    from ledger.measurement import ImpedanceSpectrum

_WORDS = {
    "arrhenius": "Arrhenius, {activation_energy_kJ_mol:.1f} kJ/mol",
    "vtf": "VTF, B {pseudo_activation_energy_kJ_mol:.1f} kJ/mol, T₀ {vogel_temperature_K:.0f} K",
    "two_branch": (
        "two branches, {activation_energy_below_kJ_mol:.0f} kJ/mol below {kink_temperature_K:.0f} K "
        "and {activation_energy_above_kJ_mol:.0f} above"
    ),
}


@dataclass(frozen=True)
class FilmLaw:
    """The shape that was chosen when the film was judged."""

    kind: str
    """One of `models.temperature_shapes.LawKind`."""
    parameters: dict[str, float]
    shift: float = 0.0
    """Decades by which a thickness that was corrected since moves the whole curve."""
    outliers: int = 0
    """Points that it leaves out."""

    def log10_conductivity(self, temperature_C: "np.ndarray") -> "np.ndarray":
        """`n`, log10(S/cm), of `n` temperatures."""
        import numpy as np

        from models.temperature_law import ZERO_CELSIUS_K
        from models.temperature_shapes import PARAMETERS, LawKind, shape_value

        kind = LawKind(self.kind)
        values = np.array([self.parameters[name] for name in PARAMETERS[kind]])
        return shape_value(kind, values, np.asarray(temperature_C) + ZERO_CELSIUS_K) + self.shift

    @property
    def words(self) -> str:
        """Its name and what decides its slope.

        >>> FilmLaw("arrhenius", {"log10_prefactor": 1.0, "activation_energy_kJ_mol": 33.67}).words
        'Arrhenius, 33.7 kJ/mol'
        """
        left_out = f"; {self.outliers} point left out" if self.outliers else ""
        return _WORDS[self.kind].format(**self.parameters) + left_out


def law_of(
    result: Mapping[str, Any] | None, sample: SampleRow | None, spectra: "tuple[ImpedanceSpectrum, ...]"
) -> FilmLaw | None:
    """The law that an experiment's result holds; None where its points carried none."""
    kept = (result or {}).get("law")
    if not kept:
        return None
    now = sample.thickness_um if sample else None
    then = spectra[-1].thickness_um if spectra else None
    shift = log10(now / then) if now and then else 0.0
    parameters = {name: value for name, value in kept.items() if name not in ("kind", "outliers")}
    return FilmLaw(kept["kind"], parameters, shift, kept.get("outliers", 0))
