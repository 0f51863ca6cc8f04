"""What was measured on films: conductivity against temperature with its law, and the spectra with their circuits."""

from typing import TYPE_CHECKING

import numpy as np

from flows.report.content import Shown, Tried
from flows.report.look import FAINT, LAYOUT
from ledger.film import Reading
from ledger.measurement import ImpedanceSpectrum
from models.conductivity_result import ConductivityResult, Verdict
from models.temperature_law import ZERO_CELSIUS_K

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SMALL = {
    "height": 320,
    "margin": {"l": 55, "r": 10, "t": 35, "b": 45},
    "font": {"family": "system-ui, sans-serif", "size": 11},
    "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom", "font": {"size": 9.5}},
}


def temperature_figure(content: Shown) -> "Figure":
    """Conductivity over 1000/T: the front's points with the law that was fitted to them, other films as faint lines."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT | {"showlegend": False})
    colours = front_colours(content)
    by_number = content.by_number
    for tried in content.tried:
        readings = conductivities(tried)
        if readings and tried.experiment.number not in colours:
            figure.add_scatter(
                x=[_per_kK(r.temperature_C or 0.0) for r in readings],
                y=[r.value for r in readings],
                hovertemplate=f"{tried.label}<br>%{{y:.2f}}<extra></extra>",
                mode="lines" if len(readings) > 1 else "markers",
                showlegend=False,
                line={"width": 0.8, "color": FAINT},
            )
    for number, colour in colours.items():
        _draw_film(figure, by_number[number], colour)
    figure.update_xaxes(title="1000 K / T", autorange="reversed")
    figure.update_yaxes(title="log₁₀ conductivity (S/cm)")
    return figure


def front_colours(content: Shown) -> dict[int, str]:
    """The colour of each film of the front, by its experiment, the best first: the table below is the legend."""
    ranked = [r.number for r in content.standing.best]
    return dict(zip(ranked, _shades("Viridis", len(ranked)), strict=True))


def _draw_film(figure: "Figure", tried: Tried, colour: str) -> None:
    """The points of a film of the front, and its law between the coldest and the hottest of them."""
    readings = conductivities(tried)
    figure.add_scatter(
        x=[_per_kK(r.temperature_C or 0.0) for r in readings],
        y=[r.value for r in readings],
        error_y={"array": [r.sd for r in readings], "thickness": 1, "width": 2},
        text=[f"{r.temperature_C:g} °C" for r in readings],
        hovertemplate=f"{tried.label}<br>%{{text}}: %{{y:.2f}}<extra></extra>",
        mode="markers",
        marker={"color": colour, "size": 7},
    )
    if tried.law is not None and len(readings) > 1:
        ends = (readings[0].temperature_C or 0.0, readings[-1].temperature_C or 0.0)
        at_C = np.linspace(*ends, 40)
        figure.add_scatter(
            x=[_per_kK(T) for T in at_C],
            y=tried.law.log10_conductivity(at_C).tolist(),
            mode="lines",
            line={"color": colour, "width": 1.6},
            hoverinfo="skip",
        )


def nyquist_figure(tried: Tried) -> "Figure":
    """The spectra of one film, the last at each temperature: points as measured, lines as the circuit has them."""
    import plotly.graph_objects as go

    from models.analysis import analyse_spectrum

    figure = go.Figure(layout=LAYOUT | _SMALL)
    spectra = _last_of_each(tried.spectra)
    results = [analyse_spectrum(spectrum) for spectrum in spectra]
    shades = _shades("Plasma", len(spectra))
    for spectrum, result, colour in zip(spectra, results, shades, strict=True):
        at = "" if spectrum.temperature_C is None else f"{spectrum.temperature_C:.0f} °C"
        figure.add_scatter(
            x=list(spectrum.real_ohm),
            y=[-z for z in spectrum.imaginary_ohm],
            text=[f"{f:.3g} Hz" for f in spectrum.frequency_Hz],
            hovertemplate="%{text}<br>%{x:.4g} Ω, %{y:.4g} Ω<extra></extra>",
            mode="markers",
            marker={"size": 4, "color": colour},
            name=at if result.verdict is Verdict.ACCEPTED else f"{at}: {result.verdict.value.replace('_', ' ')}",
            legendgroup=at,
        )
        if result.circuit is not None:
            order = np.argsort(spectrum.frequency_Hz)
            figure.add_scatter(
                x=np.array(result.circuit.fitted_real_ohm)[order].tolist(),
                y=(-np.array(result.circuit.fitted_imaginary_ohm)[order]).tolist(),
                mode="lines",
                line={"width": 1, "color": colour},
                legendgroup=at,
                showlegend=False,
                hoverinfo="skip",
            )
    reach = max((2.5 * _scale(*one) for one in zip(spectra, results, strict=True)), default=1.0)
    figure.update_xaxes(title="Re Z (Ω)", range=[0, reach])
    figure.update_yaxes(title="−Im Z (Ω)", range=[-0.08 * reach, 0.62 * reach])
    return figure


def conductivities(tried: Tried) -> list[Reading]:
    """What of the film's conductivity was measured and not read from its law, coldest first."""
    read = tried.film.readings if tried.film else ()
    own = [r for r in read if r.property == "log10_conductivity" and r.temperature_C is not None and not r.derived]
    return sorted(own, key=lambda r: r.temperature_C or 0.0)


def _last_of_each(spectra: tuple[ImpedanceSpectrum, ...]) -> list[ImpedanceSpectrum]:
    """The last spectrum at each temperature, coldest first: a film that was pressed again is another one."""
    last = {None if s.temperature_C is None else round(s.temperature_C): s for s in spectra}
    return sorted(last.values(), key=lambda s: s.temperature_C or 0.0)


def _shades(scale: str, count: int) -> list[str]:
    from plotly.colors import sample_colorscale

    shades = sample_colorscale(scale, [0.85 * place / max(1, count - 1) for place in range(count)])
    return [str(shade) for shade in shades]


def _scale(spectrum: ImpedanceSpectrum, result: ConductivityResult) -> float:
    """What is worth seeing, Ω: the resistance of the film, or where none was found Re Z where the phase is least."""
    if result.resistance_ohm is not None:
        return result.resistance_ohm
    pairs = zip(spectrum.real_ohm, spectrum.imaginary_ohm, strict=True)
    return min((abs(imaginary) / max(real, 1e-12), real) for real, imaginary in pairs)[1]


def _per_kK(temperature_C: float) -> float:
    return 1000 / (temperature_C + ZERO_CELSIUS_K)
