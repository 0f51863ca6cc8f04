"""How good the model's word was: what it foretold of each film before that was made, against what was found."""

from typing import TYPE_CHECKING

from flows.drift import Surprise
from flows.report.content import Shown
from flows.report.look import ABOVE, FILM, FRONT, LAYOUT, MODEL, panels
from flows.report.words import axis_title
from models.out_of_sample import LEVELS, ForetoldReading, calibration_curve
from models.scores import NINETY
from planners.objectives import Measurand

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_LINES = (MODEL, FRONT, "#6d5bd0", "#8a6d00", "#334155")


def parity_figure(content: Shown) -> "Figure | None":
    """Prediction over result, a panel for each property that was asked for; None where nothing was foretold."""
    from plotly.subplots import make_subplots

    asked = told_of(content)
    if not asked:
        return None
    rows, columns, places = panels(len(asked))
    figure = make_subplots(rows, columns)
    figure.update_layout(LAYOUT | ABOVE | ({"height": 380 * rows} if rows > 1 else {}))
    labels = {t.experiment.number: t.experiment.formulation.label for t in content.tried}
    for place, (outcome, told) in enumerate(asked):
        where = places[place]
        found = [one.value for one in told]
        figure.add_scatter(
            x=found,
            y=[one.mean for one in told],
            error_y={"array": [NINETY * one.sd for one in told], "thickness": 1, "width": 2},
            text=[f"experiment {one.experiment}<br>{labels[one.experiment]}" for one in told],
            hovertemplate="%{text}<extra></extra>",
            mode="markers",
            marker={"color": MODEL, "size": 8},
            name="foretold, with the 90 % interval of a new film",
            showlegend=place == 0,
            **where,
        )
        ends = [min(found), max(found)]
        figure.add_scatter(
            x=ends,
            y=ends,
            mode="lines",
            line={"color": FILM, "dash": "dot"},
            name="as foretold",
            showlegend=place == 0,
            **where,
        )
        figure.update_xaxes(title=f"found: {axis_title(outcome)}", title_standoff=4, title_font_size=12, **where)
        figure.update_yaxes(title="foretold", title_standoff=4, title_font_size=12, **where)
    return figure


def calibration_figure(content: Shown) -> "Figure | None":
    """Share of results below each quantile of what was foretold; the band is chance, for as many results as there are.

    None where nothing was foretold.
    """
    import plotly.graph_objects as go
    from scipy.stats import binom

    asked = told_of(content)
    if not asked:
        return None
    n = max(len(told) for _, told in asked)
    figure = go.Figure(layout=LAYOUT | ABOVE | {"height": 380})
    levels = list(LEVELS)
    low, high = ([float(binom.ppf(q, n, level)) / n for level in levels] for q in (0.05, 0.95))
    figure.add_scatter(
        x=[*levels, *reversed(levels)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=FILM,
        opacity=0.25,
        mode="lines",
        line={"width": 0},
        name=f"chance, 90 %, {n} results",
        hoverinfo="skip",
    )
    for place, (outcome, told) in enumerate(asked):
        curve = calibration_curve([_as_reading(outcome, one) for one in told])
        figure.add_scatter(
            x=levels,
            y=list(curve.values()),
            mode="lines+markers",
            line={"color": _LINES[place % len(_LINES)], "width": 1.5},
            marker={"size": 5},
            name=axis_title(outcome),
        )
    figure.update_xaxes(title="quantile that was foretold", range=[0, 1])
    figure.update_yaxes(title="share of results below it", range=[0, 1])
    return figure


def coverage(told: list[Surprise]) -> int:
    """How many results lie in their 90 % interval."""
    return sum(abs(one.z) <= NINETY for one in told)


def told_of(content: Shown) -> list[tuple[Measurand, list[Surprise]]]:
    """What was asked for and foretold at least once, with its results."""
    return [(asked, content.foretold[asked.label]) for asked in content.spec.outcomes if content.foretold[asked.label]]


def _as_reading(asked: Measurand, one: Surprise) -> ForetoldReading:
    return ForetoldReading(str(one.experiment), asked.property, asked.temperature_C, one.value, one.mean, one.sd)
