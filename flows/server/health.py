"""What the nightly health check looks at: instruments, ledgers, the disk, the back-up. Nothing moves."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cronsim import CronSim

from chemistry.errors import IonloopError
from flows.doctor import look_at
from flows.home import home
from flows.server.back_up import newest_back_up
from flows.server.configuration import Configuration
from flows.server.serve_spec import BackUp, HealthCheck
from ledger.store import Ledger

GB = 1e9
LATE = 2
"""Back-ups that may be missed before it is a problem."""


@dataclass(frozen=True)
class Looked:
    """One thing that was looked at."""

    what: str
    words: str
    is_problem: bool = False
    is_warning: bool = False

    @property
    def state(self) -> str:
        """`problem`, `beware` or `well`."""
        return "problem" if self.is_problem else "beware" if self.is_warning else "well"


def health(configuration: Configuration) -> list[Looked]:
    """Everything that is looked at, with what was found; what cannot be looked at is a problem."""
    asked = configuration.spec.health_check or HealthCheck()
    found: list[Looked] = []
    labs = dict.fromkeys(campaign.lab_path for campaign in configuration.campaigns.values())
    for path in labs:
        found += _lab(path, asked.patience)
    ledgers = dict.fromkeys(campaign.ledger for campaign in configuration.campaigns.values())
    found += [_ledger(place) for place in ledgers]
    folders = [campaign.folder.path for campaign in configuration.campaigns.values()]
    found += list(_disks([home(), *folders], asked.free_disk_GB))
    if configuration.spec.back_up is not None:
        found.append(_age_of_back_up(configuration, configuration.spec.back_up))
    return found


def _lab(path: Path, patience_s: float) -> Iterator[Looked]:
    try:
        looked = look_at(path, patience_s)
    except IonloopError as error:
        yield Looked(f"lab {path.stem}", str(error), is_problem=True)
        return
    for problem in looked.problems:
        yield Looked(f"lab {looked.lab.name}", problem, is_problem=True)
    for warning in looked.warnings:
        yield Looked(f"lab {looked.lab.name}", warning, is_warning=True)
    if not looked.problems:
        yield Looked(f"lab {looked.lab.name}", f"all {len(looked.findings)} instruments answer")


def _ledger(place: str) -> Looked:
    shown = place.rpartition("@")[2]
    try:
        with Ledger.open(place, create=False) as ledger:
            return Looked(f"ledger {shown}", f"{ledger.last_event()} events")
    except IonloopError as error:
        return Looked(f"ledger {shown}", str(error), is_problem=True)


def _disks(folders: list[Path], least_GB: float) -> Iterator[Looked]:
    """Free space where something is written; folders of one disk once."""
    seen: set[int] = set()
    for folder in folders:
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free_GB = shutil.disk_usage(there).free / GB
        yield Looked(f"disk of {there}", f"{free_GB:.1f} GB are free", is_problem=free_GB < least_GB)


def _age_of_back_up(configuration: Configuration, asked: BackUp) -> Looked:
    newest = newest_back_up(configuration.path(asked.folder))
    if newest is None:
        return Looked("back-up", "there is none yet", is_warning=True)
    age = datetime.now(UTC) - newest.made_at
    told = f"{newest.folder.name} is {age.total_seconds() / 3600:.0f} h old"
    if asked.schedule is None:
        return Looked("back-up", told)
    return Looked("back-up", told, is_problem=age > LATE * _longest_gap(asked.schedule))


def _longest_gap(cron: str) -> timedelta:
    """Between two runs of a schedule, of the next ten."""
    times = CronSim(cron, datetime.now(UTC))
    return max(after - before for before, after in pairwise([next(times) for _ in range(10)]))
