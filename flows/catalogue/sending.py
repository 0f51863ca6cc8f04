"""Bluesky runs from the ledger into a Tiled catalogue: whole, once, and again where an outage cut one in half.

The ledger is the truth and the queue in one. A run is sent from what it holds once the run is over, so that nothing
is lost between two processes; and what was sent stands in the catalogue itself, under the run's uid.
"""

import os
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import httpx

from flows.catalogue.address import Catalogue, CatalogueAway, RunNotTaken
from ledger.kinds import EventKind
from ledger.store import Ledger

if TYPE_CHECKING:
    from tiled.client.container import Container

UNFIT = (400, 413, 422)
"""Answers that say something of a run; any other failure says something of the catalogue."""
MARK = "ionloop"
"""Metadata of a run beside `start` and `stop`: how many documents it was written from, once all of them were."""


class Sender:
    """Writes the runs of one ledger into one catalogue, for the length of a block."""

    def __init__(self, ledger: Ledger, catalogue: Catalogue) -> None:
        self._ledger, self._uri = ledger, catalogue.uri
        self._client = _connected(catalogue)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.context.http_client.close()

    def send(self, run_uid: str) -> bool:
        """Write a run that is over; False where the catalogue has all of it already.

        Raises:
            CatalogueAway: the catalogue failed; what is there of the run then is replaced the next time.
            RunNotTaken: it does not take this run.
        """
        documents = self._ledger.documents(run_uid)
        try:
            if self._has(run_uid, len(documents)):
                return False
            self._write(run_uid, documents)
        except (httpx.HTTPError, OSError) as away:
            if isinstance(away, httpx.HTTPStatusError) and away.response.status_code in UNFIT:
                raise RunNotTaken(f"Run {run_uid} is not taken by {self._uri} ({away})") from away
            raise CatalogueAway(f"The Tiled catalogue {self._uri} failed ({away})") from away
        except (
            ValueError,
            TypeError,
            RuntimeError,
        ) as unfit:  # of pyarrow and of the writer, for values they cannot hold
            raise RunNotTaken(f"Run {run_uid} cannot be written as tables ({unfit})") from unfit
        return True

    def _has(self, run_uid: str, count: int) -> bool:
        """Whether all of a run is there; what an outage left of it is taken away.

        The stop document is written last, so where it stands, whoever wrote it, nothing is missing.
        """
        try:
            metadata = self._client[run_uid].metadata
        except KeyError:
            return False
        if "stop" in metadata or metadata.get(MARK, {}).get("documents") == count:
            return True
        self._client.delete_contents([run_uid], recursive=True, external_only=False)
        return False

    def _write(self, run_uid: str, documents: Iterable[tuple[str, dict[str, Any]]]) -> None:
        from bluesky.callbacks.tiled_writer import TiledWriter

        count, cut_off = 0, True
        with warnings.catch_warnings():
            # Of bluesky's own call to Tiled: "The order of arguments has changed".
            warnings.filterwarnings("ignore", "The order of arguments has changed", DeprecationWarning)
            writer = TiledWriter(self._client)
            for name, document in documents:
                writer(name, document)
                count, cut_off = count + 1, name != "stop"
            if cut_off:  # a crash came before its end: what its events hold is written all the same
                writer("stop", _no_stop(run_uid))
        node = self._client[run_uid]
        metadata = {key: value for key, value in dict(node.metadata).items() if not (cut_off and key == "stop")}
        node.replace_metadata(metadata={**metadata, MARK: {"documents": count}}, drop_revision=True)


def runs_of(ledger: Ledger, campaign_id: int, after: int = 0) -> tuple[dict[str, bool], int]:
    """The runs of a campaign with documents since an event, whether their stop is among them, and the last event."""
    found: dict[str, bool] = {}
    last = after
    for event in ledger.events(campaign_id, after=after):
        last = event.number
        if event.kind == EventKind.DOCUMENTS_STORED:
            uid = event.subject.removeprefix("run ")
            found[uid] = found.get(uid, False) or "stop" in event.payload["names"]
    return found, last


def _connected(catalogue: Catalogue) -> "Container":
    """A client of a catalogue that has answered; who sends tries again, so the client need not.

    Raises:
        CatalogueAway: it answers no more.
    """
    os.environ.setdefault("TILED_RETRY_ATTEMPTS", "1")
    from tiled.client import from_uri

    try:
        return from_uri(catalogue.uri, api_key=catalogue.key)
    except (httpx.HTTPError, OSError) as away:
        raise CatalogueAway(f"The Tiled catalogue {catalogue.uri} failed ({away})") from away


def _no_stop(run_uid: str) -> dict[str, Any]:
    """What makes the writer write the events that it holds; it is taken out again, for there was none."""
    return {"uid": f"{run_uid}-none", "run_start": run_uid, "time": 0.0, "exit_status": "fail", "num_events": {}}
