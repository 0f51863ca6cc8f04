"""Everything a running campaign works with, opened once and passed down."""

import contextlib
import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from chemistry.value_file import read_yaml_value
from devices.channel_access import prepare
from devices.lab_file import LabFile, instrument_class
from devices.protocols import MAKE_ROLES
from flows.faults import faults_of_run
from flows.home import CampaignFolder, campaign_folder
from flows.leasing import Leasing
from flows.shelf import shelve
from flows.spec import CampaignSpec, read_campaign
from flows.wanted import wanted_of
from flows.weather import LedgerWeather
from ledger.journal import Journal
from ledger.opening import refuse_unfit_file
from ledger.stock import Stock
from ledger.store import Ledger
from ledger.tables import CampaignRow

if TYPE_CHECKING:
    from devices.lab import Lab  # imports ophyd, which must come after `prepare`
    from flows.control import Control
    from sim.faults.fault_file import FaultFile


LEDGER_PATIENCE_S = 600.0
"""How long a running campaign waits for a ledger that is away; its instruments hold what they have meanwhile."""


@dataclass(frozen=True)
class Session:
    """One campaign at work: what it wants, what is known, what it can move."""

    spec: CampaignSpec
    folder: CampaignFolder
    ledger: Ledger
    lab: "Lab"
    campaign_id: int
    ledger_place: str
    """Path or URL of the ledger, without a password."""
    leasing: Leasing
    """The leases that this process holds: the campaign's own, and those of the stations it is using."""

    def with_policy(self, unknown_steps: str) -> "Session":
        """The same session, under another policy for steps that nobody can tell."""
        return replace(self, spec=self.spec.model_copy(update={"unknown_steps": unknown_steps}))

    @cached_property
    def journal(self) -> Journal:
        """Where its physical steps are written, which take from the stock of its lab."""
        return Journal(self.ledger, self.ledger.lab_of(self.campaign_id))

    @cached_property
    def stock(self) -> Stock:
        """What is left in the containers of its lab."""
        return Stock(self.ledger, self.ledger.lab_of(self.campaign_id))

    @cached_property
    def control(self) -> "Control":
        """What people command of it."""
        from flows.control import Control  # imports bluesky, which the checks of files need not wait for

        return Control(self.ledger, self.campaign_id)


def read_files(campaign_file: Path, *, hardware: bool) -> tuple[CampaignSpec, LabFile]:
    """The campaign and the lab file, checked against each other; nothing is written and nothing moves.

    Raises:
        BadInput: a file cannot be used, the lab lacks an instrument that a plan needs, or the lab is real and real
            hardware was not asked for by name.
    """
    spec = read_campaign(campaign_file)
    lab_path = campaign_file.parent / spec.lab
    if not lab_path.exists():
        raise BadInput(
            f"the lab file `{spec.lab}` does not exist",
            place=str(campaign_file),
            remedy="`lab:` is relative to the campaign file.",
        )
    lab_file = read_lab(lab_path)
    _has_instruments(lab_file, lab_path, wanted_of(spec).roles)
    _has_parts(lab_file, lab_path)
    if not is_simulated(lab_file) and not hardware:
        raise BadInput(
            f"`{lab_file.name}` drives real instruments",
            place=str(lab_path),
            remedy="Say --hardware if that is what you want; simulation is the default.",
        )
    return spec, lab_file


def read_lab(path: Path) -> LabFile:
    """The lab file at `path`, and Channel Access set up for it where it says how."""
    lab_file = read_yaml_value(LabFile, path)
    if lab_file.channel_access is not None:
        prepare(lab_file.channel_access)
    return lab_file


def is_simulated(lab_file: LabFile) -> bool:
    """Whether the lab is the simulated one: its factory lives in `sim`. Anything else moves real matter."""
    return lab_file.factory.startswith("sim.")


def _has_instruments(lab_file: LabFile, place: Path, measuring: Sequence[str]) -> None:
    """A station for each plan; of the measuring instruments only those that an objective needs."""
    for purpose, roles in (("make films", MAKE_ROLES), ("measure films", measuring)):
        if any(set(roles) <= set(station) for station in lab_file.stations.values()):
            continue
        nearest = max(lab_file.stations, key=lambda name: len(set(roles) & set(lab_file.stations[name])))
        missing = sorted(set(roles) - set(lab_file.stations[nearest]))
        raise BadInput(
            f"no station can {purpose}; `{nearest}` comes nearest and lacks {', '.join(missing)}",
            place=str(place),
            remedy=f"One station needs all of {', '.join(roles)}.",
        )


def _has_parts(lab_file: LabFile, place: Path) -> None:
    """What the lab file names can be had: its factory, its instrument classes, and what the simulated lab needs."""
    try:
        _factory(lab_file)
        if is_simulated(lab_file):
            from sim.lab import refuse_unfit

            refuse_unfit(lab_file)
        for station, entries in lab_file.stations.items():
            for role, entry in entries.items():
                instrument_class(entry, f"stations.{station}.{role}")
    except BadInput as error:
        where = f"{place}, {error.place}" if error.place else str(place)
        raise BadInput(error.problem, place=where, problems=error.problems, remedy=error.remedy) from error


def read_faults_for(path: Path | None, lab_file: LabFile) -> "FaultFile | None":
    """The faults that a run of this lab injects; None where no file was given.

    Raises:
        BadInput: the file cannot be used, or faults cannot be injected into this lab from here.
    """
    return None if path is None else faults_of_run(path, lab_file, in_process=is_simulated(lab_file))


def open_lab(lab_file: LabFile, folder: Path, faults: "FaultFile | None" = None) -> "Lab":
    """The lab that the file's factory makes. Only here does it matter whether the lab is simulated."""
    factory = _factory(lab_file)
    return factory(lab_file, folder, faults) if faults is not None and faults.of_lab else factory(lab_file, folder)


def _factory(lab_file: LabFile) -> Callable[..., "Lab"]:
    module, _, name = lab_file.factory.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BadInput(
            f"the lab's factory `{lab_file.factory}` cannot be imported ({error})",
            place="factory",
            remedy="Simulated labs say sim.lab.simulated_lab, real ones devices.epics.epics_lab.",
        ) from error


def open_ledger(folder: CampaignFolder, url: str | None, *, create: bool = True) -> Ledger:
    """The campaign's ledger: the database that was named, else SQLite in its folder."""
    if url is None and create:
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"the campaign's folder cannot be made ({error.strerror})",
                place=str(folder.path),
                remedy="Name another one with --folder.",
            ) from error
    return Ledger.open(url or folder.ledger, create=create)


@contextlib.contextmanager
def open_session(
    campaign_file: Path,
    folder: Path | None,
    ledger_url: str | None,
    *,
    hardware: bool,
    faults_file: Path | None = None,
) -> Iterator[Session]:
    """The session of the campaign's unfinished run, or of a new one where the last is finished.

    What the fault file says goes wrong in the simulated lab and in the ledger.

    Raises:
        LeaseHeld: another process is running this campaign.
    """
    spec, lab_file = read_files(campaign_file, hardware=hardware)
    faults = read_faults_for(faults_file, lab_file)
    place = campaign_folder(spec.name, folder)
    if ledger_url is None:
        refuse_unfit_file(place.ledger, create=True)  # looks and writes nothing
    with contextlib.ExitStack() as open_things:
        # The lab before the ledger: a lab file that cannot be used must leave no campaign behind.
        lab = open_things.enter_context(contextlib.closing(open_lab(lab_file, place.lab, faults)))
        _refuse_faults_of_real(faults, lab, faults_file)
        ledger = open_things.enter_context(contextlib.closing(open_ledger(place, ledger_url)))
        leasing = open_things.enter_context(contextlib.closing(Leasing(ledger)))
        open_things.enter_context(leasing.lease(campaign_lease(spec.name), wait=False))
        ledger.set_lab_clock(lab.clock.now)
        open_things.callback(ledger.set_lab_clock, None)
        ledger.be_patient(LEDGER_PATIENCE_S)
        open_things.callback(ledger.be_patient, 0.0)
        named = without_password(ledger_url) or str(place.ledger)
        campaign_id = _resume_or_begin(ledger, spec, lab_file, faults)
        session = Session(spec, place, ledger, lab, campaign_id, named, leasing)
        shelve(session.stock, spec, lab_file)
        if faults is not None and faults.of_ledger:
            ledger.database.weather = LedgerWeather(faults, place.path, lab.clock.now)
        yield session


def _refuse_faults_of_real(faults: "FaultFile | None", lab: "Lab", faults_file: Path | None) -> None:
    """A lab file may say `simulated:` still, though its instruments are real by now: nothing of theirs is broken."""
    if faults is not None and not lab.simulated:
        raise BadInput(
            f"`{lab.name}` does not say itself that it is simulated, and faults are injected into simulated labs only",
            place=str(faults_file or ""),
            remedy="Leave --faults out; or name the clock of the served lab in the lab file.",
        )


def campaign_lease(name: str) -> str:
    """What the process that runs a campaign leases, beside the stations that it uses."""
    return f"campaign {name}"


def _resume_or_begin(ledger: Ledger, spec: CampaignSpec, lab_file: LabFile, faults: "FaultFile | None") -> int:
    described = spec.model_dump(mode="json")
    unfinished = ledger.unfinished_campaign(spec.name)
    if unfinished is None:
        injected = {} if faults is None else {"faults": faults.model_dump(mode="json")}
        return ledger.begin_campaign(spec.name, described, spec.seed, lab_file.model_dump(mode="json") | injected).id
    _refuse_other_lab(unfinished, lab_file)
    # Read as a campaign file is, so that a key which a newer ionloop knows has its default in the older run too.
    begun_with = CampaignSpec.model_validate(unfinished.spec).model_dump(mode="json")
    if begun_with != described:
        changed = sorted(key for key in described if described[key] != begun_with[key])
        raise BadInput(
            f"run {unfinished.run} of `{spec.name}` is unfinished, and {', '.join(changed)} changed in its file since",
            remedy="Finish it with the file it was begun with, or give the changed campaign another name.",
        )
    return unfinished.id


def _refuse_other_lab(unfinished: CampaignRow, lab_file: LabFile) -> None:
    """An instrument may be replaced and stock refilled in mid-campaign, but it goes on in the lab it began in."""
    for key, now in lab_file.model_dump(mode="json", include={"name", "factory", "simulated"}).items():
        begun_with = (unfinished.lab or {}).get(key, now)
        if begun_with != now:
            raise BadInput(
                f"run {unfinished.run} of `{unfinished.name}` was begun in a lab whose `{key}` is {begun_with}, and "
                f"the lab file now says {now}",
                remedy="Finish it in the lab it was begun in, or give the campaign another name for this one.",
            )


def latest_run(ledger: Ledger, name: str) -> CampaignRow:
    """The latest run of a campaign; raises `BadInput` where there is none."""
    runs = [row for row in ledger.campaigns() if row.name == name]
    if not runs:
        raise BadInput(f"the ledger holds no run of `{name}`", remedy="Run it first: `ionloop run CAMPAIGN.yaml`.")
    return runs[-1]


def without_password(url: str | None) -> str | None:
    """A database URL as it may be shown."""
    return None if url is None else re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)
