"""Connections and transactions: one writer at a time, each transaction with its numbered events."""

import copy
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlmodel import Session

from ledger.author import Author
from ledger.errors import LedgerUnavailable
from ledger.kinds import EventKind
from ledger.plain import to_json
from ledger.tables import Row, metadata

logger = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 30
"""How long one process waits for another's transaction on SQLite; a transaction takes about a millisecond."""
CONNECT_S = 10
"""How long PostgreSQL may take to answer at all, unless its URL says otherwise."""
LOOK_AGAIN_S = 0.5
"""Wall time between two tries to reach a database that is away."""
RESERVE_MB = 16.0
"""With less free space beside an SQLite ledger no transaction is begun: one that could not be ended would be lost."""

# Every transaction writes these two tables: without the object mapper that takes a third of the time.
_EVENT = metadata.tables["event"]
_COUNTER = metadata.tables["event_counter"]
_AUDIT = metadata.tables["audit"]
_LAST = select(_COUNTER.c.last).with_for_update()


class Writing:
    """One transaction that changes the ledger: a session, and the events that tell of the change."""

    def __init__(self, session: Session, last: int, now: datetime, lab_time_s: float | None, sample_mark: str) -> None:
        self.session, self.last, self.now, self._lab_time_s = session, last, now, lab_time_s
        self.sample_mark = sample_mark
        self.connection = session.connection()

    def event(
        self, kind: EventKind, subject: str, *, campaign_id: int | None = None, payload: dict[str, Any] | None = None
    ) -> int:
        """Write an event and return its number. Rows that tell of the same change carry that number."""
        self.last += 1
        row = {
            "number": self.last,
            "wall_time": self.now,
            "lab_time_s": self._lab_time_s,
            "campaign_id": campaign_id,
            "kind": kind.value,
            "subject": subject,
            "payload": payload or {},
        }
        self.connection.execute(_EVENT.insert(), row)
        return self.last

    def insert(self, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
        """Add plain rows in bulk, past the object mapper. What they refer to must have been flushed."""
        if rows:
            self.connection.execute(metadata.tables[table.__tablename__].insert(), rows)


class Database:
    """An engine, and the two ways to use it: `reading` and `writing`.

    Attributes:
        wall_now: wall-clock time, for stamps and leases.
        lab_now: the lab's clock in seconds; None where no lab is running.
        patience_s: how long a transaction waits, before it begins, for a database that is away; read again and again,
            so that whoever must leave may set it lower.
        author: in whose name it is used; every transaction with an event is audited then, and cannot be committed
            without.
        sample_mark: ends the names of new samples, so that those of another ledger are never taken for them.
        weather: called whenever a transaction is about to begin; a rehearsal of bad days raises `LedgerUnavailable`.
    """

    def __init__(self, engine: Engine, wall_now: Callable[[], datetime], lab_now: Callable[[], float] | None) -> None:
        self.engine, self.wall_now, self.lab_now = engine, wall_now, lab_now
        self._immediate = engine.execution_options(begin_immediate=True)
        self.patience_s = 0.0
        self.author: Author | None = None
        self.weather: Callable[[], None] = lambda: None
        self.sample_mark = ""
        # SQLite's own queue polls with sleeps of up to 100 ms; threads of one process line up here instead.
        self._turn: AbstractContextManager[Any] = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    def prepare(self, *steps: Callable[[Connection], None]) -> None:
        """Run steps on one connection in one writing transaction, before there is a counter to lock."""
        with self._turn, self._immediate.begin() as connection:
            for step in steps:
                step(connection)

    def impatient(self) -> Self:
        """The same database for whoever would rather be told at once that it is away."""
        other = copy.copy(self)
        other.patience_s = 0.0
        return other

    def acting(self, author: Author) -> Self:
        """The same database for somebody in whose name all changes are audited."""
        other = copy.copy(self)
        other.author = author
        return other

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with self._begun(self.engine, nullcontext()) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction, committed at the end of the block, rolled back by any error.

        The counter's row is locked first, so that transactions follow one another in the order of their event
        numbers, and a number that was rolled back is given out again: what holds up to event n never changes.
        """
        with self._begun(self._immediate, self._turn) as session:
            last = session.connection().execute(_LAST).scalar_one()
            lab_time_s = self.lab_now() if self.lab_now is not None else None
            transaction = Writing(session, last, self.wall_now(), lab_time_s, self.sample_mark)
            yield transaction
            if transaction.last != last:
                transaction.connection.execute(_COUNTER.update(), {"last": transaction.last})
                if self.author is not None:
                    between = {"first_event": last + 1, "last_event": transaction.last, "told": {}}
                    transaction.connection.execute(
                        _AUDIT.insert(), {**self.author.columns, **between, "at": transaction.now}
                    )
            session.commit()

    @contextmanager
    def _begun(self, engine: Engine, turn: AbstractContextManager[Any]) -> Iterator[Session]:
        """A session whose transaction has begun, waited for where the database is away.

        Raises:
            LedgerUnavailable: it was away for longer than `patience_s`, or went away in the middle of the block, which
                is not tried again: then the transaction was rolled back.
        """
        since = self.wall_now()
        while True:
            with _told_plainly(), ExitStack() as begun:  # to close a session is a question to the database, too
                begun.enter_context(turn)
                try:
                    session = self._try_to_begin(engine, begun)
                except LedgerUnavailable as away:
                    if self.wall_now() - since >= timedelta(seconds=self.patience_s):
                        raise
                    logger.warning("waiting for the ledger: %s", away)
                else:
                    yield session
                    return
            threading.Event().wait(LOOK_AGAIN_S)  # with no turn taken: others may be less patient

    def _try_to_begin(self, engine: Engine, begun: ExitStack) -> Session:
        self.weather()
        if self.patience_s and engine is self._immediate:  # who only asks, or gives a command, may use the reserve
            _keep_reserve(engine.url)
        with _told_plainly():
            session = begun.enter_context(Session(engine, expire_on_commit=False))
            session.connection()
        return session


def _keep_reserve(url: URL) -> None:
    if url.get_backend_name() != "sqlite":
        return
    folder = Path(url.database or "").parent
    try:
        free_MB = shutil.disk_usage(folder).free / 1e6
    except OSError as away:
        raise LedgerUnavailable(f"The folder of the ledger, {folder}, is not there: {away.strerror}") from away
    if free_MB < RESERVE_MB:
        raise LedgerUnavailable(f"The disk of {folder} is full but for {free_MB:.1f} MB: make room there")


def utc_now() -> datetime:
    """Wall-clock time, UTC."""
    return datetime.now(UTC)


def connect(url: URL) -> Engine:
    """An engine for SQLite or PostgreSQL; connects when first used."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, json_serializer=to_json, connect_args={"timeout": BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # Pre-ping: a database that was away for a minute is found again by the next transaction. A host that does not even
    # refuse would hold up whoever looks after several ledgers.
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_S}
    return create_engine(url, json_serializer=to_json, pool_pre_ping=True, connect_args=waits)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Readers beside one writer (WAL), nothing lost on power failure (FULL), foreign keys on."""
    connection.isolation_level = None  # we begin transactions ourselves, see `_begin_sqlite`
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writing transaction takes the write lock at once: one that upgraded later could fail half-way."""
    immediate = connection.get_execution_options().get("begin_immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        said = " ".join(str(error.orig).split())
        raise LedgerUnavailable(f"The ledger's database did not do what it was asked: {said}") from error
    except NoFreeConnection as error:  # every connection of the pool is in use, or hangs
        raise LedgerUnavailable(f"No connection to the ledger's database came free: {error}") from error
