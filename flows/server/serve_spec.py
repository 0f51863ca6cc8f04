"""The configuration file of `ionloop serve` as a frozen value: the server, and everything that it serves."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chemistry.errors import WrongKeys
from chemistry.quantity_fields import in_unit
from chemistry.value import Value
from flows.server.alert_spec import Alerts
from flows.server.prefect_server import LOOPBACK
from flows.server.schedule_spec import Cron, TimeZone
from models.campaign_models import names

_NAME = r"^[a-z0-9][a-z0-9 _-]{0,60}$"
Name = Annotated[str, Field(pattern=_NAME)]
THEORY, HOUSE, ALERTS = "theory", "house", "alerts"
"""Queues for what computes and moves nothing, for what must be done on the machine of the server, and for alerts, which
wait for nothing else."""
USUAL_QUEUES = (THEORY, HOUSE, ALERTS)


def _not_reserved(name: str) -> str:
    if name in USUAL_QUEUES:
        raise ValueError("is the queue of jobs that move nothing; name the instruments, such as synthesis")
    return name


def _known_model(name: str) -> str:
    if name not in names():
        raise ValueError(f"is no model; known are {', '.join(names())}")
    return name


Model = Annotated[str, AfterValidator(_known_model)]


class Server(Value):
    """The Prefect server."""

    port: int = Field(default=4200, ge=1, le=65535)
    host: str = Field(default=LOOPBACK, pattern=r"^[0-9A-Za-z.:-]+$")
    """Address that it listens at. Any but loopback wants a password in `PREFECT_SERVER_API_AUTH_STRING`."""
    database: str | None = Field(default=None, pattern=r"^postgresql://\S+$")
    """PostgreSQL for Prefect's own records, `postgresql://USER@HOST/NAME`; SQLite in `IONLOOP_HOME` where left out.
    The password belongs into `PGPASSWORD`, or into the file of passwords of that user, and not here."""


class Dashboard(Value):
    """Pages and REST interface over one ledger, for people who sign in (`ionloop people`)."""

    campaign: str | None = None
    """Whose ledger it shows; that of all campaigns where left out."""
    port: int = Field(default=4280, ge=1, le=65535)
    host: str = Field(default=LOOPBACK, pattern=r"^[0-9A-Za-z.:-]+$")
    """Address that it listens at. Any but loopback wants an account, and TLS in front."""
    proxy: str = Field(default="", pattern=r"^[0-9A-Za-z.:,-]*$")
    """Address of the TLS proxy in front, which is believed when it says who asks."""


class Queue(Value):
    """A work queue: what its deployments start runs through, on whichever machine takes from it."""

    at_once: int = Field(default=1, ge=1, le=1000)
    """Runs of it at once, on all machines."""
    here: bool = True
    """Whether this process takes from it; a worker on another machine does otherwise."""


class Served(Value):
    """What all that is served has."""

    schedule: Cron | None = None
    """When it runs by itself; never where left out, only by the button *Run*."""
    time_zone: TimeZone | None = None
    """Of the schedule; that of the whole file where left out."""


class ServedCampaign(Served):
    """A campaign that is begun, or goes on, when its schedule says so."""

    file: str
    """The campaign file, relative to this one."""
    folder: str | None = None
    """Where ledger, lab record and report go; `runs/NAME` beside this file where left out."""
    ledger: str | None = None
    """Path or URL of a database for the ledger, in place of SQLite in the folder."""
    hardware: bool = False
    """Whether its lab file may drive real instruments."""
    queue: Annotated[Name, AfterValidator(_not_reserved)] | None = None
    """The queue of its station, or bench; that of its lab's name where left out. Campaigns of one queue take turns."""
    resumes: bool = True
    """Whether a run that was cut off goes on by itself once this is served again."""
    form: bool = False
    """Whether a form of the Prefect UI begins further campaigns like it: at its bench, with a file of their own."""


class Retrain(Served):
    """A model of a campaign fitted anew as a version, and put to the test against the champion."""

    campaign: str
    """Name of one of the campaigns that are served."""
    model: Model = "gaussian_process"


class Validate(Served):
    """Theory asked about the best films of a campaign; answers are kept in its ledger."""

    campaign: str
    recipe: Literal["redox_window", "chains", "twin", "twin_window"] = "redox_window"
    best: int = Field(default=3, ge=1, le=100)


class Screen(Served):
    """A pool of polymers ranked by a model; see `ionloop screen`."""

    name: Name
    pool: str
    """CSV file of repeat units; this and the other paths are relative to this file."""
    salts: str
    loadings: str
    temperatures: str
    table: str | None = None
    """A table to learn from; or `fitted`, a model that was saved."""
    fitted: str | None = None
    model: Model = "average"
    top: int = Field(default=100, ge=1, le=100_000)
    out: str
    """CSV file of the ranking; each run writes it anew."""

    @model_validator(mode="after")
    def _learnt_once(self) -> Self:
        if (self.table is None) == (self.fitted is None):
            raise ValueError("a model is learnt from a table, or loaded; give either `table` or `fitted`")
        return self


class HealthCheck(Served):
    """Every instrument, every ledger, the disk, and the age of the back-up looked at; nothing moves."""

    schedule: Cron | None = "0 5 * * *"
    patience: Annotated[float, in_unit("s"), Field(gt=0, le=3600)] = 10.0
    """How long instruments may take to answer, all together."""
    free_disk_GB: float = Field(default=2.0, ge=0)
    """Less free space than this is a problem."""


class BackUp(Served):
    """Consistent copies of every ledger and of Prefect's records, made while both are in use."""

    schedule: Cron | None = "30 5 * * *"
    folder: str
    """Where each back-up gets a folder of its own; on another disk, better still on another machine."""
    keep: int = Field(default=14, ge=1, le=10_000)
    """Back-ups; older ones are removed."""


class ServeSpec(Value):
    """Everything that one `ionloop serve` brings up."""

    name: Name = "ionloop"
    """Of the work pool, for whoever starts a worker elsewhere."""
    server: Server = Server()
    time_zone: TimeZone = "UTC"
    at_once: int | None = Field(default=None, ge=1, le=1000)
    """Runs at once, of all queues together."""
    queues: dict[Name, Queue] = Field(default_factory=dict)
    """Queues that are other than usual; `theory`, `house` and `alerts` are there always, and one for each lab."""
    campaigns: tuple[ServedCampaign, ...] = Field(min_length=1)
    retrain: tuple[Retrain, ...] = ()
    validate_best: tuple[Validate, ...] = Field(default=(), alias="validate")
    screen: tuple[Screen, ...] = ()
    health_check: HealthCheck | None = None
    back_up: BackUp | None = None
    alerts: Alerts | None = None
    dashboard: Dashboard | None = None

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if self.dashboard is not None and self.dashboard.port == self.server.port:
            raise WrongKeys(("dashboard.port", f"{self.dashboard.port} is the port of the Prefect server"))
        _refuse_twice("campaigns", "file", (campaign.file for campaign in self.campaigns))
        _refuse_twice("screen", "name", (screen.name for screen in self.screen))
        jobs = ((job.campaign, job.model) for job in self.retrain)
        _refuse_twice("retrain", "model", (f"{model} of {campaign}" for campaign, model in jobs))
        checks = ((job.campaign, job.recipe) for job in self.validate_best)
        _refuse_twice("validate", "recipe", (f"{recipe} of {campaign}" for campaign, recipe in checks))
        return self


def _refuse_twice(entries: str, key: str, found: Iterable[str]) -> None:
    told = list(found)
    twice = [value for value, count in Counter(told).items() if count > 1]
    if twice:
        last = len(told) - 1 - told[::-1].index(twice[0])
        raise WrongKeys((f"{entries}.{last}.{key}", f"{twice[0]} is served twice"))
