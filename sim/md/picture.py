"""A picture of a trajectory's transport: displacements of the ions with their fitted lags, and who is round them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.md.displacement import mean_squared_displacement
from sim.md.pair_structure import RadialDistribution
from sim.md.trajectory import Trajectory
from sim.md.transport import Transport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#c8501e", "#1f4e79", "#3b7d4f", "#7a5195", "#8a8a8a")


def draw_transport(
    trajectory: Trajectory,
    found: Transport,
    shells: Mapping[tuple[str, str], RadialDistribution],
    path: Path,
    *,
    title: str,
    units: tuple[str, str],
) -> None:
    """Draw mean-squared displacements (left) and radial distributions (right) into a file; its suffix tells the format.

    Args:
        trajectory: of the ions.
        found: what `transport` said of it.
        shells: g(r) by its two names.
        path: a file there is overwritten.
        title: above both.
        units: of length and time, for the axes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    _displacements(left, trajectory, found, units)
    _distributions(right, shells, units[0])
    figure.suptitle(title, fontsize=11)
    figure.savefig(path, dpi=130)


def _displacements(axes: "Axes", trajectory: Trajectory, found: Transport, units: Sequence[str]) -> None:
    moved = trajectory.without_drift() if found.drift else trajectory
    for (name, one), colour in zip(found.diffusivities.items(), COLOURS, strict=False):
        seen = mean_squared_displacement(moved.of(name), moved.interval)
        shown = slice(1, max(3, len(seen.lags) // 2))
        words = f"{name}, ∝ t^{one.exponent:.2f}" + ("" if one.diffusive else " (not diffusive)")
        axes.loglog(seen.lags[shown], seen.squared[shown], color=colour, label=words)
        first, last = one.window
        inside = (seen.lags >= first) & (seen.lags <= last)
        axes.loglog(seen.lags[inside], seen.squared[inside], color=colour, lw=4, alpha=0.3)
    axes.set_xlabel(f"lag / {units[1]}")
    axes.set_ylabel(f"mean-squared displacement / {units[0]}²")
    axes.legend(frameon=False)


def _distributions(axes: "Axes", shells: Mapping[tuple[str, str], RadialDistribution], length: str) -> None:
    for ((one, other), found), colour in zip(shells.items(), COLOURS, strict=False):
        axes.plot(found.r, found.g, color=colour, label=f"{one} – {other}")
    axes.axhline(1, color="0.8", lw=0.8, zorder=0)
    axes.set_xlabel(f"r / {length}")
    axes.set_ylabel("g(r)")
    axes.legend(frameon=False)
