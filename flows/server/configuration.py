"""The configuration of `ionloop serve`, read from its file or made of a campaign file, and checked with what it names.

Nothing is written here, and nothing is started.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from chemistry.errors import BadInput
from chemistry.value_file import placed_in, read_yaml_value
from chemistry.wording import shortened
from devices.lab_file import LabFile
from flows.home import CampaignFolder, campaign_folder
from flows.lab_files import read_files
from flows.screening.grid import grid
from flows.server.serve_spec import USUAL_QUEUES, Queue, ServedCampaign, ServeSpec
from flows.session import whole_ledger
from flows.spec import CampaignSpec


@dataclass(frozen=True)
class Campaign:
    """A campaign that is served, with what its files say and the places of what belongs to it."""

    asked: ServedCampaign
    file: Path
    spec: CampaignSpec
    lab: LabFile
    folder: CampaignFolder
    ledger: str
    """Path or URL of its ledger."""
    queue: str

    @property
    def lab_path(self) -> Path:
        """The lab file."""
        return (self.file.parent / self.spec.lab).resolve()

    @property
    def ledger_url(self) -> str | None:
        """The ledger as commands take it: None where it lies in the folder."""
        return None if self.asked.ledger is None else self.ledger


@dataclass(frozen=True)
class Configuration:
    """What is to be served."""

    spec: ServeSpec
    folder: Path
    """What paths in the file are relative to."""
    campaigns: Mapping[str, Campaign]
    """By name."""

    @property
    def queues(self) -> dict[str, Queue]:
        """Every queue, as it is configured or as it is by itself."""
        usual = dict.fromkeys((*USUAL_QUEUES, *(campaign.queue for campaign in self.campaigns.values())), Queue())
        return {**usual, **self.spec.queues}

    @property
    def dashboard_ledger(self) -> str:
        """Path or URL of the ledger that the dashboard shows."""
        named = self.spec.dashboard.campaign if self.spec.dashboard else None
        return (self.campaigns[named] if named else next(iter(self.campaigns.values()))).ledger

    def path(self, written: str) -> Path:
        """A path as the file has it, from anywhere."""
        return _path(self.folder, written)


def is_configuration(path: Path) -> bool:
    """Whether a file is a configuration; one that cannot be read counts as a campaign file, whose reader says why."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return False
    return isinstance(content, dict) and "campaigns" in content


def read_configuration(path: Path) -> Configuration:
    """The configuration at `path`, with every campaign and lab file that it names.

    Raises:
        BadInput: with every problem, its line and its remedy.
    """
    spec = read_yaml_value(ServeSpec, path)
    folder = path.resolve().parent
    with placed_in(path):
        return _checked(spec, folder)


def configuration_of_campaign(
    campaign_file: Path,
    *,
    cron: str | None,
    time_zone: str,
    folder: Path | None,
    ledger_url: str | None,
    hardware: bool,
    port: int,
) -> Configuration:
    """The short form: one campaign, and the schedule of the command line.

    Raises:
        BadInput: a file or an option cannot be used.
    """
    spec, _ = read_files(campaign_file, hardware=hardware)
    place = campaign_folder(spec.name, folder)
    asked = {
        "file": str(campaign_file.resolve()),
        "folder": str(place.path),
        "ledger": ledger_url and whole_ledger(place, ledger_url),
        "hardware": hardware,
        "schedule": cron,
    }
    from pydantic import ValidationError

    from chemistry.wording import in_words

    try:
        made = ServeSpec.model_validate(
            {"name": spec.name, "server": {"port": port}, "time_zone": time_zone, "campaigns": [asked]}
        )
    except ValidationError as error:
        details = error.errors()[0]
        option = {"schedule": "--cron", "time_zone": "--timezone", "port": "--port"}[str(details["loc"][-1])]
        given = details["input"]
        raise BadInput(f"{given!r} {in_words(details)}", place=option, remedy="Mend the option") from error
    return _checked(made, campaign_file.resolve().parent)


def _checked(spec: ServeSpec, folder: Path) -> Configuration:
    found: dict[str, Campaign] = {}
    for number, asked in enumerate(spec.campaigns):
        campaign = _campaign(asked, folder, number)
        if campaign.spec.name in found:
            raise BadInput(
                f"two campaigns have the name {campaign.spec.name}",
                place=f"campaigns.{number}.file",
                remedy="Give one of them another name in its file.",
            )
        found[campaign.spec.name] = campaign
    _refuse_strangers(spec, found)
    _refuse_missing_tables(spec, folder)
    _refuse_strange_grids(spec)
    if spec.back_up is not None and (there := _path(folder, spec.back_up.folder, "back_up.folder")).is_file():
        raise BadInput(
            f"{there} is a file", place="back_up.folder", remedy="Name a folder; one that is not there is made."
        )
    return Configuration(spec, folder, found)


def _campaign(asked: ServedCampaign, folder: Path, number: int) -> Campaign:
    file = _path(folder, asked.file, f"campaigns.{number}.file")
    if not file.is_file():
        raise BadInput(
            f"there is no campaign file {file}",
            place=f"campaigns.{number}.file",
            remedy="Check the path; it is relative to the configuration file.",
        )
    spec, lab = read_files(file, hardware=asked.hardware)
    kept = _path(folder, asked.folder or f"runs/{spec.name}", f"campaigns.{number}.folder")
    place = campaign_folder(spec.name, kept)
    url = asked.ledger
    if url is not None and "://" not in url:
        url = str(_path(folder, url, f"campaigns.{number}.ledger"))
    return Campaign(asked, file, spec, lab, place, whole_ledger(place, url), asked.queue or _slug(lab.name))


def _path(folder: Path, written: str, key: str = "") -> Path:
    """A path as the file has it, from anywhere; raises `BadInput` where nothing can have such a path."""
    try:
        found = (folder / Path(written).expanduser()).resolve()
        found.exists()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero in it, ~NAME of nobody
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise BadInput(
            f"{shortened(repr(written))} can be no path ({why})",
            place=key,
            remedy="Check it; paths are relative to the configuration file.",
        ) from error
    return found


def _refuse_missing_tables(spec: ServeSpec, folder: Path) -> None:
    """What a screen reads is looked for now, and not at night; a saved model may come later."""
    for number, screen in enumerate(spec.screen):
        for key, written in (("pool", screen.pool), ("table", screen.table)):
            if written is not None and not (file := _path(folder, written, f"screen.{number}.{key}")).is_file():
                raise BadInput(
                    f"there is no file {file}",
                    place=f"screen.{number}.{key}",
                    remedy="Check the path; it is relative to the configuration file.",
                )


def _refuse_strange_grids(spec: ServeSpec) -> None:
    """Salts that nobody knows and numbers that cannot be meant, now and not at night."""
    for number, screen in enumerate(spec.screen):
        try:
            grid(screen.salts, screen.loadings, screen.temperatures)
        except BadInput as error:
            option = error.place.removeprefix("--")
            key = option if option in ("loadings", "temperatures") else "salts"
            raise BadInput(error.problem, place=f"screen.{number}.{key}", remedy=error.remedy) from error


def _slug(name: str) -> str:
    """The name of a lab as that of a queue."""
    return re.sub(r"[^a-z0-9 _-]+", "-", name.lower()).strip("- ")[:60] or "lab"


def _refuse_strangers(spec: ServeSpec, campaigns: Mapping[str, Campaign]) -> None:
    """What is done with a campaign needs one that is served, and a queue somebody who puts something in."""
    named = [(f"retrain.{number}", fit.campaign) for number, fit in enumerate(spec.retrain)]
    named += [(f"validate.{number}", check.campaign) for number, check in enumerate(spec.validate_best)]
    named += [("dashboard", spec.dashboard.campaign)] if spec.dashboard and spec.dashboard.campaign else []
    for place, name in named:
        if name not in campaigns:
            raise BadInput(
                f"no campaign of the name {name} is served",
                place=f"{place}.campaign",
                remedy=f"Served are {', '.join(campaigns)}.",
            )
    if spec.dashboard and spec.dashboard.campaign is None and len({one.ledger for one in campaigns.values()}) > 1:
        raise BadInput(
            "the campaigns have several ledgers, and a dashboard shows one",
            place="dashboard",
            remedy=f"Give them one `ledger`, or say whose: `campaign:` with one of {', '.join(campaigns)}.",
        )
    known = {*USUAL_QUEUES, *(campaign.queue for campaign in campaigns.values())}
    for name in spec.queues:
        if name not in known:
            raise BadInput(
                f"nothing that is served goes through a queue {name}",
                place=f"queues.{name}",
                remedy=f"There are {', '.join(sorted(known))}.",
            )
