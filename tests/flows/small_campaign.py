"""The example campaign made short, and the command run on it in a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PATIENCE_S = 240
"""No process of these tests takes so long, however busy the machine is."""


@dataclass(frozen=True)
class Place:
    """A campaign file in a folder, where its run goes, and the home of the Prefect server."""

    folder: Path
    home: Path

    @property
    def file(self) -> Path:
        return self.folder / "campaign.yaml"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def ledger(self) -> Path:
        return self.run / "ledger.sqlite"

    @property
    def lab(self) -> Path:
        return self.run / "lab" / "lab.sqlite"

    @contextlib.contextmanager
    def running(
        self, *more: str, program: tuple[str, ...] = ("-m", "flows.cli.main")
    ) -> Iterator["subprocess.Popen[str]"]:
        """`ionloop run` of the campaign, begun; killed where the block ends before it does."""
        words = ("run", str(self.file), "--folder", str(self.run), "--json", *more)
        with subprocess.Popen(
            [sys.executable, *program, *words],
            env=environment(self.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def finish(self, *more: str) -> dict[str, Any]:
        """`ionloop run` of the campaign to its end; what it printed."""
        with self.running(*more) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        assert not err
        return json.loads(out)


def environment(home: Path) -> dict[str, str]:
    """The environment of a process whose Prefect server lives in `home`."""
    return {**os.environ, "IONLOOP_HOME": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def write_campaign(folder: Path, *, experiments: int, batch: int, start: int, **more: Any) -> Path:
    """The example with fewer experiments and temperatures, and the model asked after `start`; `more` replaces keys."""
    content = yaml.safe_load((EXAMPLES / "peo_salts.yaml").read_text())
    content["budget"] = {"experiments": experiments, "batch": batch}
    content["measure"]["temperatures"] = ["30 °C", "60 °C", "80 °C"]
    content["planner"]["start"] = start
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "simulated_lab.yaml").write_text((EXAMPLES / "simulated_lab.yaml").read_text())
    file = folder / "campaign.yaml"
    file.write_text(yaml.safe_dump({**content, **more}, sort_keys=False, allow_unicode=True))
    return file


def run_here(place: Place) -> None:
    """The campaign in this process and without Prefect: the loop itself, as the forecast drives it."""
    from flows.crew import Crew, Work
    from flows.learn import learn_from
    from flows.loop import run_loop
    from flows.session import open_session
    from ledger.kinds import CampaignState

    with open_session(place.file, place.run, None, hardware=False) as session:

        def learn(work: Work) -> None:
            learn_from(session, work)

        with Crew(session) as crew:
            run_loop(session, crew, learn)
        session.ledger.set_campaign_state(session.campaign_id, CampaignState.FINISHED)
