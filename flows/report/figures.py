"""The live figures of a report."""

from typing import TYPE_CHECKING

from flows.report.content import Content, Tried
from flows.report.words import axis_title
from ledger.measurement import ImpedanceSpectrum

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FRONT, FILM, MODEL = "#c2410c", "#8fa3b8", "#0f766e"
_LAYOUT = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 60, "r": 20, "t": 30, "b": 50},
    "height": 420,
}


def front_figure(content: Content) -> "Figure":
    """Two objectives against each other, the front as a line; one objective against the experiment's number."""
    import plotly.graph_objects as go

    now = content.standing
    figure = go.Figure(layout=_LAYOUT)
    single = len(now.objectives) == 1
    for results, name, colour, mode in (
        ([r for r in now.results if not r.in_front], "films", FILM, "markers"),
        (list(now.best), "front", FRONT, "markers" if single else "lines+markers"),
    ):
        figure.add_scatter(
            x=[r.number if single else r.values[0] for r in results],
            y=[r.values[0] if single else r.values[1] for r in results],
            error_x=None if single else {"array": [r.sds[0] for r in results], "thickness": 1, "width": 2},
            error_y={"array": [r.sds[0] if single else r.sds[1] for r in results], "thickness": 1, "width": 2},
            text=[f"experiment {r.number}<br>{r.formulation.label}" for r in results],
            hovertemplate="%{text}<br>%{x:.2f}, %{y:.2f}<extra></extra>",
            mode=mode,
            name=name,
            marker={"color": colour, "size": 9},
            line={"color": colour, "width": 1.5},
        )
    figure.update_xaxes(title="experiment" if single else axis_title(now.objectives[0]))
    figure.update_yaxes(title=axis_title(now.objectives[0 if single else 1]))
    return figure


def progress_figure(content: Content) -> "Figure":
    """How the front grew: hypervolume (or best value) after each result, and where the model took over."""
    import plotly.graph_objects as go

    now = content.standing
    figure = go.Figure(layout=_LAYOUT)
    figure.add_scatter(
        x=list(range(1, len(now.hypervolume) + 1)),
        y=list(now.hypervolume),
        mode="lines+markers",
        line={"shape": "hv", "color": FRONT},
        name="found so far",
    )
    start = min(content.spec.planner.start, len(now.hypervolume))
    if content.spec.planner.name != "sobol" and start:
        figure.add_vrect(
            0.5,
            start + 0.5,
            fillcolor=FILM,
            opacity=0.15,
            line_width=0,
            annotation_text="space-filling start",
            annotation_position="top left",
        )
    single = len(now.objectives) == 1
    reference = ", ".join(f"{r:g}" for r in now.reference)
    figure.update_xaxes(title="results, in the order they came")
    figure.update_yaxes(title=f"best {axis_title(now.objectives[0])}" if single else f"hypervolume over ({reference})")
    return figure


def temperature_figure(content: Content) -> "Figure":
    """Conductivity of the films of the front against temperature, on an Arrhenius axis."""
    import plotly.graph_objects as go
    from plotly.colors import sample_colorscale

    figure = go.Figure(layout=_LAYOUT)
    ranked = [r.number for r in content.standing.best]
    shades = sample_colorscale("Viridis", [0.9 * place / max(1, len(ranked) - 1) for place in range(len(ranked))])
    colours = dict(zip(ranked, shades, strict=True))
    for tried in content.tried:
        if tried.film is None:
            continue
        readings = sorted(
            (r for r in tried.film.readings if r.property == "log10_conductivity" and r.temperature_C is not None),
            key=lambda r: r.temperature_C or 0.0,
        )
        front = tried.experiment.number in colours
        figure.add_scatter(
            x=[1000 / ((r.temperature_C or 0.0) + 273.15) for r in readings],
            y=[r.value for r in readings],
            error_y={"array": [r.sd for r in readings], "thickness": 1, "width": 2} if front else None,
            text=[f"{r.temperature_C:g} °C" for r in readings],
            hovertemplate=f"{tried.film.formulation.label}<br>%{{text}}: %{{y:.2f}}<extra></extra>",
            mode="lines+markers" if front else "lines",
            name=f"{tried.experiment.number}: {tried.film.formulation.label}" if front else "other films",
            legendgroup=None if front else "other",
            showlegend=front,
            line={"width": 1.8 if front else 0.8, "color": colours.get(tried.experiment.number, "#d3dbe4")},
        )
    figure.update_xaxes(title="1000 K / T", autorange="reversed")
    figure.update_yaxes(title="log₁₀ conductivity (S/cm)")
    # A line each for the legend, below the plot, which keeps its height however many there are.
    below = {"orientation": "v", "xanchor": "left", "x": 0, "yanchor": "top", "y": -0.2, "traceorder": "normal"}
    figure.update_layout(legend=below, height=480 + 22 * len(ranked), margin={"b": 110 + 22 * len(ranked)})
    return figure


def nyquist_figure(tried: Tried) -> "Figure":
    """The spectra of one film, one line a temperature."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=_LAYOUT | {"height": 340})
    for spectrum in tried.spectra:
        figure.add_scatter(
            x=list(spectrum.real_ohm),
            y=[-z for z in spectrum.imaginary_ohm],
            text=[f"{f:.3g} Hz" for f in spectrum.frequency_Hz],
            hovertemplate="%{text}<br>%{x:.4g} Ω, %{y:.4g} Ω<extra></extra>",
            mode="lines+markers",
            marker={"size": 4},
            line={"width": 1},
            name=f"{spectrum.temperature_C:g} °C",
        )
    reach = max((2.5 * _intercept(spectrum) for spectrum in tried.spectra), default=1.0)
    figure.update_xaxes(title="Re Z (Ω)", range=[0, reach])
    figure.update_yaxes(title="−Im Z (Ω)", range=[-0.1 * reach, 0.6 * reach])
    return figure


def _intercept(spectrum: ImpedanceSpectrum) -> float:
    """Re Z where the phase is smallest, Ω: about the resistance of the film, and the scale of what is worth seeing."""
    pairs = zip(spectrum.real_ohm, spectrum.imaginary_ohm, strict=True)
    return min((abs(imaginary) / max(real, 1e-12), real) for real, imaginary in pairs)[1]


def calibration_figure(content: Content) -> "Figure | None":
    """What the model expected when it suggested each experiment, against what was found; None without a prediction."""
    import plotly.graph_objects as go

    results = {r.number: r for r in content.standing.results}
    objective = content.spec.objectives[0]
    asked = [
        (
            tried.suggestion.reason["expected"][name],
            tried.suggestion.reason["sd"][name],
            results[tried.experiment.number],
        )
        for tried in content.tried
        for name in list(tried.suggestion.reason["expected"])[:1]
        if tried.experiment.number in results
    ]
    if not asked:
        return None
    figure = go.Figure(layout=_LAYOUT)
    found = [result.values[0] for *_, result in asked]
    figure.add_scatter(
        x=found,
        y=[mean for mean, *_ in asked],
        error_y={"array": [1.645 * sd for _, sd, _ in asked], "thickness": 1, "width": 2},
        text=[f"experiment {r.number}<br>{r.formulation.label}" for *_, r in asked],
        hovertemplate="%{text}<extra></extra>",
        mode="markers",
        marker={"color": MODEL, "size": 8},
        name="prediction with 90 % interval",
    )
    ends = [min(found), max(found)]
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": FILM, "dash": "dot"}, name="as predicted")
    figure.update_xaxes(title=f"found: {axis_title(objective)}")
    figure.update_yaxes(title="predicted when it was suggested")
    return figure
