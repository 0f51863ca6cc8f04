"""The live figures of a report."""

from typing import TYPE_CHECKING, Any

from flows.report.content import Content, Tried
from flows.report.pairs import objective_pairs
from flows.report.words import axis_title
from ledger.measurement import ImpedanceSpectrum

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Scatter

FRONT, FILM, MODEL = "#c2410c", "#8fa3b8", "#0f766e"
_LAYOUT = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 60, "r": 20, "t": 30, "b": 50},
    "height": 420,
}


def front_figure(content: Content) -> "Figure":
    """Two objectives against each other, the front as a line; one objective against the experiment's number.

    Of more objectives every pair has a panel; the front is marked there, and no line: what no other film beats in all
    objectives together is scattered in any two of them.
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    now = content.standing
    pairs = objective_pairs(len(now.objectives))
    columns = min(len(pairs), 2)
    rows = -(-len(pairs) // columns)
    figure = go.Figure() if len(pairs) == 1 else make_subplots(rows, columns)
    figure.update_layout(_LAYOUT | ({"height": 380 * rows} if rows > 1 else {}))
    for place, pair in enumerate(pairs):
        where: dict[str, Any] = {} if len(pairs) == 1 else {"row": place // columns + 1, "col": place % columns + 1}
        for trace in _front_traces(content, *pair):
            figure.add_trace(trace.update(showlegend=place == 0), **where)
        x, y = pair
        figure.update_xaxes(title="experiment" if x is None else axis_title(now.objectives[x]), **where)
        figure.update_yaxes(title=axis_title(now.objectives[y]), **where)
    if rows > 1:
        figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"}, margin={"t": 50})
        figure.update_xaxes(title_standoff=4, title_font_size=12)
        figure.update_yaxes(title_standoff=4, title_font_size=12)
    return figure


def _front_traces(content: Content, x: int | None, y: int) -> "list[Scatter]":
    """The films and the front in one panel: two objectives, or one against the experiment's number."""
    import plotly.graph_objects as go

    now = content.standing
    line = len(now.objectives) == 2
    return [
        go.Scatter(
            x=[r.number if x is None else r.values[x] for r in results],
            y=[r.values[y] for r in results],
            error_x=None if x is None else {"array": [r.sds[x] for r in results], "thickness": 1, "width": 2},
            error_y={"array": [r.sds[y] for r in results], "thickness": 1, "width": 2},
            text=[f"experiment {r.number}<br>{r.formulation.label}" for r in results],
            hovertemplate="%{text}<br>%{x:.2f}, %{y:.2f}<extra></extra>",
            mode="lines+markers" if line and name == "front" else "markers",
            name=name,
            legendgroup=name,
            marker={"color": colour, "size": 9},
            line={"color": colour, "width": 1.5},
        )
        for results, name, colour in (
            ([r for r in now.results if not r.in_front], "films", FILM),
            (list(now.best), "front", FRONT),
        )
    ]


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
    start = min(content.spec.planner.even_start, len(now.hypervolume))
    if start:
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
    """What the model expected when it suggested each experiment, against what was found; None without a prediction.

    A panel for each objective.
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    results = {r.number: r for r in content.standing.results}
    objectives = content.spec.objectives
    asked = [
        (tried.suggestion.reason, results[tried.experiment.number])
        for tried in content.tried
        if tried.suggestion.reason["expected"] and tried.experiment.number in results
    ]
    if not asked:
        return None
    columns = min(len(objectives), 2)
    rows = -(-len(objectives) // columns)
    figure = make_subplots(rows, columns)
    figure.update_layout(_LAYOUT | ({"height": 380 * rows} if rows > 1 else {}))
    for place, objective in enumerate(objectives):
        where: dict[str, Any] = {"row": place // columns + 1, "col": place % columns + 1}
        # Reasons keep the objectives in their order, whatever they call them.
        expected = [(list(r["expected"].values())[place], list(r["sd"].values())[place]) for r, _ in asked]
        found = [result.values[place] for _, result in asked]
        predicted = go.Scatter(
            x=found,
            y=[mean for mean, _ in expected],
            error_y={"array": [1.645 * sd for _, sd in expected], "thickness": 1, "width": 2},
            text=[f"experiment {result.number}<br>{result.formulation.label}" for _, result in asked],
            hovertemplate="%{text}<extra></extra>",
            mode="markers",
            marker={"color": MODEL, "size": 8},
            name="prediction with 90 % interval",
            showlegend=place == 0,
        )
        ends = [min(found), max(found)]
        exact = go.Scatter(
            x=ends,
            y=ends,
            mode="lines",
            line={"color": FILM, "dash": "dot"},
            name="as predicted",
            showlegend=place == 0,
        )
        figure.add_traces([predicted, exact], rows=[where["row"]] * 2, cols=[where["col"]] * 2)
        figure.update_xaxes(title=f"found: {axis_title(objective)}", title_standoff=4, **where)
        figure.update_yaxes(title="predicted when it was suggested", title_standoff=4, **where)
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"}, margin={"t": 50})
    return figure
