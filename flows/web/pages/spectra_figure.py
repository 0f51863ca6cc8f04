"""Spectra of a film with their fits: Nyquist and Bode, a colour for each temperature."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from flows.web.film_content import Fitted
from ledger.measurement import ImpedanceSpectrum

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LAYOUT = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 60, "r": 15, "t": 20, "b": 50},
    "height": 420,
    "legend": {"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
}
_COLD_TO_WARM = ["#3b82f6", "#a855f7", "#f97316"]
"""Seen on white paper and on black."""
SEEN = 2.5
"""Width of the Nyquist picture in resistances of the film that resists most: the electrodes' line runs far off."""


def nyquist(fitted: Sequence[Fitted], colours: Sequence[str]) -> "Figure":
    """−Im Z over Re Z, points as measured and lines as fitted."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    for one, colour in zip(fitted, colours, strict=True):
        spectrum = one.spectrum
        figure.add_scatter(
            x=list(spectrum.real_ohm),
            y=[-z for z in spectrum.imaginary_ohm],
            text=[f"{f:.3g} Hz" for f in spectrum.frequency_Hz],
            hovertemplate=f"{one.label}, %{{text}}<br>%{{x:.4g}} Ω, %{{y:.4g}} Ω<extra></extra>",
            mode="markers",
            marker={"size": 5, "color": colour},
            name=one.label,
            legendgroup=one.label,
        )
        if one.result.circuit is not None:
            line = one.result.circuit.fitted_ohm[_upwards(spectrum)]
            figure.add_scatter(
                x=np.real(line).tolist(),
                y=(-np.imag(line)).tolist(),
                mode="lines",
                line={"width": 1.2, "color": colour},
                hoverinfo="skip",
                showlegend=False,
                legendgroup=one.label,
            )
    reach = _reach(fitted)
    figure.update_xaxes(title="Re Z (Ω)", range=[-0.02 * reach, reach])
    figure.update_yaxes(title="−Im Z (Ω)", range=[-0.1 * reach, 0.6 * reach])
    return figure


def bode(fitted: Sequence[Fitted], colours: Sequence[str]) -> "Figure":
    """Modulus and phase over frequency, points as measured and lines as fitted."""
    from plotly.subplots import make_subplots

    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.06)
    figure.update_layout(LAYOUT | {"height": 520, "legend": {**LAYOUT["legend"], "y": -0.12}})
    for one, colour in zip(fitted, colours, strict=True):
        spectrum, order = one.spectrum, _upwards(one.spectrum)
        frequency = np.array(spectrum.frequency_Hz)[order]
        measured = (np.array(spectrum.real_ohm) + 1j * np.array(spectrum.imaginary_ohm))[order]
        pictures = [(measured, "markers")]
        if one.result.circuit is not None:
            pictures.append((one.result.circuit.fitted_ohm[order], "lines"))
        for impedance, mode in pictures:
            for row, values in ((1, np.abs(impedance)), (2, -np.angle(impedance, deg=True))):
                figure.add_scatter(
                    x=frequency.tolist(),
                    y=values.tolist(),
                    mode=mode,
                    marker={"size": 4, "color": colour},
                    line={"width": 1.2, "color": colour},
                    name=one.label,
                    legendgroup=one.label,
                    showlegend=row == 1 and mode == "markers",
                    hoverinfo="skip" if mode == "lines" else None,
                    row=row,
                    col=1,
                )
    figure.update_xaxes(type="log", exponentformat="power")
    figure.update_xaxes(title="frequency (Hz)", row=2, col=1)
    figure.update_yaxes(title="|Z| (Ω)", type="log", exponentformat="power", row=1, col=1)
    figure.update_yaxes(title="−phase (°)", row=2, col=1)
    return figure


def warm_colours(fitted: Sequence[Fitted]) -> list[str]:
    """A colour for each spectrum, from cold blue to warm red; spectra of one temperature share theirs."""
    from plotly.colors import sample_colorscale

    temperatures = [one.spectrum.temperature_C or 0.0 for one in fitted]
    low, high = min(temperatures, default=0.0), max(temperatures, default=1.0)
    return [
        str(colour)
        for colour in sample_colorscale(_COLD_TO_WARM, [(t - low) / (high - low or 1.0) for t in temperatures])
    ]


def _upwards(spectrum: ImpedanceSpectrum) -> np.ndarray:
    return np.argsort(spectrum.frequency_Hz)


def _reach(fitted: Sequence[Fitted]) -> float:
    """How far the Nyquist picture reaches, Ω: all arcs, and no more of the electrodes than they leave room for."""
    known = [one.result.resistance_ohm for one in fitted if one.result.resistance_ohm]
    if known:
        return SEEN * max(known)
    return max((max(np.abs(one.spectrum.real_ohm)) for one in fitted), default=1.0)
