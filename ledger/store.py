"""The ledger: the only memory of ionloop, in one SQLite file or one PostgreSQL database."""

import string
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from chemistry.errors import BadInput
from ledger.amendments import AmendmentRecords
from ledger.author import Author
from ledger.calculations import CalculationRecords
from ledger.campaigns import CampaignRecords
from ledger.database import Database, connect, utc_now
from ledger.errors import LedgerError
from ledger.experiments import ExperimentRecords
from ledger.film_decisions import FilmDecisionRecords
from ledger.migrations import upgrade
from ledger.model_versions import ModelRecords
from ledger.observations import ObservationRecords
from ledger.opening import database_url, refuse_unfit_database, refuse_unfit_file
from ledger.pools import PoolRecords
from ledger.predictions import PredictionRecords
from ledger.published import PublishedRecords
from ledger.samples import SampleRecords
from ledger.tables import EventCounterRow, EventRow
from ledger.theory import TheoryRecords

_DIGITS = string.digits + string.ascii_lowercase


class Ledger(
    CampaignRecords,
    ExperimentRecords,
    CalculationRecords,
    SampleRecords,
    ObservationRecords,
    AmendmentRecords,
    FilmDecisionRecords,
    PublishedRecords,
    ModelRecords,
    PredictionRecords,
    PoolRecords,
    TheoryRecords,
):
    """Everything that happened, numbered. Each method that changes something is one transaction with its event.

    Safe to share between threads. Rows that are returned are copies: changing them changes nothing in the ledger.
    """

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        create: bool = True,
        *,
        wall_now: Callable[[], datetime] = utc_now,
        lab_now: Callable[[], float] | None = None,
    ) -> Self:
        """Open a ledger and bring it to the present layout; make it if there is none.

        Args:
            url_or_path: Path of an SQLite file, or `postgresql://…`.
            create: Whether a missing ledger may be made.
            wall_now: Wall-clock time, UTC.
            lab_now: The lab's clock, seconds; can be given later (`set_lab_clock`).

        Raises:
            BadInput: for a file that is no ledger, a ledger of another version, a database that does not answer.
                Nothing is written then.
        """
        url = database_url(url_or_path)
        place = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite":
            path = Path(url.database or "")
            place = str(path)
            refuse_unfit_file(path, create=create)
            _make_folder(path.parent, place)
        database = Database(connect(url), wall_now, lab_now)
        try:
            database.prepare(lambda connection: refuse_unfit_database(connection, place, create=create), upgrade)
        except DBAPIError as error:
            database.engine.dispose()
            raise BadInput(
                f"the ledger cannot be opened ({' '.join(str(error.orig).split())})",
                place=place,
                remedy="Check that the path is writable, or that the database is running and lets you in",
            ) from error
        except BadInput:
            database.engine.dispose()
            raise
        return cls(database)

    def close(self) -> None:
        """Close every connection."""
        self.database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def be_patient(self, seconds: float) -> None:
        """From now on wait so long, wall time, for a database that is away; 0: not at all. From any thread."""
        self.database.patience_s = seconds

    def impatient(self) -> Self:
        """The same ledger for whoever would rather be told at once that the database is away."""
        return type(self)(self.database.impatient())

    def acting(self, author: Author) -> Self:
        """The same ledger for somebody in whose name all changes are audited, each in its own transaction."""
        return type(self)(self.database.acting(author))

    def set_lab_clock(self, lab_now: Callable[[], float] | None) -> None:
        """From now on events carry this clock's time (seconds) as lab time."""
        self.database.lab_now = lab_now

    def mark_samples(self) -> None:
        """From now on new samples carry this ledger's own mark: `c1-e012a-3kf9z`.

        Ledgers count their campaigns from one, and several may work at one bench: without a mark two films there would
        bear one name. The mark follows from the moment of the ledger's first event, so it is the same for ever.
        """
        with self.database.reading() as session:
            first = session.exec(select(EventRow.wall_time).order_by(col(EventRow.number)).limit(1)).first()
        if first is None:
            raise LedgerError("An empty ledger has no mark yet: begin a campaign first")
        number = zlib.crc32(first.isoformat().encode()) % 36**5
        self.database.sample_mark = "-" + "".join(_DIGITS[number // 36**place % 36] for place in range(5))

    def last_event(self) -> int:
        """Number of the last event; 0 in a new ledger. What holds up to it never changes."""
        with self.database.reading() as session:
            return session.exec(select(EventCounterRow.last)).one()

    def last_event_of(self, campaign_id: int) -> EventRow | None:
        """The last event of a campaign; None where there is none."""
        query = select(EventRow).where(EventRow.campaign_id == campaign_id).order_by(col(EventRow.number).desc())
        with self.database.reading() as session:
            return session.exec(query.limit(1)).first()

    def events(self, campaign_id: int | None = None, after: int = 0, most: int | None = None) -> list[EventRow]:
        """Events with a number above `after`, of one campaign or all, in their order; the first `most` of them."""
        query = select(EventRow).where(EventRow.number > after)
        if campaign_id is not None:
            query = query.where(EventRow.campaign_id == campaign_id)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(col(EventRow.number)).limit(most)))


def _make_folder(folder: Path, place: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"the folder of the ledger cannot be made ({error.strerror})", place=place, remedy="Choose another path"
        ) from error
