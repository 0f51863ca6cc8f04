"""A picture of a search: how it went, and what each parameter does by itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flows.dynamics.search.asking import Outcome
from flows.dynamics.search.file import SearchFile
from flows.dynamics.search.loop import best_of
from flows.dynamics.search.told import NAMES, Found, unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planners.box.effects import Effect

START, CHOSEN, BEST, BAND = "#8fa3b8", "#0f766e", "#c2410c", "#475569"
_ACROSS = 3


def draw_search(
    file: SearchFile, found: Found, again: Sequence[Outcome], effects: "Mapping[str, Effect]", path: Path
) -> None:
    """Draw the course of a search, and below it the runs and the main effect over each parameter, into a file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = [one.name for one in file.parameters.ranges]
    across = min(_ACROSS, len(names))
    rows = -(-len(names) // across)
    figure = Figure(figsize=(10.5, 3.9 + 2.9 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(1 + rows, across, height_ratios=[1.25, *[1.0] * rows])
    top = figure.add_subplot(grid[0, :])
    _course(top, file, found, again)
    spare = figure.add_subplot(grid[rows, across - 1]) if len(names) % across else None
    _key(top, spare)
    first = None
    for place, name in enumerate(names):
        axes = figure.add_subplot(grid[1 + place // across, place % across], sharey=first)
        first = first or axes
        _parameter(axes, file, found, name, effects.get(name))
        axes.set_ylabel(_axis(file) if place % across == 0 else "")
        axes.tick_params(labelleft=place % across == 0)
    title = file.question or file.name
    figure.suptitle(title, fontsize=12, x=0.01, ha="left")
    figure.savefig(path, dpi=130)


def _course(axes: "Axes", file: SearchFile, found: Found, again: Sequence[Outcome]) -> None:
    """Each run in its turn, and the best so far."""
    from matplotlib.ticker import MaxNLocator

    best = -np.inf
    steps = []
    for _, outcome in found:
        if outcome.diffusive and outcome.log10 is not None:
            best = max(best, _shown(file, outcome.log10))
        steps.append(best if np.isfinite(best) else np.nan)
    _points(axes, file, found, [run.index + 1.0 for run, _ in found])
    axes.step(range(1, len(found) + 1), steps, where="post", color=BEST, lw=1.6, label="best so far", zorder=1)
    good = [_shown(file, one.log10) for one in again if one.log10 is not None]
    if good:
        errors = [one.sd or 0.0 for one in again if one.log10 is not None]
        places = len(found) + 1 + np.arange(len(good))
        label = "the best, run again"
        axes.errorbar(places, good, errors, fmt="D", color=BEST, mfc="white", ms=5, elinewidth=0.9, label=label)
    if file.planner.name != "sobol" and file.planner.start < len(found):
        axes.axvline(file.planner.start + 0.5, color="0.8", lw=0.8, zorder=0)
    axes.set_xlabel("run")
    axes.set_ylabel(_axis(file))
    axes.set_xlim(0.3, len(found) + len(again) + 0.7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)


def _key(axes: "Axes", spare: "Axes | None") -> None:
    """What the marks mean: in the place of a panel where one is left, else beside the course."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles, labels = axes.get_legend_handles_labels()
    handles += [Line2D([], [], color=BAND, lw=1.6), Patch(color=BAND, alpha=0.14)]
    labels += ["surrogate's mean over the others", "two standard deviations of it"]
    if spare is None:
        axes.legend(handles, labels, frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
        return
    spare.set_axis_off()
    spare.legend(handles, labels, frameon=False, fontsize=9, loc="center left")


def _parameter(axes: "Axes", file: SearchFile, found: Found, name: str, effect: "Effect | None") -> None:
    """Every run over one parameter; the surrogate's mean over all the others, with two standard deviations."""
    (span,) = (one for one in file.parameters.ranges if one.name == name)
    if effect is not None:
        values = [span.value(float(place)) for place in effect.places]
        mean = effect.mean + _shift(file)
        axes.fill_between(values, mean - 2 * effect.sd, mean + 2 * effect.sd, color=BAND, alpha=0.14, lw=0)
        axes.plot(values, mean, color=BAND, lw=1.6)
    _points(axes, file, found, [run.values[name] for run, _ in found])
    if span.log:
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    room = 0.04
    axes.set_xlim(_beyond(span.low, span.high, -room, span.log), _beyond(span.low, span.high, 1 + room, span.log))
    axes.set_xlabel(NAMES[name])
    axes.spines[["top", "right"]].set_visible(False)


def _points(axes: "Axes", file: SearchFile, found: Found, across: Sequence[float]) -> None:
    """Runs: those of the start and the chosen ones, hollow where ions do not diffuse, crosses where a run failed."""
    best = best_of(found)
    even = "even spread" if file.planner.name == "sobol" else "even start"
    for begun, colour, words in ((True, START, even), (False, CHOSEN, "chosen")):
        for diffusive in (True, False):
            rows = [
                (x, outcome)
                for x, (run, outcome) in zip(across, found, strict=True)
                if (file.planner.name == "sobol" or run.index < file.planner.start) == begun
                and outcome.log10 is not None
                and outcome.diffusive == diffusive
            ]
            if not rows:
                continue
            label = words if diffusive else f"{words}, not diffusive"
            axes.errorbar(
                [x for x, _ in rows],
                [_shown(file, outcome.log10 or 0.0) for _, outcome in rows],
                [outcome.sd or 0.0 for _, outcome in rows],
                fmt="o",
                color=colour,
                mfc=colour if diffusive else "white",
                ms=5,
                elinewidth=0.8,
                label=label,
                zorder=3,
            )
    failed = [x for x, (_, outcome) in zip(across, found, strict=True) if outcome.failed]
    if failed:
        low = axes.get_ylim()[0]
        axes.plot(failed, [low] * len(failed), "x", color=BEST, ms=6, label="failed", clip_on=False)
    if best is not None:
        (x,) = (x for x, (run, _) in zip(across, found, strict=True) if run == best[0])
        y = _shown(file, best[1].log10 or 0.0)
        axes.plot([x], [y], "o", ms=11, mfc="none", mec=BEST, mew=1.5, label="the best", zorder=4)


def _beyond(low: float, high: float, place: float, log: bool) -> float:
    return low * (high / low) ** place if log else low + place * (high - low)


def _shift(file: SearchFile) -> float:
    return file.log10_S_cm(0.0) or 0.0


def _shown(file: SearchFile, log10_reduced: float) -> float:
    return log10_reduced + _shift(file)


def _axis(file: SearchFile) -> str:
    return f"lithium's conductivity\n{unit(file)}"
