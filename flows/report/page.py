"""The report as one HTML file that needs nothing else: figures, tables and scripts are inside."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chemistry.errors import BadInput
from chemistry.quantities import with_uncertainty
from flows.drift import Surprise
from flows.report.content import Content, read_content
from flows.report.figures import front_figure, pace_figure, progress_figure
from flows.report.film_figures import conductivities, front_colours, nyquist_figure, temperature_figure
from flows.report.model_figures import calibration_figure, coverage, parity_figure, told_of
from flows.report.theory_figure import theory_figure
from flows.report.turns import MOST
from flows.report.words import axis_title, even_in_words, in_plain_units, limit_in_words, metrics_in_words
from ledger.store import Ledger

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from flows.forecast import Forecast

GALLERY = 6
"""Films whose spectra are shown: the front's best conductors."""
SECTIONS = {
    "answer": "The answer",
    "confirm": "What it would cost to confirm",
    "progress": "How it got there",
    "forecast": "Hours and grams against the forecast",
    "model": "What the model foretold, and what was found",
    "temperature": "Conductivity and temperature",
    "spectra": "Spectra of the front",
    "theory": "Theory beside experiment",
    "failures": "Failures and decisions",
    "experiments": "Every experiment",
    "versions": "Models",
    "environment": "Environment and versions",
}
"""Every report has all of them, in this order; where there is nothing to say, it says that."""


def write_report(
    ledger: Ledger,
    campaign_id: int,
    path: Path,
    ending: tuple[str, str] | None = None,
    forecast: "Forecast | None" = None,
) -> Path:
    """Write the report of a campaign; the file appears whole or not at all.

    `ending` is the state, and why, that the campaign is about to be in: the report comes first, so that a campaign
    that is over has one.

    Raises:
        BadInput: the file cannot be written.
    """
    page = render(read_content(ledger, campaign_id, ending, forecast))
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
    import yaml
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from plotly.offline import get_plotlyjs

    pages = Environment(loader=PackageLoader("flows.report", "."), autoescape=True, undefined=StrictUndefined)
    now, even = content.standing, content.even_spread
    return pages.get_template("page.html").render(
        content=content,
        sections=SECTIONS.items(),
        titles=SECTIONS,
        now=now,
        objectives=content.spec.objectives,
        results={result.number: result for result in now.results},
        front={result.number for result in now.best},
        foretold=told_of(content),
        turns=content.turns[-MOST:],
        even_in_words="" if isinstance(even, str) else even_in_words(even, now),
        lab={"name": "", "factory": "", "stations": {}} | (content.campaign.lab or {}),
        fitted_in=content.versions[-1].environment if content.versions else None,
        spec_text=yaml.safe_dump(content.campaign.spec, sort_keys=False, allow_unicode=True),
        figures=_figures(content),
        plotly=get_plotlyjs(),
        colours=front_colours(content),
        axis_title=axis_title,
        coverage=coverage,
        limit_in_words=limit_in_words,
        metrics_in_words=metrics_in_words,
        plain=in_plain_units,
        rms_error=_rms_error,
        with_uncertainty=with_uncertainty,
    )


def _figures(content: Content) -> dict[str, Any]:
    shown = [content.by_number[result.number] for result in content.standing.best[:GALLERY]]
    conducting = any(conductivities(tried) for tried in content.tried)
    return {
        "front": _html(front_figure(content)),
        "progress": _html(progress_figure(content)),
        "pace": _html(pace_figure(content)),
        "parity": _html(parity_figure(content)),
        "calibration": _html(calibration_figure(content)),
        "temperature": _html(temperature_figure(content)) if conducting else "",
        "theory": _html(theory_figure(content)),
        "nyquist": [(t.experiment.number, t.label, _html(nyquist_figure(t))) for t in shown if t.spectra],
    }


def _html(figure: "Figure | None") -> str:
    if figure is None:
        return ""
    return figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False, "responsive": True})


def _rms_error(told: list[Surprise]) -> float:
    return (sum((one.value - one.mean) ** 2 for one in told) / len(told)) ** 0.5
