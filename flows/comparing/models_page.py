"""The page of a comparison of models: parity, calibration, learning curve, errors by family and by temperature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chemistry.errors import BadInput
from flows.pages.page import FAINT, KNOWN, LAYOUT, as_html, write_page
from models.compared import LEVELS, Said, by_group, coverage, said, temperature_bands
from models.comparison import Comparison
from models.comparison_picture import draw_comparison
from models.scores import Scores, scores

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LEAST_READINGS = 30
"""Readings that a family needs for a bar of its own."""
_MEANING = {
    "random": "films at random, which is leaky: the same formulation may be on both sides.",
    "formulation": "no tested formulation was trained on.",
    "polymer": "no tested polymer was trained on.",
    "paper": "no film of a tested paper was trained on.",
}
_COLOURS = (
    "#0f766e",
    "#c2410c",
    "#4f46e5",
    "#b45309",
    "#be185d",
    "#0369a1",
    "#4d7c0f",
    "#6b7280",
    "#7c3aed",
    "#111827",
)
_POINTS = 4000
"""Dots in a parity panel: more hide one another, and make the page heavy."""
_OTHERS = "other families"


@dataclass(frozen=True)
class ScoreRow:
    """One model in the table at the top."""

    model: str
    folds: int
    scores: Scores
    best: bool


def write_comparison(
    path: Path,
    comparison: Comparison,
    record: Path,
    curve: Mapping[str, Sequence[tuple[float, float]]],
    table: str,
    refused: int,
) -> None:
    """Write the page of what the record of a comparison holds.

    Raises:
        BadInput: no fold is done, or the page cannot be written.
    """
    told = said(comparison, record)
    if not told:
        raise BadInput("no fold is done yet", place=str(record), remedy="Give the comparison more time with --budget")
    scored = {name: scores(one.truth, one.mean, one.sd) for name, one in told.items()}
    least = min(scored, key=lambda name: scored[name].mae)
    colours = dict(zip(told, _COLOURS * (1 + len(told) // len(_COLOURS)), strict=False))
    unit = "decades" if comparison.asked.startswith("log10") else "unit of the property"
    figures = {
        "parity": as_html(parity_figure(told, colours, comparison.asked)),
        "calibration": as_html(calibration_figure(told, colours)),
        "learning": as_html(learning_figure(curve, colours, unit)) if curve else "",
        "family": as_html(family_figure(told, colours, unit)),
        "temperature": as_html(temperature_figure(told, colours, unit)),
    }
    write_page(
        path,
        "compare.html",
        table=table,
        asked=comparison.asked.replace("_", " "),
        split=comparison.split,
        meaning=_MEANING[comparison.split],
        rows=[ScoreRow(name, told[name].folds, scored[name], name == least) for name in told],
        uneven=len({one.folds for one in told.values()}) > 1,
        folds=comparison.folds,
        figures=figures,
        least=LEAST_READINGS,
        seed=comparison.seed,
        record=record.name,
        key=comparison.key,
        refused=refused,
        number=lambda value, digits: "" if np.isnan(value) else f"{value:.{digits}f}",
    )


def write_picture(path: Path, comparison: Comparison, record: Path, table: str) -> None:
    """Draw calibration and parity of what the record of a comparison holds; raises `BadInput` where no fold is done."""
    told = said(comparison, record)
    done = min((one.folds for one in told.values()), default=0)
    folds = f"{comparison.folds} folds" if done == comparison.folds else f"{done} of {comparison.folds} folds"
    title = f"{table}, {folds} by {comparison.split}, seed {comparison.seed}: {_MEANING[comparison.split]}"
    draw_comparison(told, path, title.removesuffix("."), _label(comparison.asked))


def parity_figure(told: Mapping[str, Said], colours: Mapping[str, str], asked: str) -> "Figure":
    """Predicted against measured, a panel for each model."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    columns = min(3, len(told))
    rows = -(-len(told) // columns)
    titles = [f"{name} (error {one.error.mean():.2f})" for name, one in told.items()]
    figure = make_subplots(
        rows,
        columns,
        subplot_titles=titles,
        horizontal_spacing=0.04,
        vertical_spacing=0.12 / rows,
    )
    ends = [min(one.truth.min() for one in told.values()), max(one.truth.max() for one in told.values())]
    for place, (name, one) in enumerate(told.items()):
        where: dict[str, Any] = {"row": place // columns + 1, "col": place % columns + 1}
        shown = np.random.default_rng(0).permutation(len(one.truth))[:_POINTS]
        dots = go.Scattergl(
            x=one.truth[shown],
            y=one.mean[shown],
            text=[f"{one.polymer[i]}<br>{one.temperature_C[i]:.0f} °C" for i in shown],
            hovertemplate="%{text}<br>measured %{x:.2f}, predicted %{y:.2f}<extra></extra>",
            mode="markers",
            marker={"size": 4, "opacity": 0.35, "color": colours[name]},
        )
        figure.add_trace(dots, **where)
        figure.add_trace(go.Scatter(x=ends, y=ends, mode="lines", line={"color": KNOWN, "dash": "dot"}), **where)
    figure.update_xaxes(matches="x")
    figure.update_yaxes(matches="y")
    figure.update_layout(
        LAYOUT | {"height": 340 * rows + 80, "showlegend": False, "margin": LAYOUT["margin"] | {"t": 70}}
    )
    label = _label(asked)
    for column in range(1, columns + 1):
        figure.update_xaxes(title="measured: " + label if columns < 3 else "measured", row=rows, col=column)
    for row in range(1, rows + 1):
        figure.update_yaxes(title="predicted", row=row, col=1)
    return figure


def calibration_figure(told: Mapping[str, Said], colours: Mapping[str, str]) -> "Figure":
    """Share of readings inside intervals of 10 to 95 %."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line={"color": KNOWN, "dash": "dot"}, name="as promised")
    for name, one in told.items():
        figure.add_scatter(
            x=[100 * level for level in LEVELS],
            y=100 * coverage(one),
            mode="lines+markers",
            name=name,
            line={"color": colours[name], "width": 2},
        )
    figure.update_xaxes(title="interval that was asked for (%)", range=[0, 100])
    figure.update_yaxes(title="readings that lie inside (%)", range=[0, 100])
    return figure


def learning_figure(
    curve: Mapping[str, Sequence[tuple[float, float]]], colours: Mapping[str, str], unit: str
) -> "Figure":
    """Mean absolute error against the number of training films."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    for name, pairs in curve.items():
        figure.add_scatter(
            x=[films for films, _ in pairs],
            y=[error for _, error in pairs],
            mode="lines+markers",
            name=name,
            line={"color": colours.get(name, KNOWN), "width": 2},
        )
    films = sorted({round(films) for pairs in curve.values() for films, _ in pairs})
    figure.update_xaxes(title="training films", type="log", tickvals=films, ticktext=[f"{count:,}" for count in films])
    figure.update_yaxes(title=f"mean absolute error ({unit})")
    return figure


def family_figure(told: Mapping[str, Said], colours: Mapping[str, str], unit: str) -> "Figure":
    """Mean absolute error of each family of polymers, the most measured first."""
    largest = max(told.values(), key=lambda one: len(one.truth))
    counted = by_group(largest, largest.family)
    kept = {name for name, (_, readings, _) in counted.items() if readings >= LEAST_READINGS}
    groups = {
        name: np.array([one if one in kept else _OTHERS for one in said_.family], dtype=object)
        for name, said_ in told.items()
    }
    return _bars(told, groups, colours, unit, order=[*(name for name in counted if name in kept), _OTHERS])


def temperature_figure(told: Mapping[str, Said], colours: Mapping[str, str], unit: str) -> "Figure":
    """Mean absolute error in each band of temperature, coldest first."""
    groups = {name: temperature_bands(one.temperature_C) for name, one in told.items()}
    bands = {band for own in groups.values() for band in own}
    order = sorted(bands, key=lambda band: -1e9 if band == "none" else float(band.split()[0]))
    return _bars(told, groups, colours, unit, order)


def _label(asked: str) -> str:
    return "log₁₀ conductivity (S/cm)" if asked == "log10_conductivity" else asked.replace("_", " ")


def _bars(
    told: Mapping[str, Said],
    groups: Mapping[str, np.ndarray],
    colours: Mapping[str, str],
    unit: str,
    order: Sequence[str],
) -> "Figure":
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT | {"barmode": "group", "bargap": 0.25})
    of_models = {name: by_group(one, groups[name]) for name, one in told.items()}
    largest = max(of_models.values(), key=lambda own: sum(readings for _, readings, _ in own.values()))
    names = [name for name in order if name in largest]
    ticks = [f"{name}<br>{largest[name][1]:,} / {largest[name][2]:,}" for name in names]
    for model, own in of_models.items():
        figure.add_bar(
            x=ticks,
            y=[own[name][0] if name in own else None for name in names],
            name=model,
            marker_color=colours[model],
        )
    figure.update_yaxes(title=f"mean absolute error ({unit})")
    figure.update_xaxes(tickfont={"size": 11}, showgrid=False, linecolor=FAINT)
    return figure
