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
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse

from tests.devices.opentrons.bodies import ActionBody, CommandBody, RunBody, UpdateBody
from tests.devices.opentrons.machine import GENERAL, ApiError, Robot


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
        run = robot.create(body.data.protocolId, body.data.labwareOffsets) if body else robot.create(None)
        return {"data": run.body(current=True)}

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
        self.web_page = False
        """Whether something else answers at the robot's address."""
        self.broken_at: tuple[int, bool] | None = None
        """Number of the request that breaks, from 0, and whether it arrives."""
        self.requests: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        self.requests.append((method, path))
        if self.web_page:
            await HTMLResponse("<h1>It works!</h1>")(scope, receive, send)
            return
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
