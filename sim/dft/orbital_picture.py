"""A picture of a window: orbital energies about the gap, and the two limits on the scale of Li⁺/Li."""

from pathlib import Path

from chemistry.errors import BadInput
from sim.dft.constants import ABSOLUTE_LITHIUM_POTENTIAL_V
from sim.dft.window import RedoxWindow

FORMATS = (".png", ".svg", ".pdf")
OCCUPIED, EMPTY = "#1f4e79", "#c8501e"


def refuse_format(path: Path) -> None:
    """Refuse a picture that cannot be drawn, before anything is calculated.

    Raises:
        BadInput: another suffix than those of `FORMATS`, or no such folder.
    """
    if path.suffix.lower() not in FORMATS:
        raise BadInput(f"no picture can be {path.name}", remedy=f"Name a file that ends in {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise BadInput(f"there is no folder {path.parent}", remedy="Make it, or name a file in another one")


def plot_window(window: RedoxWindow, path: Path) -> None:
    """Draw the orbital energies and the window into a file; one that is there is overwritten."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 5), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    for energies, colour, name in ((window.occupied_eV, OCCUPIED, "occupied"), (window.empty_eV, EMPTY, "empty")):
        left.hlines(energies, 0.2, 0.8, color=colour, lw=1.6, label=name)
    left.annotate(f"HOMO {window.homo_eV:.2f}", (0.82, window.homo_eV), fontsize=8, va="center", color=OCCUPIED)
    left.annotate(f"LUMO {window.lumo_eV:.2f}", (0.82, window.lumo_eV), fontsize=8, va="center", color=EMPTY)
    # Core levels, hundreds of eV below, would press everything else into one line.
    lowest = max(window.occupied_eV[0], window.homo_eV - 12)
    left.set(xlim=(0, 1.3), ylim=(lowest - 1, window.empty_eV[-1] + 1), xticks=[], ylabel="orbital energy / eV")
    left.legend(fontsize=8, frameon=False, loc="lower right")
    low, high = window.reduction_V_vs_Li, window.oxidation_V_vs_Li
    right.bar([0], [high - low], bottom=[low], width=0.5, color="#d9e4ec")
    for value, name, colour in ((high, "oxidation", OCCUPIED), (low, "reduction", EMPTY)):
        right.hlines([value], -0.25, 0.25, color=colour, lw=2)
        right.annotate(f"{name}\n{value:.2f} V", (0.3, value), fontsize=8, va="center", color=colour)
    right.axhline(0, color="0.6", lw=0.8, ls=":")
    right.margins(y=0.06)  # so that the lower name is not cut off
    right.set(xlim=(-0.5, 1), xticks=[], ylabel=f"potential vs Li⁺/Li / V (absolute {ABSOLUTE_LITHIUM_POTENTIAL_V} V)")
    figure.suptitle(f"{window.key.smiles}   {window.key.method}   {window.key.solvent}", fontsize=10)
    figure.savefig(path, dpi=130)
