"""Everything a running campaign works with, opened once and passed down."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from chemistry.errors import BadInput
from chemistry.wording import LONGEST_PATH, shortened
from devices.lab_file import LabFile
from flows.home import CampaignFolder, campaign_folder
from flows.lab_files import is_simulated, open_lab, read_faults_for, read_files
from flows.leasing import Leasing, campaign_lease, refuse_second_run
from flows.pools import Told, keep_pool, read_pool
from flows.replaying import refuse_empty_replay
from flows.shelf import shelve
from flows.spec import CampaignSpec
from flows.theory.recipes import refuse_made_up
from flows.weather import LedgerWeather
from ledger.errors import NoLedger
from ledger.journal import Journal
from ledger.opening import refuse_unfit_file
from ledger.stock import Stock
from ledger.store import Ledger
from ledger.tables import CalculationRow, CampaignRow, ExperimentRow

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
    tiled_uri: str = ""
    """The catalogue that its documents go to as well; empty for none."""

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


def open_ledger(folder: CampaignFolder, url: str | None, *, create: bool = True) -> Ledger:
    """The campaign's ledger: the database that was named, else SQLite in its folder."""
    if url is not None and not url.strip():
        raise BadInput("--ledger names nothing", remedy="Give a path or a database URL, or leave it out.")
    if url is None:
        try:
            if create:
                folder.path.mkdir(parents=True, exist_ok=True)
            folder.path.exists()  # raises where no folder can have such a name
        except OSError as error:
            raise BadInput(
                f"no campaign can have its folder here ({error.strerror})",
                place=shortened(str(folder.path), LONGEST_PATH),
                remedy="Name another one with --folder.",
            ) from error
    return Ledger.open(folder.ledger if url is None else url, create=create)


@contextlib.contextmanager
def ledger_to_run_in(
    spec: CampaignSpec, campaign_file: Path, folder: CampaignFolder, url: str | None, told: Told = lambda *_: None
) -> Iterator[Ledger]:
    """The ledger that a campaign is about to be run in, with its pool in it; made where there is none.

    `told` hears how far the pool is read, which of many polymers takes a while the first time.

    Raises:
        LeaseHeld: another process is running the campaign.
        BadInput: what the campaign asks for is not there; nothing was written, and no ledger made.
    """
    read = partial(read_pool, spec, campaign_file, told)
    try:
        ledger = open_ledger(folder, url, create=False)
    except NoLedger:
        refuse_empty_replay(None, spec)
        units = read()
        ledger, read = open_ledger(folder, url), lambda: units
    with contextlib.closing(ledger):
        refuse_second_run(ledger, spec.name)
        refuse_empty_replay(ledger, spec)
        keep_pool(ledger, spec, read, told)
        yield ledger


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
        refuse_made_up(spec, lab)
        ledger = open_things.enter_context(ledger_to_run_in(spec, campaign_file, place, ledger_url))
        leasing = open_things.enter_context(contextlib.closing(Leasing(ledger)))
        open_things.enter_context(leasing.lease(campaign_lease(spec.name), wait=False))
        ledger.set_lab_clock(lab.clock.now)
        open_things.callback(ledger.set_lab_clock, None)
        ledger.be_patient(LEDGER_PATIENCE_S)
        open_things.callback(ledger.be_patient, 0.0)
        campaign_id = _resume_or_begin(ledger, spec, lab_file, faults)
        if not is_simulated(lab_file):
            ledger.mark_samples()  # a bench in another process may be that of other ledgers, too
        known_as = shown_ledger(place, ledger_url)
        session = Session(spec, place, ledger, lab, campaign_id, known_as, leasing, lab_file.tiled_uri)
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


def experiment_of(ledger: Ledger, run: CampaignRow, number: int) -> ExperimentRow:
    """An experiment of a run, by its number; raises `BadInput` where there is none."""
    found = next((e for e in ledger.experiments(run.id) if e.number == number), None)
    if found is None:
        problem = f"run {run.run} of `{run.name}` has no experiment {number}"
        raise BadInput(problem, remedy="`ionloop status` with the same file lists them.")
    return found


def calculation_of(ledger: Ledger, run: CampaignRow, number: int) -> CalculationRow:
    """A calculation of a run, by its number; raises `BadInput` where there is none."""
    found = next((row for row in ledger.calculations(run.id) if row.number == number), None)
    if found is None:
        problem = f"run {run.run} of `{run.name}` has no calculation {number}"
        raise BadInput(problem, remedy="`ionloop status` with the same file and --json lists them.")
    return found


def whole_ledger(folder: CampaignFolder, url: str | None) -> str:
    """The database that was named, or the one in the campaign's folder, as anybody may name it from anywhere."""
    if url is None:
        return str(folder.ledger)
    return url if "://" in url else str(Path(url).resolve())


def shown_ledger(folder: CampaignFolder, url: str | None) -> str:
    """The same, without a password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", whole_ledger(folder, url))
