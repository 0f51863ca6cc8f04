"""The front as a picture file, for places that show no live figure."""

from pathlib import Path

from flows.report.words import axis_title
from flows.standing import Standing


def draw_front(now: Standing, path: Path) -> None:
    """Write a PNG: two objectives against each other with the front as a line; one objective against the number."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), dpi=120)
    axes = figure.add_axes((0.12, 0.12, 0.84, 0.80))  # a layout worked out from the labels takes twice as long
    if len(now.objectives) == 1:
        axes.plot([r.number for r in now.results], [r.values[0] for r in now.results], "o", color="#8fa3b8")
        axes.plot([r.number for r in now.best], [r.values[0] for r in now.best], "o", color="#c2410c")
        axes.set(xlabel="experiment", ylabel=axis_title(now.objectives[0]))
    else:
        first, second = now.objectives[:2]
        others = [r for r in now.results if not r.in_front]
        axes.errorbar(
            [r.values[0] for r in others],
            [r.values[1] for r in others],
            xerr=[r.sds[0] for r in others],
            yerr=[r.sds[1] for r in others],
            fmt="o",
            color="#8fa3b8",
            elinewidth=0.8,
            label="films",
        )
        axes.errorbar(
            [r.values[0] for r in now.best],
            [r.values[1] for r in now.best],
            xerr=[r.sds[0] for r in now.best],
            yerr=[r.sds[1] for r in now.best],
            fmt="o-",
            color="#c2410c",
            elinewidth=0.8,
            label="front",
        )
        axes.set(xlabel=axis_title(first), ylabel=axis_title(second))
        axes.legend(frameon=False)
    axes.set_title(f"{len(now.results)} films of {now.budget}")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
