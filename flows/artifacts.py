"""What a person sees of a campaign in the Prefect UI: progress, best, front, spectrum, calibration, stock, report."""

import contextvars
import shutil
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.drift import surprises
from flows.home import home
from flows.report.front_picture import draw_front
from flows.report.model_figures import coverage
from flows.session import Session
from flows.standing import Standing, best_table, standing
from ledger.measurement import ImpedanceSpectrum
from ledger.stock import Stock

LOOK_S = 5.0
"""How often the window looks for news: a person sees no more, and a picture costs a quarter of a second."""


def stock_table(stock: Stock) -> list[dict[str, Any]]:
    """What is left in each container of which an account is kept, the emptiest first."""
    kept_mg = stock.reserved_mg()
    levels = sorted(stock.levels().values(), key=lambda level: level.left_mg / max(level.filled_mg, 1e-9))
    return [
        {
            "component": level.label,
            "left (mg)": round(level.left_mg),
            "of it for films being made (mg)": round(kept_mg.get(level.component, 0.0)),
            "filled (mg)": round(level.filled_mg),
        }
        for level in levels
    ]


def calibration_table(session: Session) -> list[dict[str, Any]]:
    """For each outcome: results that something was foretold of, and how the foretelling held."""
    told = surprises(session.ledger, session.campaign_id, session.spec)
    return [
        {
            "outcome": label,
            "results": len(ones),
            "within the 90 % interval": f"{coverage(ones) / len(ones):.0%}",
            "mean error": round(sum(one.value - one.mean for one in ones) / len(ones), 3),
            "root mean square error": round((sum((one.value - one.mean) ** 2 for one in ones) / len(ones)) ** 0.5, 3),
        }
        for label, ones in told.items()
        if ones
    ]


class ShopWindow:
    """The artifacts of one flow run, renewed after each result.

    A thread of its own renews them, several results at once where they come fast, so that neither a picture nor a
    slow server holds up an experiment. At the end of the block everything is shown.
    """

    def __init__(self, session: Session, dashboard: str) -> None:
        self._session = session
        self._key = session.spec.name.replace("_", "-")
        self._address = f"{dashboard}/reports"
        self._folder = home() / "reports"
        self._folder.mkdir(exist_ok=True)
        created = create_progress_artifact(0.0, key=f"{self._key}-progress", description=session.spec.question)
        self._progress = cast(UUID, created)  # in a synchronous flow Prefect has waited for it
        self._news, self._ended = threading.Event(), threading.Event()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="prefect-pages")
        self._work: Future[None] | None = None

    def __enter__(self) -> Self:
        self._work = self._threads.submit(contextvars.copy_context().run, self._keep_up)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._threads.shutdown()
        if error is None and self._work is not None:
            self._work.result()  # raises what went wrong there

    def renew(self) -> None:
        """There is news to publish."""
        self._news.set()

    def _keep_up(self) -> None:
        while not self._ended.wait(LOOK_S):
            self._publish_news()
        self._publish_news()

    def _publish_news(self) -> None:
        if not self._news.is_set():
            return
        self._news.clear()
        try:
            self._publish()
        except httpx.HTTPError as away:
            self._news.set()  # and try again when it is time
            get_run_logger().warning("the pages could not be renewed: %s", away)

    def _publish(self) -> None:
        """How the campaign stands now."""
        now = standing(self._session.ledger, self._session.campaign_id, self._session.spec)
        done = len(now.results) + len(now.without_result)
        update_progress_artifact(self._progress, 100.0 * done / now.budget)
        self._table("stock", stock_table(self._session.stock), "What is left of each component")
        if now.results:
            self._table("best", best_table(now), "The front, best conductor first")
            self._publish_front(now)
            self._publish_spectrum(now)
            self._table("calibration", calibration_table(self._session), "What was foretold of films, and what came")

    def _table(self, name: str, rows: list[dict[str, Any]], description: str) -> None:
        if rows:
            create_table_artifact(rows, key=f"{self._key}-{name}", description=description)

    def _publish_spectrum(self, now: Standing) -> None:
        """The last spectrum of the film that came last, with its fit."""
        ledger, number = self._session.ledger, now.results[-1].number
        (experiment,) = (one for one in ledger.experiments(self._session.campaign_id) if one.number == number)
        measured = [
            row.measurement
            for sample in ledger.samples(experiment.id)
            for row in ledger.measurements(sample.id, kind="impedance")
        ]
        spectrum = next((one for one in reversed(measured) if isinstance(one, ImpedanceSpectrum)), None)
        if spectrum is None:
            return  # its conductivity came from elsewhere
        from models.analysis import analyse_spectrum
        from models.spectrum_plot import plot_spectrum

        name = f"{self._key}-{self._session.campaign_id}-spectrum.png"
        plot_spectrum(spectrum, analyse_spectrum(spectrum), self._folder / name)
        create_image_artifact(
            f"{self._address}/{name}?n={number}",
            key=f"{self._key}-spectrum",
            description=f"Nyquist and Bode of film {number}, {now.results[-1].formulation.label}, with its fit",
        )

    def _publish_front(self, now: Standing) -> None:
        name = f"{self._key}-{self._session.campaign_id}-front.png"
        draw_front(now, self._folder / name)
        create_image_artifact(
            f"{self._address}/{name}?n={len(now.results)}",
            key=f"{self._key}-front",
            description="Objectives of each film; the front is the line",
        )

    def link_report(self, report: Path) -> None:
        """A link to the report, served by the Prefect server's process: a browser opens no local file from a page."""
        name = f"{self._key}-{self._session.campaign_id}.html"
        shutil.copyfile(report, self._folder / name)
        create_link_artifact(
            f"{self._address}/{name}", link_text="report.html", key=f"{self._key}-report", description=str(report)
        )
