"""The simulated lab's own record of what was physically done, outside the ledger and durable on its own.

One SQLite file in the lab's folder, WAL and `synchronous=FULL`: every order as it came, what became of it, and the
state of the bench. An order and what it did to matter are written in one transaction, so that whoever opens the file
again finds each order either done, or begun with its end still to come, or never there.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from chemistry.errors import IonloopError
from chemistry.value import Value
from devices.served.sole_user import InUse, own_database

VERSION = 1
"""Layout of the file; another one is refused."""

_LAYOUT = """
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL UNIQUE,
    station TEXT NOT NULL,
    device TEXT NOT NULL,
    token INTEGER NOT NULL,
    sample TEXT NOT NULL,
    command TEXT NOT NULL,
    parameters TEXT NOT NULL,
    received REAL NOT NULL,
    due REAL,
    ended REAL,
    outcome TEXT NOT NULL,
    result TEXT NOT NULL DEFAULT '{}',
    words TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS things (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);
"""

Outcome = Literal["begun", "done", "refused", "interrupted", "failed"]


class PhysicalAct(Value):
    """One order that an instrument of the bench received, and what came of it."""

    order_id: str
    station: str
    device: str
    """Role of the instrument in its station."""
    token: int
    sample: str
    command: str
    parameters: dict[str, Any] = Field(default={})
    received: float
    """Lab time, s."""
    due: float | None = None
    """Lab time at which it ends or was to end; None where it was refused."""
    ended: float | None = None
    outcome: Outcome = "begun"
    result: dict[str, Any] = Field(default={})
    words: str = ""


class BrokenRecord(IonloopError):
    """The lab's file is of another version, or no record at all."""


class BenchInUse(IonloopError):
    """Another process runs this bench; two would each do to matter what the other does not know."""


Things = Mapping[tuple[str, str], Any]
"""Parts of the bench by kind and name: samples, containers, cells, panels."""


class LabRecord:
    """The file, opened for writing by the one process that runs the bench."""

    def __init__(self, path: Path, where: str = "") -> None:
        """`where` is the address on which the lab is served, if it is."""
        self._lock = threading.Lock()
        try:
            self._alone, self._connection = own_database(path, _LAYOUT, where)
        except InUse as taken:
            words = f"The simulated lab in {path.parent} is run already, by {taken}. Use that one, or end it first"
            raise BenchInUse(f"{words}; another one needs a folder and a port of its own") from taken
        except sqlite3.DatabaseError as broken:
            raise BrokenRecord(f"{path} is not the record of a simulated lab: {broken}") from broken
        version = self.things().setdefault(("lab", "version"), VERSION)
        if version != VERSION:
            self.close()
            raise BrokenRecord(f"{path} has version {version}, this program writes {VERSION}: use another folder")
        with self._transaction():
            self._save({("lab", "version"): VERSION})

    def begin(self, act: PhysicalAct, things: Things) -> None:
        """Write that an order came (begun, or refused at once) with the state of the bench that goes with it."""
        values = act.model_dump()
        values["parameters"], values["result"] = json.dumps(act.parameters), json.dumps(act.result)
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        with self._transaction():
            self._connection.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", values)
            self._save(things)

    def end(self, act: PhysicalAct, things: Things) -> None:
        """Write how an order ended, with what it did to the bench."""
        values = (act.ended, act.outcome, json.dumps(act.result), act.words, act.order_id)
        with self._transaction():
            self._connection.execute(
                "UPDATE orders SET ended = ?, outcome = ?, result = ?, words = ? WHERE order_id = ?", values
            )
            self._save(things)

    def save(self, things: Things) -> None:
        """Write a change of the bench that no order made."""
        with self._transaction():
            self._save(things)

    def acts(self, *, outcome: Outcome | None = None) -> list[PhysicalAct]:
        """Every order in the order in which they came, or those of one outcome."""
        return _acts(self._connection, outcome)

    def knows(self, order_id: str) -> bool:
        """Whether an order with this id was ever received."""
        found = self._connection.execute("SELECT 1 FROM orders WHERE order_id = ?", (order_id,)).fetchone()
        return found is not None

    def things(self) -> dict[tuple[str, str], Any]:
        """The state of the bench."""
        return _things(self._connection)

    def close(self) -> None:
        """Close the file; everything is on disk already."""
        with self._lock:
            self._connection.close()
            self._alone.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _save(self, things: Things) -> None:
        rows = [(kind, name, json.dumps(content)) for (kind, name), content in things.items()]
        self._connection.executemany(
            "INSERT INTO things (kind, name, content) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, name) DO UPDATE SET content = excluded.content",
            rows,
        )


def read_record(path: Path) -> list[PhysicalAct]:
    """Everything that was physically done, in order; reads beside a running lab and changes nothing."""
    with _reading(path) as connection:
        return _acts(connection, None)


def read_things(path: Path) -> dict[tuple[str, str], Any]:
    """The state of the bench by kind and name, as it was last written."""
    with _reading(path) as connection:
        return _things(connection)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def _things(connection: sqlite3.Connection) -> dict[tuple[str, str], Any]:
    rows = connection.execute("SELECT kind, name, content FROM things").fetchall()
    return {(kind, name): json.loads(content) for kind, name, content in rows}


def _acts(connection: sqlite3.Connection, outcome: Outcome | None) -> list[PhysicalAct]:
    names = list(PhysicalAct.model_fields)
    query = f"SELECT {', '.join(names)} FROM orders"
    rows = connection.execute(f"{query} WHERE outcome = ? OR ? IS NULL ORDER BY number", (outcome, outcome))
    acts: list[PhysicalAct] = []
    for row in rows:
        values = dict(zip(names, row, strict=True))
        values["parameters"], values["result"] = json.loads(values["parameters"]), json.loads(values["result"])
        acts.append(PhysicalAct(**values))
    return acts
