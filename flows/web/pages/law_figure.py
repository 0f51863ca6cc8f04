"""The conductivities of one film over temperature, with the law that was fitted to them and its interval."""

from typing import TYPE_CHECKING

import numpy as np

from flows.web.film_content import Analysed
from flows.web.pages.spectra_figure import LAYOUT
from ledger.film import Reading

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

POINT, LAW, BAND = "#c2410c", "#0f766e", "rgba(15, 118, 110, .18)"
_KELVIN = 273.15
_SHOWN = 60


def law_figure(analysed: Analysed) -> "Figure":
    """Points on an Arrhenius axis; the law with its 90 % interval, where the points carry one."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    points = [r for r in analysed.judgement.readings if r.property == "log10_conductivity" and r.temperature_C is not None]
    law = analysed.law
    if law is not None:
        at = np.linspace(law.lowest_C, law.highest_C, _SHOWN)
        middle = np.array([law.log10_conductivity(float(t)) for t in at])
        reach = 1.645 * np.array([law.sd(float(t)) for t in at])
        x = (1000 / (at + _KELVIN)).tolist()
        band = [*(middle + reach).tolist(), *(middle - reach)[::-1].tolist()]
        figure.add_scatter(
            x=[*x, *x[::-1]], y=band, fill="toself", fillcolor=BAND, line={"width": 0}, name="90 % interval", hoverinfo="skip"
        )
        name = law.kind.value.replace("_", " ")
        figure.add_scatter(x=x, y=middle.tolist(), mode="lines", line={"color": LAW, "width": 1.8}, name=f"law: {name}")
    figure.add_scatter(
        x=[1000 / (_celsius(r) + _KELVIN) for r in points],
        y=[r.value for r in points],
        error_y={"array": [1.645 * r.sd for r in points], "thickness": 1, "width": 2},
        text=[f"{_celsius(r):g} °C" for r in points],
        hovertemplate="%{text}: %{y:.3f}<extra></extra>",
        mode="markers",
        marker={"color": POINT, "size": 8},
        name="measured",
    )
    figure.update_xaxes(title="1000 K / T", autorange="reversed")
    figure.update_yaxes(title="log₁₀ conductivity (S/cm)")
    return figure


def _celsius(reading: Reading) -> float:
    return reading.temperature_C or 0.0
