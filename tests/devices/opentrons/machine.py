"""The robot behind the contract server: runs and their commands, and a record of what was physically done."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.devices.opentrons.bodies import AnyCommand, LabwareOffset

MAXIMUM_RUNS = 20
GENERAL, IN_USE, ESTOP, TIP = "4000", "3014", "2013", "3003"


class ApiError(Exception):
    """An error as `robot_server` answers it."""

    def __init__(self, status: int, kind: str, title: str, detail: str, code: str = GENERAL) -> None:
        self.status = status
        self.content = {"errors": [{"id": kind, "title": title, "detail": detail, "errorCode": code}]}


@dataclass
class Run:
    """One run, and the engine behind it while it is current."""

    id: str
    protocol_id: str | None = None
    offsets: Sequence[LabwareOffset] = ()
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    status: str = "idle"
    commands: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    stop: bool = False
    lost: bool = False
    """Its data went with the power."""

    def body(self, current: bool) -> dict[str, Any]:
        shown = {"id": self.id, "createdAt": self.created, "current": current, "actions": self.actions}
        equipment = {"pipettes": [], "labware": [], "modules": [], "liquids": [], "labwareOffsets": []}
        if self.lost:
            error = {"id": "RunDataError", "title": "Run Data Error", "detail": "There was no engine state data."}
            return {**shown, **equipment, "ok": False, "status": "stopped", "errors": [], "dataError": error}
        return {
            **shown,
            **equipment,
            "ok": True,
            "status": self.status,
            "errors": self.errors,
            "protocolId": self.protocol_id,
        }


@dataclass(frozen=True)
class Fell:
    """Liquid that left the tip: the truth that no answer of the robot can hide."""

    key: str
    source: tuple[str, str]
    """Slot and well that it was drawn from."""
    target: tuple[str, str]
    """Slot and well that it fell into."""
    volume_uL: float


class Robot:
    """The machine: one current run, a deck, and a record of what was physically done."""

    def __init__(self) -> None:
        self.name, self.software, self.pipette = "cell", "8.2.0", "p300_single_gen2"
        self.runs: dict[str, Run] = {}
        self.current: str | None = None
        self.fell: list[Fell] = []
        self.tips: list[tuple[str, str]] = []
        """Where tips were taken."""
        self.estop = False
        self.flex = False
        self.step_s = 0.0
        """How long a command takes."""
        self.before: Callable[[dict[str, Any]], None] = lambda command: None
        """Called in the robot's own thread before each command: waits, or raises `Broken`."""
        self.lock = threading.RLock()

    def create(self, protocol_id: str | None, offsets: Sequence[LabwareOffset] = ()) -> Run:
        with self.lock:
            if self.estop:
                raise ApiError(403, "EstopEngaged", "An Estop is physically engaged", "Release it.", ESTOP)
            self._clear("RunAlreadyActive", "Run Already Active")
            while len(self.runs) >= MAXIMUM_RUNS:
                del self.runs[next(iter(self.runs))]
            run = Run(str(uuid4()), protocol_id, offsets)
            self.runs[run.id], self.current = run, run.id
            return run

    def _clear(self, kind: str, title: str) -> None:
        run = self.runs.get(self.current or "")
        if run is None:
            return
        if run.status not in ("idle", "succeeded", "failed", "stopped"):
            raise ApiError(409, kind, title, "Another run is currently active.", IN_USE)
        run.stop = True
        run.status = "stopped" if run.status == "idle" else run.status
        self.current = None

    def find(self, run_id: str) -> Run:
        if run_id not in self.runs:
            raise ApiError(404, "RunNotFound", "Run Not Found", f"Run {run_id} was not found.")
        return self.runs[run_id]

    def find_current(self, run_id: str) -> Run:
        run = self.find(run_id)
        if run_id != self.current:
            raise ApiError(409, "RunStopped", "Run Stopped", f"Run {run_id} is not the current run")
        return run

    def enqueue(self, run_id: str, create: AnyCommand) -> dict[str, Any]:
        with self.lock:
            run = self.find_current(run_id)
            if self.estop:
                raise ApiError(403, "EstopEngaged", "An Estop is physically engaged", "Release it.", ESTOP)
            if run.status in ("succeeded", "failed", "stopped", "stop-requested"):
                raise ApiError(409, "RunStopped", "Run Stopped", "The run was stopped")
            command = {
                "id": str(uuid4()),
                "key": create.key or str(uuid4()),
                "commandType": create.commandType,
                "createdAt": datetime.now(UTC).isoformat(),
                "status": "queued",
                "intent": create.intent or "setup",
                "params": create.params.model_dump(),
            }
            run.commands.append(command)
            if command["intent"] == "setup":
                self._carry_out(run, command, {})
            return command

    def act(self, run_id: str, kind: str) -> dict[str, Any]:
        with self.lock:
            run = self.find_current(run_id)
            over = run.status in ("succeeded", "failed", "stopped")
            if over or (kind == "play" and run.stop):
                title = "Run Action Not Allowed"
                raise ApiError(409, "RunActionNotAllowed", title, f"Cannot {kind} a run that is {run.status}")
            action = {"id": str(uuid4()), "createdAt": datetime.now(UTC).isoformat(), "actionType": kind}
            first = not any(before["actionType"] == "play" for before in run.actions)
            run.actions.append(action)
            if kind == "play" and first:
                run.status = "running"
                threading.Thread(target=self._engine, args=(run,), daemon=True).start()
            elif kind == "stop":
                run.stop = True
                run.status = "stopped" if first or run.status == "awaiting-recovery" else "stop-requested"
            return action

    def update(self, run_id: str, current: bool | None) -> Run:
        with self.lock:
            run = self.find_current(run_id)
            if current is False:
                self._clear("RunNotIdle", "Run is not idle.")
            return run

    def power_cut(self) -> None:
        """The server starts again: what the current run did was only in its memory."""
        with self.lock:
            run = self.runs.get(self.current or "")
            if run is not None:
                run.stop, run.lost, run.commands = True, True, []
            self.current = None

    def _engine(self, run: Run) -> None:
        state: dict[str, Any] = {}
        for command in run.commands:
            with self.lock:
                if run.stop:
                    break
                command["status"], command["startedAt"] = "running", datetime.now(UTC).isoformat()
            time.sleep(self.step_s)
            if not self._carry_out(run, command, state):
                return
        with self.lock:
            run.status = "stopped" if run.stop else "succeeded"

    def _carry_out(self, run: Run, command: dict[str, Any], state: dict[str, Any]) -> bool:
        try:
            self.before(command)
            with self.lock:
                if run.lost:
                    return False
                if run.stop:
                    raise Broken("RunStoppedError", "The run was stopped in the middle of this command", GENERAL)
                self._physically(command, state)
                command["status"], command["completedAt"] = "succeeded", datetime.now(UTC).isoformat()
            return True
        except Broken as broken:
            now = datetime.now(UTC).isoformat()
            error = {
                "id": str(uuid4()),
                "createdAt": now,
                "isDefined": broken.defined,
                "errorType": broken.kind,
                "errorCode": broken.code,
                "detail": str(broken),
                "errorInfo": {},
                "wrappedErrors": [],
            }
            with self.lock:
                command.update(status="failed", completedAt=now, error=error)
                if self.flex and broken.defined and not run.stop:
                    run.status = "awaiting-recovery"
                else:
                    run.status, run.errors = "stopped" if run.stop else "failed", [error]
            return False

    def _physically(self, command: dict[str, Any], state: dict[str, Any]) -> None:
        kind, params = command["commandType"], command["params"]
        if kind == "loadPipette":
            if params["pipetteName"] != self.pipette:
                raise Broken("FailedToLoadPipetteError", "The pipette is not attached", GENERAL)
            state["pipette"] = params["pipetteId"]
        elif kind == "loadLabware":
            state[params["labwareId"]] = params["location"]["slotName"]
        elif kind == "pickUpTip":
            place = (state[params["labwareId"]], params["wellName"])
            if place in self.tips:
                raise Broken("TipNotAttachedError", "There is no tip there", TIP)
            self.tips.append(place)
            state["tip"] = 0.0
        elif kind == "aspirate":
            if "tip" not in state:
                raise Broken("TipNotAttachedError", "Cannot perform ASPIRATE without a tip attached", TIP)
            if state["tip"] + params["volume"] > 300.001:
                raise Broken("InvalidAspirateVolumeError", "more than the tip holds", GENERAL)
            state["tip"] += params["volume"]
            state["source"] = (state[params["labwareId"]], params["wellName"])
        elif kind == "dispense":
            if params["volume"] > state["tip"] + 1e-9:
                raise Broken("InvalidDispenseVolumeError", "more than was drawn", GENERAL)
            state["tip"] -= params["volume"]
            target = (state[params["labwareId"]], params["wellName"])
            self.fell.append(Fell(command["key"], state["source"], target, params["volume"]))


class Broken(Exception):
    """A command fails."""

    def __init__(self, kind: str, detail: str, code: str, *, defined: bool = False) -> None:
        super().__init__(detail)
        self.kind, self.code, self.defined = kind, code, defined
