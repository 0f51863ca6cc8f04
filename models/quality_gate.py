"""The quality gate: what becomes of a film once it was measured, and why.

A film is accepted where what was asked for can be read from spectra that passed, and discarded only when nothing is
left to try. Between the two stand, each tried a limited number of times and cheapest first: to measure again, over a
longer window and twice where the Kramers-Kronig test is blind; to press again, where the electrodes touch badly or the
film is too thick; to make again, where the film itself is at fault.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from chemistry.value import Value
from ledger.kinds import GateDecision
from ledger.measurement import ImpedanceSpectrum
from models.conductivity_result import Verdict
from models.film_judgement import CONDUCTIVITY, SpectrumVerdict

BLIND_BELOW_ohm, BLIND_ABOVE_ohm = 1e3, 1e7
"""Resistances outside which a drift of 20 % hides in most single scans from the Kramers-Kronig test
(docs/explanation/analysis.md): there two scans, one after the other, tell it."""
LONGER_WINDOW = 0.1
"""Factor on the lowest frequency of a sweep that is taken again."""
LOWEST_Hz = 0.01
"""A sweep to a lower frequency than this takes hours, in which the film changes."""


class GateLimits(Value):
    """When a film is not taken as it is, and how often each remedy is tried."""

    thickness_um: tuple[float, float] = (20.0, 600.0)
    """Outside these a film is no film: pressed or cast wrongly, or the gauge is off."""
    spread_decades: float = Field(default=0.15, gt=0)
    """Difference between two scans at one temperature, beyond their errors, above which both are doubted."""
    most_measurements: int = Field(default=2, ge=1)
    """Of one film, since it was made or pressed last."""
    most_pressings: int = Field(default=2, ge=1)
    """Of one film, that of the recipe included."""
    most_films: int = Field(default=2, ge=1)
    """Of one formulation that was suggested."""


class Tried(Value):
    """What was done already: measurements since the film was made or pressed last, pressings, films."""

    measurements: int = 1
    pressings: int = 1
    films: int = 1


class FilmSeen(Value):
    """What the gate is told of a film."""

    thickness_um: float | None
    verdicts: tuple[SpectrumVerdict, ...]
    """Of every spectrum since the film was made or pressed last."""
    resistance_ohm: tuple[float | None, ...]
    """For each of them, where it was read."""
    spreads: Mapping[float, float] = Field(default={})
    """Temperature, °C, to how far two scans there differ beyond their errors, decades."""
    missing: str = ""
    """Why what was asked for cannot be read; empty where it can."""
    unread: tuple[str, ...] = ()
    """Properties that were asked for and of which there is no reading at all."""


class Judged(Value):
    """The decision, its reason in words, and what is to be done."""

    decision: GateDecision
    reason: str
    evidence: dict[str, Any] = Field(default={})


def judge_quality(seen: FilmSeen, tried: Tried, limits: GateLimits, *, low_Hz: float) -> Judged:
    """Decide what becomes of a film.

    Args:
        seen: What was measured.
        tried: What was tried before.
        limits: When a film is not taken as it is.
        low_Hz: Lowest frequency of the sweeps so far.
    """
    thin, thick = limits.thickness_um
    if seen.thickness_um is not None and not thin <= seen.thickness_um <= thick:
        why = f"the film is {seen.thickness_um:.0f} µm thick, outside {thin:g} to {thick:g} µm"
        return _remedy(why, tried, limits, press=seen.thickness_um > thick)
    bad = [v for v in seen.verdicts if v.verdict is Verdict.BAD_CONTACT]
    if seen.missing and bad:
        return _remedy(f"{len(bad)} of {len(seen.verdicts)} spectra show a bad contact", tried, limits, press=True)
    doubted = sorted(at for at, spread in seen.spreads.items() if spread > limits.spread_decades)
    if seen.missing or doubted:
        why = seen.missing or f"two scans at {_list(doubted)} °C differ by more than {limits.spread_decades:g} decades"
        if tried.measurements < limits.most_measurements:
            return Judged(decision=GateDecision.MEASURE_AGAIN, reason=why, evidence=_again(seen, doubted, low_Hz))
        if seen.missing:
            return _remedy(why, tried, limits, press=False)
        return Judged(
            decision=GateDecision.ACCEPT,
            reason=f"{why} after {tried.measurements} measurements: accepted with the spread as noise",
        )
    refused = [v for v in seen.verdicts if v.verdict is not Verdict.ACCEPTED]
    some = f"; {len(refused)} of {len(seen.verdicts)} spectra were left out ({refused[0].verdict})" if refused else ""
    return Judged(decision=GateDecision.ACCEPT, reason=f"everything that was asked for can be read{some}")


def rough_resistance_ohm(spectrum: ImpedanceSpectrum) -> float | None:
    """About the resistance of the film: the real part where the impedance is least capacitive; None without a point."""
    points = [
        (abs(imaginary / real), real)
        for real, imaginary in zip(spectrum.real_ohm, spectrum.imaginary_ohm, strict=True)
        if real > 0
    ]
    return min(points)[1] if points else None


def _remedy(why: str, tried: Tried, limits: GateLimits, *, press: bool) -> Judged:
    """The next thing to try with the film itself; none is left: discard it."""
    if press and tried.pressings < limits.most_pressings:
        return Judged(decision=GateDecision.PRESS_AGAIN, reason=why)
    if tried.films < limits.most_films:
        return Judged(decision=GateDecision.MAKE_AGAIN, reason=why)
    done = f"after {tried.films} films, {tried.pressings} pressings and {tried.measurements} measurements of the last"
    return Judged(decision=GateDecision.DISCARD, reason=f"{why}; {done}")


def _again(seen: FilmSeen, doubted: Sequence[float], low_Hz: float) -> dict[str, Any]:
    """At which temperatures, how far down, and where twice."""
    refused = [v for v in seen.verdicts if v.verdict is not Verdict.ACCEPTED]
    # Where nothing is wrong with any spectrum and still the conductivity cannot be read, all are taken again.
    other_kinds_only = bool(seen.unread) and CONDUCTIVITY not in seen.unread
    meant = refused or ([] if doubted or other_kinds_only else seen.verdicts)
    wrong = [v.temperature_C for v in meant if v.temperature_C is not None]
    blind = [
        v.temperature_C
        for v, resistance in zip(seen.verdicts, seen.resistance_ohm, strict=True)
        if v.temperature_C is not None
        and resistance is not None
        and not BLIND_BELOW_ohm <= resistance <= BLIND_ABOVE_ohm
    ]
    return {
        "temperatures_C": sorted({*wrong, *doubted}),
        "twice_at_C": sorted({*doubted, *(at for at in blind if at in wrong)}),
        "low_Hz": max(LONGER_WINDOW * low_Hz, min(low_Hz, LOWEST_Hz)),
    }


def _list(temperatures: Sequence[float]) -> str:
    return ", ".join(f"{at:.0f}" for at in temperatures)
