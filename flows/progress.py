"""The live display of a running campaign: experiments, best so far, instruments, lab time."""

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows.report.words import axis_title
from flows.session import Session
from flows.standing import Standing, standing
from ledger.kinds import CalculationState, ExperimentState

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

REFRESH_S = 0.5
PLAIN_S = 5.0
"""Where the output is no terminal, a line is printed this often if anything has changed."""


@contextlib.contextmanager
def show_progress(session: Session, console: "Console", address: str) -> Iterator[None]:
    """Show how the campaign goes for as long as the block lasts."""
    ended = threading.Event()
    display = _live if console.is_terminal else _lines
    thread = threading.Thread(target=display, args=(session, console, address, ended), name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class _Latest:
    """How a campaign stands, worked out anew only when an experiment has begun or ended."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ended: list[bool] | None = None
        first = session.ledger.events(session.campaign_id)[:1]
        self.began_s = first[0].lab_time_s or 0.0 if first else 0.0
        self.renew()

    def renew(self) -> None:
        """Look again."""
        ledger, campaign_id = self._session.ledger, self._session.campaign_id
        self.experiments = ledger.experiments(campaign_id)
        ended = [ExperimentState(experiment.state).final for experiment in self.experiments]
        ended += [CalculationState(row.state).final for row in ledger.calculations(campaign_id)]
        if ended != self._ended:
            self._ended = ended
            self.standing = standing(ledger, campaign_id, self._session.spec)


def _live(session: Session, console: "Console", address: str, ended: threading.Event) -> None:
    from rich.live import Live

    latest = _Latest(session)
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        while not ended.wait(REFRESH_S):
            latest.renew()
            live.update(_panel(session, latest, address))


def _lines(session: Session, console: "Console", address: str, ended: threading.Event) -> None:
    said = ""
    latest = _Latest(session)
    while not ended.wait(PLAIN_S):
        latest.renew()
        now = latest.standing
        line = f"{_counts(now)}; {_best_line(now)}"
        if line != said:
            console.print(f"[{_lab_time(session, latest)}] {line}")
            said = line


def _panel(session: Session, latest: _Latest, address: str) -> "RenderableType":
    from rich.console import Group
    from rich.panel import Panel
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    now = latest.standing
    head = Table.grid(padding=(0, 2))
    done = len(now.results) + len(now.without_result)
    head.add_row(
        Text(session.spec.name, "bold"),
        ProgressBar(now.budget, done, width=40),
        _counts(now),
        f"lab time {_lab_time(session, latest)}",
    )
    stations = Table.grid(padding=(0, 2))
    for station, doing in session.lab.status().items():
        stations.add_row(Text(station, "cyan"), doing)
    flying = Table.grid(padding=(0, 2))
    for experiment in latest.experiments:
        if not ExperimentState(experiment.state).final:
            number, state = Text(str(experiment.number), "bold"), Text(experiment.state, "dim")
            flying.add_row(number, experiment.formulation.label, state)
    best, page = Text(_best_line(now), "green"), Text(f"Prefect UI: {address}", "dim")
    return Panel(
        Group(head, "", flying, "", stations, "", best, page),
        title="ionloop",
        title_align="left",
    )


def _counts(now: Standing) -> str:
    ended = f"{len(now.results)} with a result, {len(now.without_result)} without"
    theory = f", {now.calculated} calculation{'' if now.calculated == 1 else 's'}" if now.calculated else ""
    return f"{now.tried} of {now.budget} experiments begun, {ended}{theory}"


def _best_line(now: Standing) -> str:
    if not now.best:
        return "no film holds the limits yet" if now.results else "no result yet"
    best = now.best[0]
    values = ", ".join(f"{axis_title(o)} {v:.2f}" for o, v in zip(now.objectives, best.values, strict=True))
    front = f"front of {len(now.best)}, " if len(now.objectives) > 1 else ""
    return f"{front}best so far: {best.formulation.label} ({values})"


def _lab_time(session: Session, latest: _Latest) -> str:
    """Since the campaign began; the lab may have served others before."""
    hours = (session.lab.clock.now() - latest.began_s) / 3600
    return f"{hours / 24:.1f} d" if hours >= 48 else f"{hours:.1f} h"
