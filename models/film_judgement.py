"""From everything measured on one film to what may be learnt from it, or to why nothing may."""

from collections.abc import Iterable, Mapping, Sequence
from math import log, log10
from typing import Any

from pydantic import Field

from chemistry.value import Value
from ledger.film import Reading
from ledger.measurement import ImpedanceSpectrum, Measurement, ModulusReading
from models.analysis import analyse_spectrum
from models.conductivity_result import ConductivityResult, Verdict
from models.other_measurements import MODULUS, analysed, reading, why_missing
from models.property_result import PropertyResult
from models.replicates import Replicate, replicates
from models.temperature_law import NoLaw, NoReading, Point, TemperatureLaw, fit_temperature_law, read_at

CONDUCTIVITY = "log10_conductivity"


class SpectrumVerdict(Value):
    """What was made of one spectrum."""

    temperature_C: float | None
    verdict: Verdict
    reason: str
    log10_conductivity: float | None = None
    log10_conductivity_below: float | None = None
    kramers_kronig_residual: float | None = None


class FilmJudgement(Value):
    """The readings of a film, or the reason why it is discarded."""

    readings: tuple[Reading, ...] = ()
    measured_in: tuple[int | None, ...] = ()
    """For each reading the place of its measurement; None where it was read from the temperature law."""
    verdicts: tuple[SpectrumVerdict, ...] = ()
    results: tuple[PropertyResult, ...] = ()
    """Of polarisations, voltage sweeps and scans of heat, in the order in which they were taken."""
    spreads: dict[float, float] = Field(default={})
    """How far spectra at one temperature (°C) differ beyond their errors, decades; where several were taken."""
    law: dict[str, Any] | None = None
    """Kind and parameters of the temperature law, where there is one."""
    reason: str = ""
    """Why the film is discarded; empty where it is not."""


def judge_film(measurements: Sequence[Measurement], asked: Iterable[tuple[str, float | None]]) -> FilmJudgement:
    """Analyse every measurement of a film and read what is asked for.

    A film is discarded when a property that is asked for can be read neither where it was measured nor from a law
    within reach. A point that the temperature law calls an outlier is not learnt from.

    Args:
        measurements: Of one film, in the order in which they were taken.
        asked: Each property that is wanted, with its temperature (°C; None for one that has none).
    """
    spectra = {place: analyse_spectrum(m) for place, m in enumerate(measurements) if isinstance(m, ImpedanceSpectrum)}
    results = {place: found for place, m in enumerate(measurements) if (found := analysed(m)) is not None}
    good = replicates(spectra)
    points = [(one.temperature_C, one.log10_conductivity, one.log10_resistance_sd) for one in good]
    law = law_of(good)
    outliers = set(law.outliers) if law else set()
    read: list[tuple[Reading, int | None]] = [
        (_conductivity(one), one.place) for index, one in enumerate(good) if index not in outliers
    ]
    read += [(_modulus(m), place) for place, m in enumerate(measurements) if isinstance(m, ModulusReading)]
    read += [(reading(result), place) for place, result in results.items() if result.accepted]
    reasons = [
        _read_where_asked(read, at_C, points, law, spectra)
        if name == CONDUCTIVITY
        else why_missing([found for found, _ in read], name, at_C, results.values())
        for name, at_C in asked
    ]
    return FilmJudgement(
        readings=tuple(found for found, _ in read),
        measured_in=tuple(place for _, place in read),
        verdicts=tuple(_verdict(result) for result in spectra.values()),
        results=tuple(results.values()),
        spreads={round(one.temperature_C, 1): one.beyond_errors for one in good if one.beyond_errors},
        law={"kind": law.kind.value, **law.parameters, "outliers": len(law.outliers)} if law else None,
        reason=" ".join(reason for reason in reasons if reason),
    )


def _read_where_asked(
    read: list[tuple[Reading, int | None]],
    at_C: float | None,
    points: list[Point],
    law: TemperatureLaw | None,
    results: Mapping[int, ConductivityResult],
) -> str:
    """Add the conductivity at the temperature asked for, where it was not measured there; or say why it cannot be."""
    if at_C is None:
        return "" if points else _why_not(results)
    try:
        found = read_at(at_C, points, law)
    except NoReading as unreadable:
        return _why_not(results) or str(unreadable)
    if not found.measured:
        from_law = Reading(
            property=CONDUCTIVITY, value=found.log10_conductivity, sd=found.sd, temperature_C=at_C, derived=True
        )
        read.append((from_law, None))
    return ""


def _why_not(results: Mapping[int, ConductivityResult]) -> str:
    """The first reason why a spectrum was not accepted; of a film that touches badly, that."""
    refused = [result for result in results.values() if not result.accepted]
    worst = sorted(refused, key=lambda result: result.verdict is not Verdict.BAD_CONTACT)
    if not worst:
        return ""
    at = "" if worst[0].temperature_C is None else f" at {worst[0].temperature_C:.0f} °C"
    return f"{len(refused)} of {len(results)} spectra gave no conductivity; {worst[0].verdict}{at}: {worst[0].reason}"


def law_of(good: Sequence[Replicate]) -> TemperatureLaw | None:
    """The law of a film's conductivities; the error of its geometry is one for all temperatures and bends nothing."""
    points = [(one.temperature_C, one.log10_conductivity, one.log10_resistance_sd) for one in good]
    shared_sd = max((_geometry_sd(one) for one in good), default=0.0)
    try:
        return fit_temperature_law(*zip(*points, strict=True), shared_sd=shared_sd) if points else None
    except NoLaw:
        return None


def geometry_sd(measurements: Sequence[Measurement]) -> float:
    """The error of thickness and area that all conductivities of a film share, decades."""
    spectra = {place: analyse_spectrum(m) for place, m in enumerate(measurements) if isinstance(m, ImpedanceSpectrum)}
    return max((_geometry_sd(one) for one in replicates(spectra)), default=0.0)


def _geometry_sd(one: Replicate) -> float:
    """What thickness and area add to the error of the resistance, decades."""
    return max(one.log10_conductivity_sd**2 - one.log10_resistance_sd**2, 0.0) ** 0.5


def _conductivity(one: Replicate) -> Reading:
    return Reading(
        property=CONDUCTIVITY,
        value=one.log10_conductivity,
        sd=one.log10_conductivity_sd,
        temperature_C=one.temperature_C,
    )


def _modulus(measured: ModulusReading) -> Reading:
    relative_sd = measured.sd_MPa / measured.storage_modulus_MPa
    return Reading(
        property=MODULUS,
        value=log10(measured.storage_modulus_MPa),
        sd=relative_sd / log(10),
        temperature_C=measured.temperature_C,
    )


def _verdict(result: ConductivityResult) -> SpectrumVerdict:
    return SpectrumVerdict(
        temperature_C=result.temperature_C,
        verdict=result.verdict,
        reason=result.reason,
        log10_conductivity=result.log10_conductivity,
        log10_conductivity_below=result.log10_conductivity_below,
        kramers_kronig_residual=result.kramers_kronig_residual,
    )
