"""A stand-in for the robot server of an Opentrons robot, built from its published API (version 4, software 7.1 to 8).

Paths, bodies and errors follow `robot_server/runs/router/{base,commands,actions}_router.py`, `run_models.py`,
`command_models.py`, `health/models.py`, `instruments/instrument_models.py`, `errors/error_responses.py` and
`opentrons/protocol_engine/commands/*.py` of Opentrons/opentrons; wrong bodies get the 422 that the real one gives. What
it cannot stand for: timing, geometry, and whatever the firmware does.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

import uvicorn
from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MAXIMUM_RUNS = 20
GENERAL, IN_USE, ESTOP, TIP = "4000", "3014", "2013", "3003"


class Offset(BaseModel):
    x: float = 0
    y: float = 0
    z: float = 0


class WellLocation(BaseModel):
    origin: Literal["top", "bottom", "center", "meniscus"] = "top"
    offset: Offset = Offset()


class Slot(BaseModel):
    slotName: Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "A1", "B1", "C1", "D1", "A2", "B2"]


class PipetteId(BaseModel):
    pipetteId: str


class InWell(PipetteId):
    labwareId: str
    wellName: str
    wellLocation: WellLocation = WellLocation()


class Flow(BaseModel):
    flowRate: float = Field(gt=0)


class LiquidParams(InWell, Flow):
    volume: float = Field(ge=0)


class BlowOutParams(InWell, Flow):
    pass


class LoadPipetteParams(BaseModel):
    pipetteName: Literal["p20_single_gen2", "p300_single_gen2", "p1000_single_gen2", "p1000_single_flex"]
    mount: Literal["left", "right", "extension"]
    pipetteId: str | None = None


class LoadLabwareParams(BaseModel):
    location: Slot
    loadName: str
    namespace: str
    version: int
    labwareId: str | None = None


class DropAreaParams(PipetteId):
    addressableAreaName: str
    alternateDropLocation: bool | None = False


class DropTipParams(PipetteId):
    homeAfter: bool | None = None


class HomeParams(BaseModel):
    axes: list[str] | None = None


class _Create(BaseModel):
    intent: Literal["protocol", "setup", "fixit"] | None = None
    key: str | None = None


class Liquid(_Create):
    commandType: Literal["aspirate", "dispense"]
    params: LiquidParams


class BlowOut(_Create):
    commandType: Literal["blowout"]
    params: BlowOutParams


class PickUpTip(_Create):
    commandType: Literal["pickUpTip"]
    params: InWell


class LoadPipette(_Create):
    commandType: Literal["loadPipette"]
    params: LoadPipetteParams


class LoadLabware(_Create):
    commandType: Literal["loadLabware"]
    params: LoadLabwareParams


class DropArea(_Create):
    commandType: Literal["moveToAddressableAreaForDropTip"]
    params: DropAreaParams


class DropTip(_Create):
    commandType: Literal["dropTipInPlace"]
    params: DropTipParams


class Home(_Create):
    commandType: Literal["home"]
    params: HomeParams


AnyCommand = Annotated[
    Liquid | BlowOut | PickUpTip | LoadPipette | LoadLabware | DropArea | DropTip | Home,
    Field(discriminator="commandType"),
]


class CommandBody(BaseModel):
    data: AnyCommand


class ActionData(BaseModel):
    actionType: Literal["play", "pause", "stop", "resume-from-recovery", "resume-from-recovery-assuming-false-positive"]


class ActionBody(BaseModel):
    data: ActionData


class RunCreate(BaseModel):
    protocolId: str | None = None
    labwareOffsets: list[dict[str, Any]] = []


class RunBody(BaseModel):
    data: RunCreate


class RunUpdate(BaseModel):
    current: bool | None = None


class UpdateBody(BaseModel):
    data: RunUpdate


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

    def create(self, protocol_id: str | None) -> Run:
        with self.lock:
            if self.estop:
                raise ApiError(403, "EstopEngaged", "An Estop is physically engaged", "Release it.", ESTOP)
            self._clear("RunAlreadyActive", "Run Already Active")
            while len(self.runs) >= MAXIMUM_RUNS:
                del self.runs[next(iter(self.runs))]
            run = Run(str(uuid4()), protocol_id)
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


def _app(robot: Robot) -> FastAPI:
    async def version(opentrons_version: Annotated[Literal["*"] | int, Header()]) -> None:
        if opentrons_version != "*" and opentrons_version < 2:
            raise ApiError(400, "OutdatedAPIVersion", "Requested HTTP API version no longer supported", "too old")

    app = FastAPI(dependencies=[Depends(version)])

    @app.exception_handler(ApiError)
    async def said(_: Request, error: ApiError) -> JSONResponse:
        return JSONResponse(error.content, error.status)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {
                "id": "InvalidRequest",
                "title": "Invalid Request",
                "detail": problem["msg"],
                "source": {"pointer": "/" + "/".join(str(part) for part in problem["loc"][1:])},
                "errorCode": GENERAL,
            }
            for problem in error.errors()
        ]
        return JSONResponse({"errors": errors}, 422)

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {
            "name": robot.name,
            "robot_model": "OT-3 Standard" if robot.flex else "OT-2 Standard",
            "api_version": robot.software,
            "fw_version": "v1.1.0",
            "board_revision": "2.1",
            "logs": [],
            "system_version": "1.0",
            "maximum_protocol_api_version": [2, 22],
            "minimum_protocol_api_version": [2, 0],
            "robot_serial": "OT2CEP20190604A02",
            "links": {},
        }

    @app.get("/instruments")
    def instruments() -> dict[str, Any]:
        pipette = {
            "mount": "left",
            "ok": True,
            "instrumentType": "pipette",
            "instrumentName": robot.pipette,
            "instrumentModel": f"{robot.pipette}_v2.1",
            "serialNumber": "P3HS",
            "data": {"channels": 1, "min_volume": 20, "max_volume": 300},
        }
        return {"data": [pipette], "meta": {"cursor": 0, "totalLength": 1}}

    @app.get("/runs")
    def runs() -> dict[str, Any]:
        with robot.lock:
            data = [run.body(run.id == robot.current) for run in robot.runs.values()]
            links = {"current": {"href": f"/runs/{robot.current}"}} if robot.current else {}
            return {"data": data, "links": links, "meta": {"cursor": 0, "totalLength": len(data)}}

    @app.post("/runs", status_code=201)
    def create(body: RunBody | None = None) -> dict[str, Any]:
        return {"data": robot.create(body.data.protocolId if body else None).body(current=True)}

    @app.get("/runs/{run_id}")
    def one(run_id: str) -> dict[str, Any]:
        with robot.lock:
            return {"data": robot.find(run_id).body(run_id == robot.current)}

    @app.patch("/runs/{run_id}")
    def update(run_id: str, body: UpdateBody) -> dict[str, Any]:
        return {"data": robot.update(run_id, body.data.current).body(run_id == robot.current)}

    @app.post("/runs/{run_id}/commands", status_code=201)
    def enqueue(run_id: str, body: CommandBody) -> dict[str, Any]:
        return {"data": robot.enqueue(run_id, body.data)}

    @app.get("/runs/{run_id}/commands")
    def commands(run_id: str, cursor: int | None = None, page: int = Query(20, alias="pageLength")) -> dict[str, Any]:
        with robot.lock:
            found = robot.find(run_id).commands
            first = max(0, len(found) - page) if cursor is None else cursor
            meta = {"cursor": first, "totalLength": len(found)}
            return {"data": [dict(command) for command in found[first : first + page]], "links": {}, "meta": meta}

    @app.post("/runs/{run_id}/actions", status_code=201)
    def act(run_id: str, body: ActionBody) -> dict[str, Any]:
        return {"data": robot.act(run_id, body.data.actionType)}

    return app


@dataclass(frozen=True)
class Fault:
    """What the network does to one request: it never arrives, or its answer never does, or comes late."""

    method: str
    path: str
    """The end of the path."""
    arrives: bool = False
    late_s: float = 0.0
    status: int = 0
    """Instead of all that: an answer of the server's own, as when a handler of it fails."""


class Network:
    """ASGI middleware between client and robot; each fault strikes once."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.faults: list[Fault] = []
        self.down = False
        self.broken_at: tuple[int, bool] | None = None
        """Number of the request that breaks, from 0, and whether it arrives."""
        self.requests: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        self.requests.append((method, path))
        request = await _whole(receive)  # before the client can be gone

        async def again() -> Any:
            return request

        fault = next((f for f in self.faults if f.method == method and path.endswith(f.path)), None)
        if self.broken_at is not None and self.broken_at[0] == len(self.requests) - 1:
            fault = Fault(method, path, arrives=self.broken_at[1])
            self.faults.append(fault)
        if fault is None and not self.down:
            await self._app(scope, again, send)
            return
        if fault is not None:
            self.faults.remove(fault)
            if fault.status:
                error = ApiError(fault.status, "UnexpectedError", "Unexpected Internal Error", "a bug")
                await JSONResponse(error.content, fault.status)(scope, again, send)
                return
            if fault.arrives:
                await self._app(scope, again, _swallow)
            await asyncio.sleep(fault.late_s)
            if fault.late_s and not fault.arrives:
                await self._app(scope, again, _swallow)
        # An answer that is begun and never ended: the server closes the connection.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})


async def _whole(receive: Any) -> dict[str, Any]:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return {"type": "http.request", "body": body, "more_body": False}


async def _swallow(message: Any) -> None:
    """The answer that nobody gets."""


class ContractServer:
    """The robot behind HTTP on loopback, in a thread."""

    def __init__(self) -> None:
        self.renew()
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            host="127.0.0.1",
            port=0,
            log_level="critical",
            ws="none",
            lifespan="off",
            loop="asyncio",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started)
        self.address = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def renew(self) -> None:
        """A robot fresh from the factory, on a network without faults."""
        self.robot = Robot()
        self.network = Network(_app(self.robot))

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await self.network(scope, receive, send)

    def close(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)


def until(reached: Callable[[], bool], limit_s: float = 10.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + limit_s
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError("it was never reached")
        time.sleep(0.002)
