"""A picture of one spectrum with its fit: Nyquist and Bode, the verdict and the conductivity in the title."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ledger.measurement import ImpedanceSpectrum
from models.conductivity_result import ConductivityResult, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURED, FITTED, PHASE = "#1f4e79", "#c8501e", "#3b7d4f"


def plot_spectrum(spectrum: ImpedanceSpectrum, result: ConductivityResult, path: Path) -> None:
    """Draw a spectrum and what was made of it into a file (its suffix tells the format).

    Left the Nyquist picture with equal axes, about the intercept; a small picture in it shows the whole spectrum where
    the electrode runs far off. Right modulus and phase over frequency.

    Args:
        spectrum: n points.
        result: what `analyse_spectrum` said of it.
        path: where to draw; a file there is overwritten.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.2))
    figure.subplots_adjust(left=0.07, right=0.93, bottom=0.11, top=0.84, wspace=0.22)
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    _nyquist(left, spectrum, result)
    _bode(right, spectrum, result)
    figure.suptitle(_title(spectrum, result), fontsize=11)
    figure.savefig(path, dpi=130)


def _nyquist(axes: "Axes", spectrum: ImpedanceSpectrum, result: ConductivityResult) -> None:
    real, imaginary = np.array(spectrum.real_ohm), np.array(spectrum.imaginary_ohm)
    scale, unit = _scale(_window(real, imaginary, result))
    frame = _window(real, imaginary, result) / scale
    axes.plot(real / scale, -imaginary / scale, "o", ms=4, mfc="none", color=MEASURED, label="measured")
    if result.circuit is not None:
        order = np.argsort(spectrum.frequency_Hz)
        fitted = result.circuit.fitted_ohm[order] / scale
        axes.plot(fitted.real, -fitted.imag, "-", lw=1.3, color=FITTED, label=result.circuit.name)
    if result.resistance_ohm is not None:
        axes.axvline(result.resistance_ohm / scale, color="0.6", lw=0.8, ls=":")
        axes.plot(
            [result.resistance_ohm / scale], [0], "|", ms=14, color=FITTED, label=f"R = {_ohm(result.resistance_ohm)}"
        )
    axes.set_xlim(-0.05 * frame, 1.05 * frame)
    axes.set_ylim(-0.15 * frame, 0.95 * frame)
    axes.set_aspect("equal")
    axes.axhline(0, color="0.7", lw=0.7)
    axes.set_xlabel(f"Re Z / {unit}")
    axes.set_ylabel(f"−Im Z / {unit}")
    axes.legend(fontsize=8, frameon=False, loc="upper left")


def _bode(axes: "Axes", spectrum: ImpedanceSpectrum, result: ConductivityResult) -> None:
    frequency = np.array(spectrum.frequency_Hz)
    impedance = np.array(spectrum.real_ohm) + 1j * np.array(spectrum.imaginary_ohm)
    phase = axes.twinx()
    axes.loglog(frequency, np.abs(impedance), "o", ms=4, mfc="none", color=MEASURED)
    phase.semilogx(frequency, np.angle(impedance, deg=True), "s", ms=3.5, mfc="none", color=PHASE)
    if result.circuit is not None:
        order = np.argsort(frequency)
        fitted = result.circuit.fitted_ohm[order]
        axes.loglog(frequency[order], np.abs(fitted), "-", lw=1.3, color=FITTED)
        phase.semilogx(frequency[order], np.angle(fitted, deg=True), "-", lw=1.0, color=FITTED)
    axes.set_xlabel("frequency / Hz")
    axes.set_ylabel("|Z| / Ω", color=MEASURED)
    phase.set_ylabel("phase / °", color=PHASE)
    phase.set_ylim(-95, 95 if np.any(impedance.imag > 0) else 5)


def _window(real: np.ndarray, imaginary: np.ndarray, result: ConductivityResult) -> float:
    """Width of the Nyquist picture, ohm: some R where R is known, all of the spectrum where it is not."""
    whole = float(max(np.abs(real).max(), np.abs(imaginary).max()))
    return whole if result.resistance_ohm is None else min(whole, 2.0 * result.resistance_ohm)


def _scale(width_ohm: float) -> tuple[float, str]:
    for factor, unit in ((1e9, "GΩ"), (1e6, "MΩ"), (1e3, "kΩ"), (1.0, "Ω")):
        if width_ohm >= factor:
            return factor, unit
    return 1e-3, "mΩ"


def _ohm(value: float) -> str:
    factor, unit = _scale(value)
    return f"{value / factor:.3g} {unit}"


def _title(spectrum: ImpedanceSpectrum, result: ConductivityResult) -> str:
    """Verdict and conductivity on one line, the reason for anything but acceptance on the next."""
    at = f" at {spectrum.temperature_C:g} °C" if spectrum.temperature_C is not None else ""
    head = result.verdict.value.replace("_", " ") + at
    if result.log10_conductivity is not None and result.log10_conductivity_sd is not None:
        sigma = 10**result.log10_conductivity
        head += (
            f": σ = {sigma:.3g} S/cm, log10 σ = {result.log10_conductivity:.3f} ± {result.log10_conductivity_sd:.3f}"
        )
    elif result.log10_conductivity_below is not None:
        head += f": σ < {10**result.log10_conductivity_below:.1g} S/cm"
    return head if result.verdict is Verdict.ACCEPTED else f"{head}\n{_folded(result.reason)}"


def _folded(reason: str, width: int = 120) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(reason, width))
