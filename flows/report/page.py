"""The report as one HTML file that needs nothing else: figures, tables and scripts are inside."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chemistry.errors import BadInput
from chemistry.quantities import with_uncertainty
from flows.report.content import Content, read_content
from flows.report.figures import calibration_figure, front_figure, nyquist_figure, progress_figure, temperature_figure
from flows.report.words import axis_title, in_plain_units, limit_in_words, metrics_in_words
from ledger.store import Ledger

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GALLERY = 6
"""Films whose spectra are shown: the front's best conductors."""


def write_report(ledger: Ledger, campaign_id: int, path: Path, ending: tuple[str, str] | None = None) -> Path:
    """Write the report of a campaign; the file appears whole or not at all.

    `ending` is the state, and why, that the campaign is about to be in: the report comes first, so that a campaign
    that is over has one.

    Raises:
        BadInput: the file cannot be written.
    """
    page = render(read_content(ledger, campaign_id, ending))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".report-") as folder:
            draft = Path(folder) / path.name
            draft.write_text(page, encoding="utf-8")
            draft.replace(path)
    except OSError as error:
        raise BadInput(
            f"the report cannot be written ({error.strerror})", place=str(path), remedy="Name another file with --out."
        ) from error
    return path


def render(content: Content) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from plotly.offline import get_plotlyjs

    pages = Environment(loader=PackageLoader("flows.report", "."), autoescape=True, undefined=StrictUndefined)
    return pages.get_template("page.html").render(
        content=content,
        now=content.standing,
        objectives=content.spec.objectives,
        results={result.number: result for result in content.standing.results},
        front={result.number for result in content.standing.best},
        figures=_figures(content),
        plotly=get_plotlyjs(),
        axis_title=axis_title,
        limit_in_words=limit_in_words,
        metrics_in_words=metrics_in_words,
        plain=in_plain_units,
        with_uncertainty=with_uncertainty,
    )


def _figures(content: Content) -> dict[str, Any]:
    calibration = calibration_figure(content)
    shown = [content.by_number[result.number] for result in content.standing.best[:GALLERY]]
    return {
        "front": _html(front_figure(content)),
        "progress": _html(progress_figure(content)),
        "temperature": _html(temperature_figure(content)),
        "calibration": _html(calibration) if calibration else "",
        "nyquist": [(t.experiment.number, t.experiment.formulation.label, _html(nyquist_figure(t))) for t in shown],
    }


def _html(figure: "Figure") -> str:
    return figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})
