"""What a person sees of a campaign in the Prefect UI: progress, the table of the best, the front, the report."""

import shutil
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.home import home
from flows.report.front_picture import draw_front
from flows.session import Session
from flows.standing import Standing, best_table, standing


class ShopWindow:
    """The artifacts of one flow run, renewed after each result."""

    def __init__(self, session: Session, dashboard: str) -> None:
        self._session = session
        self._key = session.spec.name.replace("_", "-")
        self._address = f"{dashboard}/reports"
        self._folder = home() / "reports"
        self._folder.mkdir(exist_ok=True)
        created = create_progress_artifact(0.0, key=f"{self._key}-progress", description=session.spec.question)
        self._progress = cast(UUID, created)  # in a synchronous flow Prefect has waited for it

    def renew(self) -> None:
        """Publish how the campaign stands now."""
        now = standing(self._session.ledger, self._session.campaign_id, self._session.spec)
        done = len(now.results) + len(now.without_result)
        update_progress_artifact(self._progress, 100.0 * done / now.budget)
        if now.results:
            create_table_artifact(
                best_table(now), key=f"{self._key}-best", description="The front, best conductor first"
            )
            self._publish_front(now)

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
