"""A ledger in which much happened, served over a real socket, and those who may use it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from flows.spec import CampaignSpec
from flows.web.access import CSRF_HEADER
from flows.web.app import create_app
from flows.web.desk import Desk
from flows.web.process import server_of
from ledger.approvals import Approvals
from ledger.author import Role
from ledger.passwords import Cost
from ledger.people import People
from ledger.stock import Stock
from ledger.store import Ledger
from tests.flows.small_campaign import EXAMPLES
from tests.ledger.archive.rich_campaign import rich_campaign
from tests.ledger.conftest import formulation

CHEAP = Cost(log2_n=4, block=1, lanes=1)
PASSWORD = "correct horse battery"
NAMES = {Role.VIEWER: "Vera", Role.OPERATOR: "Olga", Role.ADMIN: "Ada"}
FINISHED, RUNNING = 2, 3
"""Campaigns of the ledger: one in which everything happened, and one under way, of which an experiment waits."""


def write_ledger(place: str | Path) -> None:
    """The ledger: two campaigns that are over, one that runs, and a person of each role."""
    with Ledger.open(place) as ledger:
        rich_campaign(ledger)
        content = yaml.safe_load((EXAMPLES / "peo_salts.yaml").read_text())
        lab = yaml.safe_load((EXAMPLES / "simulated_lab.yaml").read_text())
        spec = CampaignSpec.model_validate(content).model_dump(mode="json")
        campaign = ledger.begin_campaign("peo_salts", spec, 7, lab).id
        for index in range(3):
            of = formulation(1.0 + index)
            told = {"index": index, "formulation": of, "action": {}, "reason": {}, "planner": "sobol"}
            experiment = ledger.add_suggestion(campaign, knowledge_event=ledger.last_event(), **told)
            Approvals(ledger).ask(experiment.id, ["It costs much."], 3600.0)
        Stock(ledger, lab["name"]).fill("*CCO*", "PEO", 900.0, by="Ada")
        people = People(ledger, CHEAP)
        for role, name in NAMES.items():
            people.add(name, role, PASSWORD)


@dataclass
class Served:
    """The application at an address."""

    url: str
    desk: Desk
    _tokens: dict[Role, str] = field(default_factory=dict)
    _clients: list[httpx.Client] = field(default_factory=list)

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """Somebody who is not known."""
        # There is no TLS on loopback, and to load its certificates takes longer than most tests.
        self._clients.append(httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=120, verify=False))
        return self._clients[-1]

    def close(self) -> None:
        """Close what clients hold."""
        for client in self._clients:
            client.close()

    def token(self, role: Role) -> str:
        """A token of the person of this role."""
        if role not in self._tokens:
            _, self._tokens[role] = self.desk.people.make_token(NAMES[role], f"tests {len(self._tokens)}")
        return self._tokens[role]

    def program(self, role: Role) -> httpx.Client:
        """A program of the person of this role."""
        return self.client({"Authorization": f"Bearer {self.token(role)}"})

    def browser(self, role: Role) -> httpx.Client:
        """The browser that the person of this role signed in with; it sends what belongs to changes."""
        client = self.client()
        answer = client.post("/session", json={"name": NAMES[role], "password": PASSWORD})
        client.headers[CSRF_HEADER] = answer.raise_for_status().json()["csrf"]
        return client


@contextmanager
def served(place: str | Path, *, proxy: str = "", **more: Any) -> Iterator[Served]:
    """The application over a ledger, on a free port of loopback."""
    app = create_app(place, cost=CHEAP, **more)
    server = server_of(app, port=0, proxy=proxy)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        running = Served(f"http://127.0.0.1:{port}", app.state.desk)
        try:
            yield running
        finally:
            running.close()
    finally:
        server.should_exit = True
        thread.join(10)
