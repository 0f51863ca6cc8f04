"""Heavy models fitted beside the instruments, in a process of their own, while the campaign goes on.

The process reads the ledger and adds one version at its end, in one transaction: killed before, it leaves nothing. It
holds no lease, no instrument and no clock. One is at work at a time. It ends with the campaign's own process, however
that ends, for it listens whether that is still there.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from flows.session import Session
from ledger.kinds import ExperimentState

LAST_WORDS = 300
"""Characters of a failed fit's last line that the ledger keeps."""
END_S = 5.0
"""Wall time that a fit which is told to end may take to do so."""


class Retraining:
    """The fits of a campaign's `learning.beside`, begun after results and looked after between them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._process: subprocess.Popen[str] | None = None
        self._name = ""
        self._tried: dict[str, tuple[int, int]] = {}
        """Results, and drifts, there were when a fit of each model was last begun: one that failed waits its turn."""

    def look(self) -> None:
        """After a result: note what has ended, and begin what is due. Never waits."""
        self._note_end()
        if self._process is None:
            name = self._due()
            if name:
                self._begin(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what is under way: `ionloop models fit` does it again."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
            self._process.kill()
            self._process.wait()
            self._close()

    @property
    def process_id(self) -> int | None:
        """Of the fit that is under way."""
        return None if self._process is None else self._process.pid

    def _due(self) -> str:
        """The model whose next fit is due: after `every` results, or after a drift began; empty where none is."""
        ledger, campaign_id = self._session.ledger, self._session.campaign_id
        learning = self._session.spec.learning
        if not learning.beside:
            return ""
        closed = [e.closed_event or 0 for e in ledger.experiments(campaign_id, states=[ExperimentState.OBSERVED])]
        versions = ledger.model_versions(campaign_id)
        drift = max((event.number for event in ledger.drifting(campaign_id).values()), default=0)
        for name in learning.beside:
            last = max((version.training_event for version in versions if version.name == name), default=0)
            new = sum(event > last for event in closed)
            at, before = self._tried.get(name, (-learning.every, 0))
            tried_lately = len(closed) - at < learning.every and drift <= before
            if not tried_lately and (new >= learning.every or (new and drift > last)):
                self._tried[name] = (len(closed), drift)
                return name
        return ""

    @property
    def _log(self) -> Path:
        return self._session.folder.path / f"fit_{self._name}.log"

    def _begin(self, name: str) -> None:
        ledger = self._session.ledger
        order = {
            "ledger": ledger.database.engine.url.render_as_string(hide_password=False),
            "campaign_id": self._session.campaign_id,
            "model": name,
            "event": ledger.last_event(),
        }
        self._name = name
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.retrain"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                text=True,
                start_new_session=True,  # an interrupt from the terminal is the campaign's, which then ends this
                env={**os.environ, "OMP_NUM_THREADS": "1"},  # a second would be taken from the instruments' process
            )
        with suppress(BrokenPipeError):  # it died at once: the next look says so
            # Not as an argument: the address may hold a password. The pipe stays open: its end is the campaign's.
            print(json.dumps(order), file=self._process.stdin, flush=True)

    def _note_end(self) -> None:
        if self._process is None or self._process.poll() is None:
            return
        status = self._process.returncode
        if status:
            why = f"its process was killed (signal {-status})" if status < 0 else self._last_words()
            self._session.ledger.model_fit_failed(self._session.campaign_id, self._name, why)
        self._close()

    def _last_words(self) -> str:
        lines = [line.strip() for line in self._log.read_text(encoding="utf-8").splitlines() if line.strip()]
        return lines[-1][-LAST_WORDS:] if lines else "it said nothing"

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process = None
