"""The page of a comparison of planners: best so far, regret, what was found and what is left."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flows.pages.page import LAYOUT, as_html, write_page
from planners.compare.pool_problem import PoolProblem
from planners.compare.problem import Trial

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_COLOURS = ("#6b7280", "#0f766e", "#c2410c", "#4f46e5", "#b45309", "#be185d", "#0369a1", "#4d7c0f")
_BAND = (0.1, 0.9)
"""Quantiles over starts that a band reaches from and to."""

Curve = Callable[[Trial], np.ndarray]


@dataclass(frozen=True)
class TopRow:
    """One of the best candidates, and how many starts each planner found it from."""

    unit: str
    value: float
    found: list[int]


def write_planners(path: Path, problem: PoolProblem, trials: Mapping[str, Sequence[Trial]], record: Path) -> None:
    """Write the page of a comparison on a pool; raises `BadInput` where it cannot be written."""
    colours = dict(zip(trials, _COLOURS * (1 + len(trials) // len(_COLOURS)), strict=False))
    figures = {
        "best": as_html(band_figure(trials, colours, lambda trial: trial.best_so_far, "best so far")),
        "found": as_html(
            band_figure(trials, colours, lambda trial: found_so_far(problem, trial), "of the best hundredth found")
        ),
        "regret": as_html(
            band_figure(trials, colours, lambda trial: problem.best - trial.best_so_far, "regret of the best so far")
        ),
        "where": as_html(where_figure(problem, trials, colours)),
    }
    write_page(
        path,
        "planners.html",
        label=problem.label,
        plan=problem.plan,
        candidates=len(problem.pool),
        rows={name: problem.figures(own) for name, own in trials.items()},
        seconds={name: np.mean([trial.seconds_per_suggestion for trial in own]) for name, own in trials.items()},
        seeds=len(next(iter(trials.values()))),
        top=top_rows(problem, trials),
        figures=figures,
        record=record.name,
        key=problem.key,
    )


def found_so_far(problem: PoolProblem, trial: Trial) -> np.ndarray:
    """How many of the best hundredth the first 1, 2, … experiments hold."""
    return np.cumsum([unit in problem.top for unit in trial.chosen])


def top_rows(problem: PoolProblem, trials: Mapping[str, Sequence[Trial]]) -> list[TopRow]:
    """The best hundredth, best first."""
    value = dict(zip(problem.pool.units, problem.values.tolist(), strict=True))
    counted = {name: Counter(unit for trial in own for unit in trial.chosen) for name, own in trials.items()}
    best = sorted(problem.top, key=lambda unit: -value[unit])
    return [TopRow(unit, value[unit], [counted[name][unit] for name in trials]) for unit in best]


def band_figure(
    trials: Mapping[str, Sequence[Trial]], colours: Mapping[str, str], curve: Curve, title: str
) -> "Figure":
    """A curve over experiments for each planner: mean over starts, and the band that holds the middle 80 %."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    for name, own in trials.items():
        curves = np.array([curve(trial) for trial in own])
        experiments = list(range(1, curves.shape[1] + 1))
        low, high = np.quantile(curves, _BAND, axis=0)
        figure.add_scatter(
            x=[*experiments, *reversed(experiments)],
            y=[*high, *reversed(low.tolist())],
            fill="toself",
            fillcolor=colours[name],
            opacity=0.15,
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_scatter(
            x=experiments, y=curves.mean(axis=0), mode="lines", name=name, line={"color": colours[name], "width": 2}
        )
    figure.update_xaxes(title="experiments")
    figure.update_yaxes(title=title)
    return figure


def where_figure(problem: PoolProblem, trials: Mapping[str, Sequence[Trial]], colours: Mapping[str, str]) -> "Figure":
    """How the answers of the chosen experiments are spread, beside those of the whole pool."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    figure.add_box(x=problem.values, name="whole pool", marker_color="#8fa3b8", boxpoints=False)
    for name, own in trials.items():
        chosen = np.concatenate([trial.values[problem.plan.initial :] for trial in own])
        figure.add_box(x=chosen, name=name, marker_color=colours[name], boxpoints=False)
    figure.update_xaxes(title="answer")
    figure.update_layout(showlegend=False)
    return figure
