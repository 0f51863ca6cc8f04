"""The server hands out, a bench elsewhere makes films, a cluster elsewhere calculates: three machines, one ledger.

Each is a network namespace with a host name of its own. What ran where is told by what the processes themselves are
(`/proc`, looked at all the while), and by what they wrote: leases in the ledger, labels in Prefect.
"""

import contextlib
import ipaddress
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ledger.film import Source
from ledger.kinds import EventKind
from ledger.store import Ledger
from tests.flows.held_server import seconds_until
from tests.flows.prefect_api import fill_in, flow_run_state, read_flow_run
from tests.flows.private_network import Machine, private_network, why_none
from tests.flows.private_postgres import PASSWORD, postgres_on
from tests.flows.small_campaign import environment, write_campaign
from tests.flows.test_serve import until

PATIENCE_S = 300.0
AUTH = "ionloop:whatever"
CALCULATES = "pyscf"
"""A process that has calculated a window has this library loaded."""


@dataclass
class Census:
    """Every process of a network that carried a flow run, or calculated: looked for four times a second."""

    machines: dict[int, str]
    runs: dict[str, set[str]] = field(default_factory=dict)
    """Machines on which a process of a flow run was seen, by its id."""
    calculated: set[str] = field(default_factory=set)

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        ended = threading.Event()

        def take() -> None:
            while not ended.wait(0.25):
                self._look()

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self) -> None:
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                machine = self.machines.get((place / "ns" / "net").stat().st_ino)
                if machine is None:
                    continue
                for entry in (place / "environ").read_bytes().split(b"\0"):
                    if entry.startswith(b"PREFECT__FLOW_RUN_ID="):
                        self.runs.setdefault(entry.partition(b"=")[2].decode(), set()).add(machine)
                if CALCULATES in (place / "maps").read_text():
                    self.calculated.add(machine)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_films_are_made_on_one_machine_theory_is_calculated_on_another_and_the_server_only_hands_out(
    tmp_path: Path,
) -> None:
    if reason := why_none():
        pytest.skip(reason)
    with private_network("office", "bench", "cluster") as (office, bench, cluster), postgres_on(office) as ledger:
        file = configured(tmp_path, office, cluster, ledger)
        census = Census({machine.number: machine.name for machine in (office, bench, cluster)})
        with census.taken(), dask(cluster), serving(office, file, tmp_path), contextlib.ExitStack() as workers:
            api = f"http://{office.address}:4200/api"
            for machine, queue in ((bench, "synthesis"), (cluster, "theory")):
                workers.enter_context(working(machine, api, queue, tmp_path))
            known = api.replace("http://", f"http://{AUTH}@")
            made = office.ask(lambda: run_of(known, "campaign/made_elsewhere"))
            checked = office.ask(lambda: run_of(known, "validate/made_elsewhere twin"))
            heard = {machine.name: machine.ask(listened_at) for machine in (office, bench, cluster)}
        kept = office.ask(lambda: told(ledger))

    assert made["labels"]["prefect.worker.name"].startswith("two machines on bench")
    assert checked["labels"]["prefect.worker.name"].startswith("two machines on cluster")
    assert census.runs == {made["id"]: {"bench"}, checked["id"]: {"cluster"}}
    assert census.calculated == {"cluster"}
    assert heard == {machine.name: {machine.address} for machine in (office, cluster)} | {"bench": set()}
    assert kept["owners"] == {"bench"}
    assert kept["films"] == 3
    assert kept["calculations"] == ["observed"]
    assert kept["answered"] == 1


def configured(folder: Path, office: Machine, cluster: Machine, ledger: str) -> Path:
    """A campaign of three films of polyoxymethylene, whose window takes some ten seconds."""
    campaign = folder / "made_elsewhere"
    write_campaign(
        campaign,
        experiments=3,
        batch=1,
        start=3,
        name="made_elsewhere",
        planner={"name": "sobol"},
        space={"polymers": ["POM"], "salts": ["LiTFSI"], "salt_loading": {"low": 0.02, "high": 0.1, "unit": "Li/O"}},
        validation=[{"recipe": "redox_window", "every": 3, "top": 1, "core_hours": 1}],
        theory={"scheduler": f"tcp://{cluster.address}:8786"},
    )
    content: dict[str, Any] = {
        "name": "two machines",
        "server": {"host": office.address},
        "campaigns": [{"file": str(campaign / "campaign.yaml"), "ledger": ledger, "queue": "synthesis"}],
        "queues": {"synthesis": {"here": False}, "theory": {"here": False}},
        "validate": [{"campaign": "made_elsewhere", "recipe": "twin", "best": 2}],
    }
    file = folder / "serve.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def settings(machine: Machine, folder: Path) -> dict[str, str]:
    """The environment of a machine: a home of its own, and the two passwords."""
    passwords = {"PGPASSWORD": PASSWORD, "PREFECT_SERVER_API_AUTH_STRING": AUTH}
    return environment(folder / f"home of {machine.name}") | passwords | {"PREFECT_WORKER_QUERY_SECONDS": "1"}


@contextlib.contextmanager
def serving(office: Machine, file: Path, folder: Path) -> Iterator[None]:
    words = [sys.executable, "-u", "-m", "flows.cli.main", "serve", file]
    with said_by(office, words, settings(office, folder), "Ctrl-C ends the server"):
        yield


@contextlib.contextmanager
def working(machine: Machine, api: str, queue: str, folder: Path) -> Iterator[None]:
    words = [sys.executable, "-u", "-m", "flows.cli.main", "worker", api, "--pool", "two machines", "--queue", queue]
    with said_by(machine, words, settings(machine, folder), f"Taking from {queue}"):
        yield


@contextlib.contextmanager
def dask(cluster: Machine) -> Iterator[None]:
    """A Dask scheduler with one worker, which is where the campaign's own checks are calculated."""
    program, at = [sys.executable, "-m", "dask"], f"tcp://{cluster.address}:8786"
    # Without an address for it both have a page that listens everywhere, `--no-dashboard` or not.
    page = ["--dashboard-address", f"{cluster.address}:0"]
    scheduler = [*program, "scheduler", "--host", cluster.address, "--port", "8786", *page]
    worker = [*program, "worker", at, "--host", cluster.address, "--nthreads", "1", "--no-nanny", *page]
    given = environment(Path.home())
    with said_by(cluster, scheduler, given, "Scheduler at"), said_by(cluster, worker, given, "Registered to"):
        yield


@contextlib.contextmanager
def said_by(machine: Machine, words: list[Any], given: dict[str, str], awaited: str) -> Iterator[None]:
    """A process, from the line on that says it is there; nothing may be lost of what it says after that."""
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    lines: list[str] = []
    with machine.running(*words, environment=given, **piped) as process:
        assert process.stdout is not None
        out = process.stdout
        reader = threading.Thread(target=lambda: lines.extend(iter(out.readline, "")), daemon=True)
        reader.start()
        seconds_until(lambda: process.poll() is not None or any(awaited in line for line in lines), PATIENCE_S)
        assert process.poll() is None, "".join(lines)
        yield
    reader.join(30)


def run_of(api: str, deployment: str) -> dict[str, Any]:
    """What *Run* of a deployment comes to: its flow run once it has ended well."""
    flow, name = deployment.split("/")
    found = httpx.get(f"{api}/deployments/name/{flow}/{name}", timeout=30).raise_for_status().json()
    run = fill_in(api, found["id"])
    until(lambda: flow_run_state(api, run) in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"), PATIENCE_S)
    there = read_flow_run(api, run)
    assert there["state_type"] == "COMPLETED", there["state"]["message"]
    return there


def listened_at() -> set[str]:
    """The addresses, beside loopback, at which anybody listens on the machine that asks."""
    found = set()
    for family, width in (("tcp", 8), ("tcp6", 32)):
        for line in Path(f"/proc/thread-self/net/{family}").read_text().splitlines()[1:]:
            local, _, state = line.split()[1:4]
            if state == "0A":  # LISTEN
                words = bytes.fromhex(local[:width])
                found.add(str(ipaddress.ip_address(b"".join(words[i : i + 4][::-1] for i in range(0, len(words), 4)))))
    return {address for address in found if not ipaddress.ip_address(address).is_loopback}


def told(url: str) -> dict[str, Any]:
    """What the ledger has: on which machines its leases were, how many films, and what theory answered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        with Ledger.open(url, create=False) as ledger:
            (run,) = ledger.campaigns()
            taken = [event for event in ledger.events() if event.kind == EventKind.LEASE_TAKEN]
            calculations = ledger.calculations(run.id)
            return {
                "owners": {event.payload["owner"].split(":")[0] for event in taken},
                "films": len(ledger.films(run.id, sources=[Source.MEASURED])),
                "calculations": [row.state for row in calculations],
                "answered": sum(event.kind == EventKind.THEORY_KEPT for event in ledger.events()),
            }
