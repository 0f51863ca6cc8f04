"""The HTTP API of an Opentrons robot, as far as a dose needs it.

API version 4 (`robot_server/versioning.py`: robot software 6.3 and later; the header asks for it), with the commands of
robot software 7.1 and later. Paths, bodies and errors are those of `robot_server/runs/router/*.py`,
`runs/run_models.py`, `errors/error_responses.py` and `opentrons/protocol_engine/commands` in Opentrons/opentrons.
"""

from datetime import datetime
from typing import Any, Literal, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from devices.errors import InstrumentError

VERSION = "4"
PAGE = 10_000
"""More commands than any dose has."""
OVER = frozenset({"succeeded", "failed", "stopped"})
"""Statuses of a run from which it never goes on."""
RECOVERING = "awaiting-recovery"
"""How the statuses begin with which a Flex asks a person what to do about a command that failed."""


class RobotSilent(InstrumentError):
    """No answer, or half of one: nobody knows whether the request arrived."""


class RobotRefused(InstrumentError):
    """An answer that says no. `status` is the HTTP status, `problems` the ids of the errors."""

    status = 0
    problems: tuple[str, ...] = ()


class Fault(BaseModel):
    """An error of a command or a run, in the robot's own words."""

    errorType: str
    detail: str
    errorCode: str = ""

    @property
    def words(self) -> str:
        """For a person."""
        code = f" {self.errorCode}" if self.errorCode else ""
        return f"{self.errorType}{code}: {self.detail}"


class Action(BaseModel):
    """What somebody told a run to do."""

    actionType: str


class Run(BaseModel):
    """One run, current or past."""

    id: str
    ok: bool = True
    """False where the robot lost its data, as when its power failed in the middle."""
    status: str
    current: bool
    actions: list[Action]
    errors: list[Fault]
    protocolId: str | None = None

    @property
    def played(self) -> bool:
        """Whether anybody ever started it."""
        return any(action.actionType == "play" for action in self.actions)

    @property
    def over(self) -> bool:
        """Whether it can never go on."""
        return self.status in OVER or not self.current


class Command(BaseModel):
    """One command of a run."""

    key: str
    commandType: str
    status: Literal["queued", "running", "succeeded", "failed"]
    startedAt: datetime | None = None
    error: Fault | None = None


class Health(BaseModel):
    """Who the robot is."""

    name: str
    robot_model: str
    api_version: str
    robot_serial: str | None = None


class Attached(BaseModel):
    """A pipette, or something else on a mount."""

    mount: str = ""
    instrumentType: str = ""
    instrumentName: str = ""
    ok: bool = True


Answer = TypeVar("Answer", bound=BaseModel)


class OpentronsRobot:
    """Asks and tells; every call ends within its limit. Calls may come from any thread."""

    def __init__(self, address: str, limit_s: float, glance_s: float = 1.0) -> None:
        """`limit_s` bounds what changes something, `glance_s` what is asked again and again."""
        self.address, self._limit_s, self._glance_s = address, limit_s, min(glance_s, limit_s)
        # A connection is never used twice: one that the robot had closed meanwhile breaks at the next request, and
        # nobody could tell whether that request arrived. No proxy of the environment stands between.
        limits = httpx.Limits(max_keepalive_connections=0)
        headers = {"opentrons-version": VERSION}
        self._client = httpx.Client(base_url=address, headers=headers, limits=limits, trust_env=False)

    def close(self) -> None:
        """Let go."""
        self._client.close()

    def health(self) -> Health:
        """Who it is."""
        return self._read(Health, self._ask("ask who it is", "GET", "/health"), "ask who it is")

    def attached(self) -> list[Attached]:
        """What is on its mounts."""
        step = "ask for its pipettes"
        return [self._read(Attached, entry, step) for entry in self._data(self._ask(step, "GET", "/instruments"), step)]

    def runs(self) -> list[Run]:
        """Every run that it remembers, oldest first: 20 by default, older ones are deleted for new ones."""
        step = "list its runs"
        return [self._read(Run, entry, step) for entry in self._data(self._ask(step, "GET", "/runs"), step)]

    def run(self, run_id: str) -> Run:
        """One run."""
        step = "say how the run stands"
        return self._read(Run, self._data(self._ask(step, "GET", f"/runs/{run_id}", quick=True), step), step)

    def commands(self, run_id: str) -> list[Command]:
        """Every command of a run, in order."""
        step = "list the commands of the run"
        page = {"cursor": 0, "pageLength": PAGE}
        answer = self._ask(step, "GET", f"/runs/{run_id}/commands", parameters=page)
        return [self._read(Command, entry, step) for entry in self._data(answer, step)]

    def create_run(self, offsets: list[dict[str, Any]]) -> Run:
        """A new run without a protocol, with the offsets of its labware; becomes the current one. Moves nothing."""
        step, body = "create a run", {"data": {"labwareOffsets": offsets}}
        return self._read(Run, self._data(self._ask(step, "POST", "/runs", body), step), step)

    def enqueue(self, run_id: str, command: dict[str, Any]) -> Command:
        """Add a command to the end of a run's queue."""
        step = f"take the command {command['commandType']}"
        answer = self._ask(step, "POST", f"/runs/{run_id}/commands", {"data": command})
        return self._read(Command, self._data(answer, step), step)

    def act(self, run_id: str, action: Literal["play", "stop"]) -> None:
        """Start a run, or end it."""
        self._ask(f"{action} the run", "POST", f"/runs/{run_id}/actions", {"data": {"actionType": action}})

    def discard(self, run_id: str) -> None:
        """Make an idle or ended run a past one: from then on nobody can play it, and its record is on the disk."""
        self._ask("put the run away", "PATCH", f"/runs/{run_id}", {"data": {"current": False}})

    def _ask(
        self,
        step: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        parameters: dict[str, int] | None = None,
        quick: bool = False,
    ) -> Any:
        limit_s = self._glance_s if quick else self._limit_s
        try:
            answer = self._client.request(method, path, json=body, params=parameters, timeout=limit_s)
        except httpx.HTTPError as silent:
            raise self._silent(step, silent, limit_s) from silent
        try:
            content = answer.json() if answer.content else {}
        except ValueError as broken:
            words = f"it answered with no JSON (status {answer.status_code}): is it an Opentrons robot?"
            raise self._refused(step, words, answer.status_code) from broken
        if answer.is_success:
            return content
        raise self._said_no(step, answer.status_code, content)

    def _silent(self, step: str, silent: httpx.HTTPError, limit_s: float) -> RobotSilent:
        if isinstance(silent, httpx.ConnectError | httpx.ConnectTimeout):
            words = f"nobody answers at {self.address} ({silent}): is the robot on, and is the address right?"
        elif isinstance(silent, httpx.TimeoutException):
            words = f"no answer from {self.address} within {limit_s:g} s"
        else:
            words = f"the connection to {self.address} broke off: {silent}"
        return RobotSilent(self.address, step, words)

    def _said_no(self, step: str, status: int, content: Any) -> RobotRefused:
        errors = content.get("errors", []) if isinstance(content, dict) else []
        told = [error for error in errors if isinstance(error, dict)]
        words = "; ".join(f"{error.get('title', 'error')}: {_detail(error)}" for error in told)
        if not words and isinstance(content, dict):
            words = str(content.get("message", ""))  # the oldest paths, `/health` among them, answer so
        problems = tuple(str(error.get("id", "")) for error in told)
        return self._refused(step, f"{words or 'no reason given'} (status {status})", status, problems)

    def _refused(self, step: str, words: str, status: int = 0, problems: tuple[str, ...] = ()) -> RobotRefused:
        error = RobotRefused(self.address, step, words)
        error.status, error.problems = status, problems
        return error

    def _data(self, content: Any, step: str) -> Any:
        if isinstance(content, dict) and "data" in content:
            return content["data"]
        raise self._refused(step, "its answer holds no `data`: is it an Opentrons robot?")

    def _read(self, kind: type[Answer], content: Any, step: str) -> Answer:
        try:
            return kind.model_validate(content)
        except ValidationError as broken:
            first = broken.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            words = f"its answer is not that of API version {VERSION}: {where or 'the answer'}: {first['msg']}"
            raise self._refused(step, words) from broken


def _detail(error: dict[str, Any]) -> str:
    source = error.get("source") or {}
    where = source.get("pointer") if isinstance(source, dict) else None
    return f"{error.get('detail', '')}" + (f" (at {where})" if where else "")
