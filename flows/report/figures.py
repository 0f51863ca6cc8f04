"""The front, and how the campaign got there: against an even spread, and against the hours that were expected."""

from typing import TYPE_CHECKING, Any

from flows.report.content import Content, Shown
from flows.report.look import ABOVE, EVEN, FILM, FRONT, LAYOUT, MODEL, panels
from flows.report.pairs import objective_pairs
from flows.report.words import axis_title

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, Scatter


def front_figure(content: Shown) -> "Figure":
    """Two objectives against each other, the front as a line; one objective against the experiment's number.

    Of more objectives every pair has a panel; the front is marked there, and no line: what no other film beats in all
    objectives together is scattered in any two of them.
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    now = content.standing
    pairs = objective_pairs(len(now.objectives))
    rows, columns, places = panels(len(pairs))
    figure = go.Figure() if len(pairs) == 1 else make_subplots(rows, columns)
    figure.update_layout(LAYOUT | ABOVE | ({"height": 380 * rows} if rows > 1 else {}))
    for place, (x, y) in enumerate(pairs):
        where: dict[str, Any] = {} if len(pairs) == 1 else places[place]
        for trace in _front_traces(content, x, y):
            figure.add_trace(trace.update(showlegend=place == 0), **where)
        figure.update_xaxes(title="experiment" if x is None else axis_title(now.objectives[x]), **where)
        figure.update_yaxes(title=axis_title(now.objectives[y]), **where)
    if rows > 1:
        figure.update_xaxes(title_standoff=4, title_font_size=12)
        figure.update_yaxes(title_standoff=4, title_font_size=12)
    return figure


def _front_traces(content: Shown, x: int | None, y: int) -> "list[Scatter]":
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


def progress_figure(content: Shown) -> "Figure":
    """How the front grew: hypervolume (or best value) after each result, beside what an even spread would have had."""
    import plotly.graph_objects as go

    now, even = content.standing, content.even_spread
    single = len(now.objectives) == 1
    figure = go.Figure(layout=LAYOUT | ABOVE)

    if not isinstance(even, str):
        band = [
            (count, low, high)
            for count, low, high in zip(even.counts, now.shown(even.low), now.shown(even.high), strict=True)
            if low is not None and high is not None  # it begins where nearly every spread has an answer
        ]
        counts = [count for count, *_ in band]
        figure.add_scatter(
            x=[*counts, *reversed(counts)],
            y=[*(high for *_, high in band), *(low for _, low, _ in reversed(band))],
            fill="toself",
            fillcolor=EVEN,
            opacity=0.15,
            mode="lines",
            line={"width": 0},
            name="even spread, foretold: 90 %",
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=list(even.counts),
            y=now.shown(even.median),
            mode="lines",
            line={"color": EVEN, "dash": "dash"},
            name="its median",
        )
    figure.add_scatter(
        x=list(range(1, len(now.hypervolume) + 1)),
        y=now.shown(now.hypervolume),
        mode="lines+markers",
        line={"shape": "hv", "color": FRONT},
        name="found so far",
    )
    start = min(content.spec.planner.even_start, len(now.hypervolume))
    if start:
        figure.add_vrect(0.5, start + 0.5, fillcolor=FILM, opacity=0.15, line_width=0)
        words = {"showarrow": False, "font": {"size": 11}, "xanchor": "left", "yanchor": "bottom"}
        figure.add_annotation(x=0.6, y=0, yref="paper", text="even start, measured", **words)
    reference = ", ".join(f"{r:g}" for r in now.reference)
    figure.update_xaxes(title="results, in the order they came")
    figure.update_yaxes(title=f"best {axis_title(now.objectives[0])}" if single else f"hypervolume over ({reference})")
    return figure


def pace_figure(content: Content) -> "Figure":
    """Results against lab time, beside when each film was expected to be over."""
    import plotly.graph_objects as go

    took = content.taken
    figure = go.Figure(layout=LAYOUT | ABOVE | {"height": 320})
    for hours, name, colour, dash in (
        (took.expected_h, "as expected when they were suggested", MODEL, "dash"),
        (took.results_h, "results as they came", FRONT, "solid"),
    ):
        figure.add_scatter(
            x=[0.0, *hours],
            y=list(range(len(hours) + 1)),
            mode="lines",
            line={"shape": "hv", "color": colour, "dash": dash},
            name=name,
        )
    figure.update_xaxes(title="lab time (h)")
    figure.update_yaxes(title="films", rangemode="tozero")
    return figure
