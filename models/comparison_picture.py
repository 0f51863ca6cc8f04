"""A picture of what models said out of fold: are their intervals as wide as they say, and how far off are they."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chemistry.errors import BadInput
from models.compared import LEVELS, Said, coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = (".png", ".svg", ".pdf")
COLOURS = ("#0f766e", "#c2410c", "#4f46e5", "#b45309", "#be185d", "#0369a1")
DRAWS = 400
"""Of the bootstrap."""
_FAINT = "#9aa5b1"


def refuse_picture(path: Path) -> None:
    """Refuse a file that can be no picture, by its suffix."""
    if path.suffix.lower() not in KINDS:
        raise BadInput(f"no picture can be {path.name!r}", place="--picture", remedy=f"End it in {', '.join(KINDS)}")


def draw_comparison(told: Mapping[str, Said], path: Path, title: str, unit: str) -> None:
    """Draw coverage of intervals, and predictions against what was measured, into a file.

    Args:
        told: what each model said; the first of them is the one whose predictions are drawn.
        path: where to; its suffix is one of `KINDS`, and a file there is overwritten.
        title: of the picture.
        unit: of the property, with its name.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not told:
        raise BadInput("no fold is done yet", place="--picture", remedy="Give the comparison more time with --budget")
    figure = Figure(figsize=(11, 5.4))
    figure.subplots_adjust(left=0.07, right=0.97, bottom=0.11, top=0.88, wspace=0.2)
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    _calibration(left, told)
    name, first = next(iter(told.items()))
    _parity(right, name, first, unit)
    for axes in (left, right):
        axes.set_box_aspect(1)
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=11)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def coverage_band(told: Said, draws: int = DRAWS, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles, 5 and 95 %, of the coverage at each of `LEVELS`, by a bootstrap over polymers.

    Args:
        told: of one model.
        draws: of polymers.
        seed: of the draws.
    """
    polymers, place = np.unique(told.polymer.astype(str), return_inverse=True)
    z = told.error / np.maximum(told.sd, 1e-12)
    inside = z[:, None] <= _limits()
    held = np.stack([np.bincount(place, column, len(polymers)) for column in inside.T], axis=1)
    counted = np.bincount(place, minlength=len(polymers))
    drawn = np.random.default_rng(seed).integers(len(polymers), size=(draws, len(polymers)))
    shares = held[drawn].sum(axis=1) / counted[drawn].sum(axis=1)[:, None]
    low, high = np.quantile(shares, (0.05, 0.95), axis=0)
    return low, high


def _limits() -> np.ndarray:
    from scipy.special import ndtri

    return ndtri(0.5 + np.array(LEVELS) / 2)


def _calibration(axes: "Axes", told: Mapping[str, Said]) -> None:
    levels = 100 * np.array(LEVELS)
    axes.plot([0, 100], [0, 100], ":", color=_FAINT, label="as promised")
    for colour, (name, one) in zip(COLOURS * (1 + len(told) // len(COLOURS)), told.items(), strict=False):
        low, high = coverage_band(one)
        axes.fill_between(levels, 100 * low, 100 * high, color=colour, alpha=0.15, linewidth=0)
        held = 100 * coverage(one, (0.9,))[0]
        axes.plot(levels, 100 * coverage(one), "o-", color=colour, markersize=3.5, label=f"{name} (90 %: {held:.1f} %)")
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="interval that was asked for (%)")
    axes.set_ylabel("readings that lie inside (%)")
    axes.legend(frameon=False, loc="upper left")


def _parity(axes: "Axes", name: str, one: Said, unit: str) -> None:
    ends = (min(one.truth.min(), one.mean.min()), max(one.truth.max(), one.mean.max()))
    axes.plot(one.truth, one.mean, "o", color=COLOURS[0], markersize=2.5, alpha=0.25, markeredgewidth=0)
    axes.plot(ends, ends, ":", color=_FAINT)
    axes.set(xlabel=f"measured: {unit}", ylabel="predicted")
    axes.set_title(f"{name}: {len(one.truth):,} readings, mean absolute error {one.error.mean():.2f}", fontsize=10)
