"""One ledger, one laboratory and the controller between them, of which something is killed; and what was lost by it."""

import contextlib
import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from chemistry.errors import BadInput
from ledger.errors import LedgerError
from ledger.journal import Journal
from ledger.store import Ledger
from ledger.tables import PhysicalStepRow
from tests.flows.small_campaign import ROOT, Place, write_campaign
from tests.recipe import beyond_the_recipe, consuming_done
from tests.served import ServedLab

EXPERIMENTS, BATCH = 5, 2
AT_WORK = ("suggested", "step intended", "measured", "observed", "model fitted")
"""Kinds of event that a controller writes when it is at work again."""
LOOK_S = 0.01
LOOK_FOR_WORK_S = 0.3
Running = Callable[..., contextlib.AbstractContextManager[Any]]
"""Begins a campaign, given more words for the command; its process is as of `subprocess.Popen`."""
MOST_REFUSALS = 50
"""A run that begins while the database is away is refused; one that always is has another cause."""


class KilledBench:
    """Campaigns that follow one another in one ledger and on one bench, whatever is killed meanwhile."""

    def __init__(
        self,
        folder: Path,
        lab: str,
        ledger_url: str | None = None,
        *,
        experiments: int = EXPERIMENTS,
        batch: int = BATCH,
        running: "Running | None" = None,
        stock_mg: float | None = None,
        **more: Any,
    ) -> None:
        """`lab`: `epics` is served by a process of its own, `simulated` lives in the controller's.

        Each campaign has so many experiments, and is begun by `running`, `ionloop run` where left out;
        `more` replaces keys of its file. `stock_mg` is
        what stands on the lab's shelf of every component, mg; None: what the example has.
        """
        self.place = Place(folder, folder / "home")
        self.served = ServedLab(folder / "served", stock_mg=stock_mg) if lab == "epics" else None
        self._running = running or self.place.running
        options = {"lab": str(self.served.file)} if self.served else {}
        write_campaign(folder, experiments=experiments, batch=batch, start=3, **options, **more)
        if self.served is None and stock_mg is not None:
            lab_file = folder / "simulated_lab.yaml"
            content = yaml.safe_load(lab_file.read_text()) | {"stock": {"default": stock_mg}}
            lab_file.write_text(yaml.safe_dump(content))
        self._words = (*(("--hardware",) if self.served else ()), *(("--ledger", ledger_url) if ledger_url else ()))
        self._ledger_at = ledger_url or self.place.ledger
        self._back: list[datetime] = []
        self._seen = 0
        """The last event that was looked at for work."""
        self._kept: set[str] = set()
        self.lost = 0
        self.gave_up: Counter[str] = Counter()
        """Why runs ended by themselves and unfinished, in their own words; the next one goes on."""

    def kill_at(self, point: str, side: str) -> None:
        """Run, one campaign after the other, until the controller kills itself at a point."""
        program = (str(ROOT / "tests/flows/killed_run.py"), f"{side} {point}", "1")
        while True:
            self._back.append(datetime.now(UTC))
            with self.place.running(*self._words, program=program) as process:
                process.wait(timeout=300)
                if self._killed(process):
                    return

    def strike(
        self,
        goes_on: Callable[[], bool],
        pause_s: "Callable[[subprocess.Popen[str]], float]",
        blow: Callable[["subprocess.Popen[str]"], None],
    ) -> None:
        """Strike again and again, each time after a while, while a campaign runs; when one has ended the next begins.

        `pause_s` says how long it goes on before it is struck, and may itself wait for something. `blow` gets the
        controller's process, and returns when what it struck is there again, but for the controller.
        """
        while goes_on():
            self._back.append(datetime.now(UTC))
            with self._running(*self._words) as process:
                while goes_on() and _runs_on(process, pause_s(process)):
                    blow(process)
                    self._note_films()
                    if _runs_on(process, 0.0):
                        self._back.append(datetime.now(UTC))
                if not _runs_on(process, 0.0):
                    self._killed(process)

    def wait_for_work(self, process: "subprocess.Popen[str]") -> None:
        """Return once the controller that was started last is at work again, or has ended."""
        while _runs_on(process, LOOK_FOR_WORK_S):
            with contextlib.suppress(LedgerError, BadInput), self._ledger() as ledger:
                events = ledger.events(after=self._seen)
                if any(event.kind in AT_WORK and event.wall_time > self._back[-1] for event in events):
                    self._seen = events[-1].number
                    return

    def finish(self) -> None:
        """Let the last campaign come to its end."""
        while True:
            with self._running(*self._words) as process:
                process.wait(timeout=600)
                if not self._killed(process) and process.returncode == 0:
                    return

    def recoveries_s(self) -> list[float]:
        """Wall time from every start of a controller, or end of an outage, to the first new event of work after it."""
        with self._ledger() as ledger:
            work = [event.wall_time for event in ledger.events() if event.kind in AT_WORK]
        found: list[float] = []
        for back, following in zip(self._back, [*self._back[1:], datetime.max.replace(tzinfo=UTC)], strict=True):
            first = next((moment for moment in work if moment > back), None)
            if first is not None and first < following:
                found.append((first - back).total_seconds())
        return found

    @property
    def results(self) -> int:
        """How many films the ledger holds."""
        return len(self._kept)

    @property
    def record(self) -> Path:
        """The lab's own file."""
        return self.served.record if self.served else self.place.lab

    def compare(self) -> dict[str, int]:
        """The lab's own record against the ledger."""
        done = consuming_done(self.record)
        with self._ledger() as ledger:
            beyond = beyond_the_recipe(self.record, ledger).total()
            steps = list(_consuming_steps(ledger))
            states = Counter(row.state for row in ledger.campaigns())
            experiments = [e for row in ledger.campaigns() for e in ledger.experiments(row.id)]
        told_done = {s.order_id for s in steps if s.state in ("confirmed", "done_by_evidence")}
        return {
            "consuming_steps": len(done),
            "consuming_steps_beyond_the_recipe": beyond,
            "steps_that_ledger_and_lab_tell_differently": len(told_done ^ {a.order_id for a in done}),
            "steps_settled_by_evidence": sum(s.state in ("done_by_evidence", "never_started") for s in steps),
            "steps_unknown": sum(s.state == "unknown" for s in steps),
            "steps_failed": sum(s.state == "failed" for s in steps),
            "experiments": len(experiments),
            "experiments_called_off": sum(e.state == "cancelled" for e in experiments),
            "campaigns_finished": states["finished"],
            "campaigns_unfinished": sum(count for state, count in states.items() if state != "finished"),
        }

    def _killed(self, process: "subprocess.Popen[str]") -> bool:
        """Book how a run ended; says whether it was killed."""
        out, err = process.communicate()
        self._note_films()
        if process.returncode == -signal.SIGKILL:
            return True
        if process.returncode == 2 and self.gave_up.total() > MOST_REFUSALS:
            raise SystemExit(f"no run is taken any more: {err}")
        if process.returncode != 0 or json.loads(out).get("state", "finished") != "finished":
            self.gave_up[" ".join((err or out).split())[-300:]] += 1
        return False

    def _note_films(self) -> None:
        if not isinstance(self._ledger_at, Path) or self._ledger_at.exists():
            with self._ledger() as ledger:
                now = {film.film_id for film in ledger.films()}
            self.lost += len(self._kept - now)
            self._kept = now

    @contextlib.contextmanager
    def _ledger(self) -> Iterator[Ledger]:
        with contextlib.closing(Ledger.open(self._ledger_at)) as ledger:
            yield ledger


def _runs_on(process: "subprocess.Popen[str]", seconds: float) -> bool:
    """Whether a process still runs after so long; told at once where it ends before."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(LOOK_S)
    return process.poll() is None


def _consuming_steps(ledger: Ledger) -> Iterator[PhysicalStepRow]:
    journal = Journal(ledger)
    for campaign in ledger.campaigns():
        for experiment in ledger.experiments(campaign.id):
            for sample in ledger.samples(experiment.id):
                yield from (step for step in journal.steps(sample.id) if step.consuming)
