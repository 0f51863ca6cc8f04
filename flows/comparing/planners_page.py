"""The page of a comparison of planners: best so far, regret, what was found and what is left."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flows.comparing.planners_table import explained, heads_and_rows, in_words
from flows.pages.page import LAYOUT, as_html, write_page
from flows.report.words import axis_title
from planners.compare.campaign_problem import CampaignProblem
from planners.compare.pool_problem import PoolProblem
from planners.compare.problem import Problem, Trial

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_COLOURS = ("#6b7280", "#0f766e", "#c2410c", "#4f46e5", "#b45309", "#be185d", "#0369a1", "#4d7c0f")
_BAND = (0.1, 0.9)
"""Quantiles over starts that a band reaches from and to."""

_BANDED = "Mean over starts; the band holds the middle 80 % of them."
_SUBJECT = "Drawn after each experiment: {}. "
_SEARCHED = "True results of the experiments that each planner chose"
_BOXES = "; a box shows quartiles and range, without outliers"

Curve = Callable[[Trial], np.ndarray]


@dataclass(frozen=True)
class TopRow:
    """One of the best candidates, and how many starts each planner found it from."""

    unit: str
    value: float
    found: list[int]


@dataclass(frozen=True)
class Part:
    """A figure of the page, and a line about it."""

    title: str
    figure: str
    why: str = ""


def write_planners(path: Path, problem: Problem, trials: Mapping[str, Sequence[Trial]], record: Path) -> None:
    """Write the page of a comparison; raises `BadInput` where it cannot be written."""
    colours = dict(zip(trials, _COLOURS * (1 + len(trials) // len(_COLOURS)), strict=False))
    seeds = len(next(iter(trials.values())))
    heads, rows = heads_and_rows(problem, trials)

    def curves(title: str, axis: str, curve: Curve, why: str = "") -> Part:
        return Part(title, as_html(band_figure(trials, colours, curve, axis)), why)

    drawn = _SUBJECT.format(problem.scored)
    parts = [curves("Best so far", "best so far", lambda trial: trial.best_so_far, drawn + _BANDED)]
    best = problem.best
    if isinstance(problem, PoolProblem):
        parts.append(
            curves("How many of the best hundredth", "found", lambda trial: found_so_far(problem, trial), _BANDED)
        )
    if best is not None:
        parts.append(curves("Regret", "regret of the best so far", lambda trial: best - trial.best_so_far))
    searched = as_html(where_figure(problem, trials, colours))
    parts.append(Part("Where each planner searched", searched, f"{_SEARCHED}{'' if _planar(trials) else _BOXES}."))
    write_page(
        path,
        "planners.html",
        label=problem.label,
        question=in_words(problem, seeds),
        heads=heads,
        explained=explained(problem, heads),
        rows=rows,
        parts=parts,
        seeds=seeds,
        top=top_rows(problem, trials) if isinstance(problem, PoolProblem) else [],
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


def where_figure(problem: Problem, trials: Mapping[str, Sequence[Trial]], colours: Mapping[str, str]) -> "Figure":
    """How the results of the chosen experiments lie: two objectives as a plane, one as a box."""
    import plotly.graph_objects as go

    figure = go.Figure(layout=LAYOUT)
    start = problem.plan.initial
    if isinstance(problem, PoolProblem):
        figure.add_box(x=problem.values, name="whole pool", marker_color="#8fa3b8", boxpoints=False)
    for name, own in trials.items():
        results = [outcome for trial in own for outcome in _results(trial)[start:] if outcome]
        if results and _planar(trials):
            across, up = zip(*(outcome[:2] for outcome in results), strict=True)
            figure.add_scatter(x=across, y=up, name=name, mode="markers", marker={"color": colours[name], "size": 5})
        else:
            figure.add_box(
                x=[outcome[0] for outcome in results], name=name, marker_color=colours[name], boxpoints=False
            )
            figure.update_layout(showlegend=False)
    labels = [axis_title(one) for one in problem.asked] if isinstance(problem, CampaignProblem) else ["result"]
    figure.update_xaxes(title=labels[0])
    figure.update_yaxes(title=labels[1] if len(labels) > 1 else None)
    return figure


def _planar(trials: Mapping[str, Sequence[Trial]]) -> bool:
    """Whether experiments have two results each, or more."""
    return any(len(outcome) > 1 for own in trials.values() for trial in own for outcome in _results(trial))


def _results(trial: Trial) -> tuple[tuple[float, ...], ...]:
    return trial.outcomes or tuple((value,) for value in trial.values)
