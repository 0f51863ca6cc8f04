"""Beside a running campaign: a thread that brings its documents into the catalogue, and never holds up a film."""

import contextlib
import logging
import threading
from typing import Self

from chemistry.errors import IonloopError
from flows.catalogue.address import LOCAL, CatalogueAway, RunNotTaken, catalogue_at
from flows.catalogue.local import local_catalogue
from flows.catalogue.sending import Sender, runs_of
from flows.home import CampaignFolder
from ledger.store import Ledger

logger = logging.getLogger(__name__)

LOOK_S = 2.0
"""Wall time between two looks into the ledger for runs that have ended."""
AWAY_S = 15.0
"""Wall time after which a catalogue that was away is tried again."""
LAST_S = 30.0
"""Wall time that the end of a campaign waits for what is still to be sent; the rest is sent by hand, or next time."""


class Keeper:
    """Sends the runs of a campaign as they end, for the length of a block; nothing where no catalogue is named.

    Whatever becomes of the catalogue, the campaign hears of it in its log alone: the ledger has everything.
    """

    def __init__(self, ledger: Ledger, campaign_id: int, uri: str, folder: CampaignFolder) -> None:
        self._ledger, self._campaign_id, self._uri, self._folder = ledger, campaign_id, uri, folder
        self._ending, self._leaving = threading.Event(), threading.Event()
        self._waiting: list[str] = []
        """Runs that are over and not sent, oldest first."""
        self._known = 0
        self._sender: Sender | None = None
        self._held = contextlib.ExitStack()
        self._thread = threading.Thread(target=self._work, name="catalogue", daemon=True)

    def __enter__(self) -> Self:
        if self._uri:
            # What was cut off before this process began will get no stop any more.
            found, self._known = runs_of(self._ledger, self._campaign_id)
            self._waiting = list(found)
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._uri:
            return
        self._ending.set()
        if kind is not None:
            self._leaving.set()  # who is being stopped does not wait for a catalogue
        self._thread.join(5.0 if kind is not None else LAST_S)
        self._leaving.set()
        self._thread.join(5.0)
        if self._waiting or self._thread.is_alive():
            logger.warning(
                "%d runs are not in the catalogue yet; `ionloop documents send` sends them", len(self._waiting)
            )

    def _work(self) -> None:
        told = False
        try:
            while not self._leaving.is_set():
                last = self._ending.is_set()  # before the look: what came until then is seen in it
                self._look()
                try:
                    self._send_all()
                except CatalogueAway as away:
                    self._let_go()
                    if last and told:
                        return
                    if not told:  # at the end, too, it is tried once more
                        logger.warning("%s; documents stay in the ledger and are sent when it is back", away)
                    told = True
                else:
                    if told:
                        logger.warning("the catalogue is back, and has everything")
                    told = False
                    if last:
                        return
                self._ending.wait(AWAY_S if told else LOOK_S)
        except IonloopError as unfit:
            logger.warning("no document goes to the catalogue: %s", unfit)
        finally:
            self._let_go()

    def _look(self) -> None:
        """Note which runs have ended since the last look."""
        found, self._known = runs_of(self._ledger, self._campaign_id, self._known)
        for uid, ended in found.items():
            if ended and uid not in self._waiting:
                self._waiting.append(uid)

    def _send_all(self) -> None:
        while self._waiting and not self._leaving.is_set():
            if self._sender is None:
                self._sender = self._reached()
            try:
                self._sender.send(self._waiting[0])
            except RunNotTaken as unfit:
                logger.warning("%s; it stays in the ledger", unfit)
            self._waiting.pop(0)

    def _reached(self) -> Sender:
        """The catalogue, found anew: one of our own is started again where it died."""
        if self._uri == LOCAL:
            catalogue = self._held.enter_context(local_catalogue(self._folder))
        else:
            catalogue = catalogue_at(self._uri)
            catalogue.refuse_unfit()
        return self._held.enter_context(Sender(self._ledger, catalogue))

    def _let_go(self) -> None:
        self._sender = None
        self._held.close()
