"""Watches what is served: closes what is dead, goes on with what was cut off, tells what there is to tell.

It rests on nothing that it remembers but up to where news were told: of each campaign by the ledger's event, of failed
runs by the time, each kept in a file. So it may be killed and begun again at any moment.
"""

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from chemistry.errors import IonloopError
from flows.leasing import runner_of
from flows.left_runs import noted_run
from flows.server.alert_spec import Alerts
from flows.server.automations import tell
from flows.server.configuration import Configuration
from flows.server.failed_runs import failures_of, now_us
from flows.server.mark import Mark
from flows.server.news import PAUSED_BY_HAND, hanging, news_of
from flows.server.watched import Watched, watched
from flows.server.zombies import close_zombies, drop_missed, has_open_run
from flows.stopping import INTERRUPTED
from ledger.errors import NoLedger
from ledger.kinds import CampaignState
from ledger.store import Ledger
from ledger.tables import CampaignRow

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

logger = logging.getLogger(__name__)

LOOK_S = 15.0
MOST_OFTEN, OFTEN_S = 3, 3600.0
"""A campaign that is cut off more often within an hour waits for a person."""


class Watch:
    """Looks at everything that one configuration serves."""

    def __init__(self, configuration: Configuration, deployments: dict[str, UUID], worker: str) -> None:
        """`deployments` are the ids by `flow/name`, `worker` the name of this machine's worker."""
        self._configuration, self._deployments, self._worker = configuration, deployments, worker
        self._begun: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)
        """When a campaign was begun again, and at which event of its ledger."""
        self._said_hanging: dict[str, int] = {}
        self._first = True
        """What a person, or a restart of the service, interrupted goes on at the first look, and not later: then it was
        somebody at a terminal."""

    def keep_looking(self, ended: threading.Event) -> None:
        """Look again and again, until told to end."""
        from prefect.client.orchestration import get_client

        with get_client(sync_client=True) as client:
            while not ended.is_set():
                self.look(client)
                ended.wait(LOOK_S)

    def look(self, client: "SyncPrefectClient") -> None:
        """Once. Whoever is away is asked again the next time."""
        pool = self._configuration.spec.name
        noted: list[str] = []
        those: list[Watched] = []
        _tried(lambda: those.extend(watched(client, self._configuration, self._deployments)))
        for campaign in those:
            _tried(lambda it=campaign: noted.extend(_left_by_its_process(it)))
        _tried(lambda: close_zombies(client, self._worker, noted))
        _tried(lambda: drop_missed(client, pool))
        for campaign in those:
            _tried(lambda it=campaign: self._look_after(client, it))
        alerts = self._configuration.spec.alerts
        if alerts is not None and "failed" in alerts.when:
            _tried(lambda: _tell_failures(client, pool))
        self._first = False

    def _look_after(self, client: "SyncPrefectClient", campaign: Watched) -> None:
        with Ledger.open(campaign.ledger, create=False) as ledger:
            if campaign.resumes:
                self._go_on(client, campaign, ledger)
            if self._configuration.spec.alerts is not None:
                self._tell(client, campaign, ledger, self._configuration.spec.alerts)

    def _go_on(self, client: "SyncPrefectClient", campaign: Watched, ledger: Ledger) -> None:
        """Begin a run of a campaign that was cut off, unless one is about to begin."""
        name = campaign.name
        row = ledger.unfinished_campaign(name)
        if row is None or not self._was_cut_off(row) or runner_of(ledger, name) is not None:
            return
        event = ledger.last_event()
        if not has_open_run(client, campaign.has) and self._may_begin(name, event):
            client.create_flow_run_from_deployment(
                campaign.deployment, parameters=dict(campaign.parameters), name=f"{name} goes on"
            )
            self._begun[name].append((time.monotonic(), event))

    def _was_cut_off(self, row: CampaignRow) -> bool:
        """Whether its process has left it though nobody wanted that: one that is paused waits in a process, too."""
        if row.state == CampaignState.RUNNING or row.why.startswith(PAUSED_BY_HAND):
            return True
        return self._first and row.why == INTERRUPTED

    def _may_begin(self, name: str, event: int) -> bool:
        """Not where it got nowhere the last time, and not too often."""
        begun, now = self._begun[name], time.monotonic()
        while begun and now - begun[0][0] > OFTEN_S:
            begun.popleft()
        return len(begun) < MOST_OFTEN and not (begun and begun[-1][1] == event)

    def _tell(self, client: "SyncPrefectClient", campaign: Watched, ledger: Ledger, alerts: Alerts) -> None:
        """Make events of what is new; what could not be told is told the next time."""
        pool, name = self._configuration.spec.name, campaign.name
        mark, last = Mark(pool, name, campaign.ledger), ledger.last_event()
        told = mark.read()
        if told is None:  # what had happened before anybody asked is no news
            mark.write(last)
            return
        for news in news_of(ledger, name, told):
            if news.event <= last and news.kind in alerts.when:
                tell(client, pool, news)
                mark.write(news.event)
        if last != told:
            mark.write(last)
        silent = hanging(ledger, name, alerts.hangs_after * 3600) if "hangs" in alerts.when else None
        if silent is not None and self._said_hanging.get(name) != silent.event:
            tell(client, pool, silent)
            self._said_hanging[name] = silent.event


def _tell_failures(client: "SyncPrefectClient", pool: str) -> None:
    mark = Mark(pool, "failed runs", pool)
    told = mark.read()
    if told is None:  # what had failed before anybody asked is no news
        mark.write(now_us())
        return
    for when, news in failures_of(client, pool, told):
        tell(client, pool, news)
        mark.write(when)


def _left_by_its_process(campaign: Watched) -> list[str]:
    """The flow run that a campaign notes as its own, where no process runs the campaign any more."""
    with Ledger.open(campaign.ledger, create=False) as ledger:
        row = ledger.unfinished_campaign(campaign.name)
        if row is None or runner_of(ledger, campaign.name) is not None:
            return []
        run = noted_run(row.why)
        return [] if run is None else [str(run)]


def _tried(look: Callable[[], object]) -> None:
    """The watch goes on whatever a look runs into: without it nobody would be told of anything."""
    try:
        look()
    except NoLedger:  # it was not run yet
        pass
    except (IonloopError, httpx.HTTPError) as away:
        logger.warning("somebody is away whom the watch asks, trying again: %s", away)
    except Exception:
        logger.exception("the watch failed, and goes on")
