"""From the conductivities of one film at several temperatures to a law, and to the number at one temperature."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from chemistry.errors import BadInput, IonloopError
from chemistry.value import Value
from models.law_choice import LEAST_TEMPERATURES, ranked_laws
from models.temperature_shapes import PARAMETERS, LawKind, ShapeFit, shape_slopes, shape_value

ZERO_CELSIUS_K = 273.15
LEAST_SPAN_K = 8.0
SCATTER = 0.01
"""Independent error of each point beyond its sd, decades: 0.2 K of settling at 80 kJ/mol."""
MEASURED_WITHIN_K = 0.5


class NoLaw(IonloopError):
    """The points of a film do not carry a temperature law."""


class NoReading(IonloopError):
    """A property cannot be read at the temperature that was asked for."""


class Shape(Value):
    """One law with its parameters; `weight` is its share of belief (Akaike weight)."""

    kind: LawKind
    parameters: dict[str, float]
    covariance: tuple[tuple[float, ...], ...]
    weight: float = Field(ge=0, le=1)

    def log10_conductivity(self, temperature_C: float) -> float:
        """log10(S/cm)."""
        return float(shape_value(self.kind, np.array(list(self.parameters.values())), _kelvin([temperature_C]))[0])

    def variance(self, temperature_C: float) -> float:
        """Variance of `log10_conductivity` from the covariance of the parameters."""
        values = np.array(list(self.parameters.values()))
        slope = shape_slopes(self.kind, values, _kelvin([temperature_C]))[0]
        return float(slope @ np.array(self.covariance) @ slope)


class TemperatureLaw(Value):
    """The law of one film: the best shape, and the others as far as they are believed."""

    shapes: tuple[Shape, ...] = Field(min_length=1)
    """Best first."""
    lowest_C: float
    highest_C: float
    shared_sd: float = Field(ge=0)
    """Error that all temperatures of the film share (thickness, area), decades."""
    outliers: tuple[int, ...] = ()
    """Indices of the points that were left out."""

    @property
    def kind(self) -> LawKind:
        """Kind of the best shape."""
        return self.shapes[0].kind

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters of the best shape, the unit ending each name."""
        return self.shapes[0].parameters

    @property
    def parameters_sd(self) -> dict[str, float]:
        """Their standard deviations; a prefactor's also holds the film's shared error."""
        sd = np.sqrt(np.diag(np.array(self.shapes[0].covariance)))
        sd[0] = np.hypot(sd[0], self.shared_sd)
        return dict(zip(self.parameters, sd.tolist(), strict=True))

    def log10_conductivity(self, temperature_C: float) -> float:
        """log10(S/cm) of the best shape."""
        return self.shapes[0].log10_conductivity(temperature_C)

    def sd(self, temperature_C: float) -> float:
        """Standard deviation of it, decades: of the parameters, of the choice of the shape, and the shared error."""
        best = self.log10_conductivity(temperature_C)
        spread = sum(
            shape.weight * (shape.variance(temperature_C) + (shape.log10_conductivity(temperature_C) - best) ** 2)
            for shape in self.shapes
        )
        return float(np.sqrt(spread + self.shared_sd**2))


class LawReading(Value):
    """A conductivity at one temperature and where it was read."""

    log10_conductivity: float
    sd: float = Field(ge=0)
    measured: bool
    """True where a spectrum was taken at that temperature, false where it was read from the law."""


Point = tuple[float, float, float]
"""Temperature in °C, log10(S/cm), its standard deviation."""


def fit_temperature_law(
    temperature_C: Sequence[float], log10_conductivity: Sequence[float], sd: Sequence[float], shared_sd: float = 0.0
) -> TemperatureLaw:
    """Choose among Arrhenius, VTF and two branches, each with or without one outlier, by AICc.

    Only the independent error of each point decides between the laws: an error that all temperatures share (thickness,
    area, contact) shifts the curve and does not bend it.

    Args:
        temperature_C: `n`.
        log10_conductivity: `n`, log10(S/cm).
        sd: `n`, independent error of each point (that of R), decades.
        shared_sd: error shared by all, decades; it goes into the prefactor and into `sd` of the law.

    Raises:
        BadInput: the three are not of one length, or not finite.
        NoLaw: fewer than three temperatures, or less than 8 K between them.
    """
    T, y = _kelvin(temperature_C), np.array(log10_conductivity, dtype=float)
    error = np.hypot(np.array(sd, dtype=float), SCATTER)
    if not len(T) == len(y) == len(error) or not np.all(np.isfinite([*T, *y, *error])) or np.any(T <= 0):
        raise BadInput(
            f"{len(T)} temperatures, {len(y)} conductivities, {len(error)} errors are no series of finite points",
            remedy="Give one of each per temperature, temperatures above absolute zero",
        )
    distinct = np.unique(T.round(1))
    if len(distinct) < LEAST_TEMPERATURES[LawKind.ARRHENIUS] or np.ptp(T) < LEAST_SPAN_K:
        raise NoLaw(
            f"{len(distinct)} temperatures over {np.ptp(T) if len(T) else 0:.0f} K carry no law: at least "
            f"{LEAST_TEMPERATURES[LawKind.ARRHENIUS]} over {LEAST_SPAN_K:.0f} K are needed. Measure at "
            "more temperatures."
        )
    rivals = ranked_laws(T, y, error)
    best_aicc, _, outlier = rivals[0]
    weight = np.exp(-0.5 * (np.array([aicc for aicc, _, _ in rivals]) - best_aicc))
    weight /= weight.sum()
    kept = np.arange(len(T)) != outlier
    return TemperatureLaw(
        shapes=tuple(
            _shape(fit, float(w), int(kept.sum())) for (_, fit, _), w in zip(rivals, weight, strict=True) if w > 1e-3
        ),
        lowest_C=float(T[kept].min() - ZERO_CELSIUS_K),
        highest_C=float(T[kept].max() - ZERO_CELSIUS_K),
        shared_sd=shared_sd,
        outliers=() if outlier is None else (outlier,),
    )


def read_at(
    temperature_C: float, points: Sequence[Point], law: TemperatureLaw | None, most_extrapolation_K: float = 10.0
) -> LawReading:
    """Conductivity at a temperature: measured there (within 0.5 K) if it was, from the law if not.

    A measured point that the law calls an outlier is not read; the law is.

    Args:
        temperature_C: where.
        points: what was measured on the film, in the order that the law was fitted to.
        law: the law of the film; None where there is none.
        most_extrapolation_K: how far outside the measured range the law may be read.

    Raises:
        NoReading: neither a point nor a law reaches that temperature.
    """
    outliers = law.outliers if law else ()
    near = [p for k, p in enumerate(points) if k not in outliers and abs(p[0] - temperature_C) <= MEASURED_WITHIN_K]
    if near:
        return _mean(near, temperature_C, law)
    if law is None:
        raise NoReading(
            f"nothing was measured within {MEASURED_WITHIN_K:g} K of {temperature_C:g} °C, and there is no law."
        )
    low, high = law.lowest_C - most_extrapolation_K, law.highest_C + most_extrapolation_K
    if not low <= temperature_C <= high:
        raise NoReading(
            f"{temperature_C:g} °C is more than {most_extrapolation_K:g} K outside the measured {law.lowest_C:g} to "
            f"{law.highest_C:g} °C: no law is read there. Measure closer to it."
        )
    return LawReading(
        log10_conductivity=law.log10_conductivity(temperature_C), sd=law.sd(temperature_C), measured=False
    )


def _mean(near: list[Point], temperature_C: float, law: TemperatureLaw | None) -> LawReading:
    """Weighted mean of points at one temperature, moved there along the law; repeats share the film's errors."""
    values, weights = [], []
    for at_C, value, sd in near:
        shift = law.log10_conductivity(temperature_C) - law.log10_conductivity(at_C) if law else 0.0
        values.append(value + shift)
        weights.append(1 / (sd**2 + SCATTER**2))
    return LawReading(
        log10_conductivity=float(np.average(values, weights=weights)),
        sd=float(np.average([sd for _, _, sd in near], weights=weights)),
        measured=True,
    )


def _shape(fit: ShapeFit, weight: float, count: int) -> Shape:
    """A fit as a value; scatter beyond the stated errors widens the covariance."""
    freedom = count - len(fit.parameters)
    widen = max(1.0, fit.chi_square / freedom) if freedom > 0 else 1.0
    return Shape(
        kind=fit.kind,
        parameters=dict(zip(PARAMETERS[fit.kind], fit.parameters.tolist(), strict=True)),
        covariance=tuple(map(tuple, (fit.covariance * widen).tolist())),
        weight=weight,
    )


def _kelvin(temperature_C: Sequence[float]) -> np.ndarray:
    return np.array(temperature_C, dtype=float) + ZERO_CELSIUS_K
