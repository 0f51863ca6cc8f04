"""The one way to read a ledger for people."""

from ledger.browsing import campaigns, films, models, now, observations
from ledger.browsing.asked import Question
from ledger.browsing.models import ModelDecisionTold
from ledger.browsing.now import ContainerTold, RequestTold, UnderWayTold
from ledger.browsing.told import (
    CampaignTold,
    Counts,
    FilmHistory,
    FilmsPage,
    MeasurementTold,
    ObservationsPage,
    ObservationTold,
)
from ledger.browsing.words import keep_words
from ledger.database import Database
from ledger.records import Records


class Browsing:
    """Reads what people ask for; each answer is of one moment. Safe to share between threads."""

    def __init__(self, ledger: Records) -> None:
        self._database: Database = ledger.database

    def prepare(self) -> int:
        """Write the words that formulations are searched by, where some are missing; returns how many were.

        Searches do so themselves. A server calls it when it starts, so that the first search need not wait.
        """
        return keep_words(self._database)

    def counts(self) -> Counts:
        """How much there is in the ledger."""
        with self._database.reading() as session:
            return campaigns.counts(session)

    def campaigns(self) -> tuple[CampaignTold, ...]:
        """Every run of every campaign, the latest first."""
        with self._database.reading() as session:
            return campaigns.campaigns(session)

    def observations(self, asked: Question) -> ObservationsPage:
        """One page of the observations that a question asks for, and how many there are in all."""
        if asked.text.strip() or asked.polymer.strip() or asked.salt.strip():
            self.prepare()
        with self._database.reading() as session:
            total = observations.count(session, asked)
            items = observations.page(session, asked)
        return ObservationsPage(total=total, offset=asked.offset, items=items)

    def observation(self, number: int) -> ObservationTold | None:
        """One observation by its id; None where there is none."""
        with self._database.reading() as session:
            return next(iter(observations.read(session, [number])), None)

    def measurement(self, number: int) -> MeasurementTold | None:
        """One measurement by its id, curves included; None where there is none."""
        with self._database.reading() as session:
            return films.measurement(session, number)

    def films(self, campaign_id: int | None = None, text: str = "", *, offset: int = 0, limit: int = 50) -> FilmsPage:
        """One page of films, the latest first: of one campaign or of all, with every word of a text in them."""
        if text.strip():
            self.prepare()
        with self._database.reading() as session:
            total, items = films.page(session, campaign_id, text, offset, limit)
        return FilmsPage(total=total, offset=offset, items=items)

    def film(self, film_id: str) -> FilmHistory:
        """One film, or a sample that came to no result, with everything that happened to it.

        Raises:
            LedgerError: there is none of this name.
        """
        with self._database.reading() as session:
            return films.history(session, film_id)

    def under_way(self, campaign_id: int) -> tuple[UnderWayTold, ...]:
        """The experiments of a campaign that have not ended, with the step that each stands at."""
        with self._database.reading() as session:
            return now.under_way(session, campaign_id)

    def containers(self) -> tuple[ContainerTold, ...]:
        """What stands on the shelves of all labs now."""
        with self._database.reading() as session:
            return now.containers(session)

    def requests(
        self, campaign_id: int | None = None, *, waiting: bool = True, most: int = 200
    ) -> tuple[RequestTold, ...]:
        """Requests for approval, the latest first: those that wait, or those that were answered."""
        with self._database.reading() as session:
            return now.requests(session, campaign_id, waiting=waiting, most=most)

    def model_decisions(self, campaign_id: int) -> tuple[ModelDecisionTold, ...]:
        """What became of a campaign's model versions, the latest first."""
        with self._database.reading() as session:
            return models.model_decisions(session, campaign_id)
