"""What the instruments of a station were told and how it ended, durable, for those that cannot remember by themselves.

One SQLite file of a station, WAL and `synchronous=FULL`. An order and what its instrument shows from then on are
written in one transaction: before the driver begins it, and before any process variable says that it has ended.
"""

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from chemistry.errors import IonloopError
from chemistry.value import Value
from devices.drivers.protocols import Task
from devices.served.panel import Panel
from devices.served.sole_user import InUse, own_database

VERSION = 1
"""Layout of the file; another one is refused."""

_LAYOUT = """
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    instrument TEXT NOT NULL,
    order_id TEXT NOT NULL,
    token INTEGER NOT NULL,
    sample TEXT NOT NULL,
    command TEXT NOT NULL,
    written TEXT NOT NULL,
    received REAL NOT NULL,
    ended REAL,
    outcome TEXT NOT NULL,
    result TEXT NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (instrument, order_id)
);
CREATE TABLE IF NOT EXISTS instruments (name TEXT PRIMARY KEY, panel TEXT NOT NULL, owned INTEGER NOT NULL);
"""

Outcome = Literal["begun", "done", "refused", "failed", "unknown", "never begun"]


class MemoryInUse(IonloopError):
    """Another process runs this station; two would each tell the instruments what the other does not know."""


class BrokenMemory(IonloopError):
    """The station's file is of another version, or no memory at all."""


class RememberedOrder(Value):
    """One order that an instrument received, and what came of it."""

    instrument: str
    """Role of the instrument in its station."""
    order_id: str
    token: int
    sample: str
    command: str
    written: dict[str, Any] = Field(default={})
    received: float
    """Wall time, s since the Unix epoch."""
    ended: float | None = None
    outcome: Outcome = "begun"
    """`unknown`: the process was killed in the middle of it, and nobody can tell what the instrument made of it."""
    result: dict[str, Any] = Field(default={})
    words: str = ""

    @property
    def task(self) -> Task:
        """The order as a driver sees it."""
        return Task(self.order_id, self.sample, self.command, self.written)


@dataclass(frozen=True)
class RememberedInstrument:
    """What an instrument showed last, and whether it had an owner."""

    panel: Panel
    owned: bool


class OrderMemory:
    """The file, opened for writing by the one process that runs the station; calls may come from any thread."""

    def __init__(self, path: Path, where: str = "") -> None:
        """`where` is the address on which its station is served."""
        self._lock = threading.Lock()
        try:
            self._alone, self._connection = own_database(path, _LAYOUT, where)
        except InUse as taken:
            words = f"This station is served already, by {taken}; its memory is {path.parent}"
            raise MemoryInUse(f"{words}. Leave the station to it, or end it first") from taken
        except sqlite3.DatabaseError as broken:
            raise BrokenMemory(f"{path} is not the memory of a station: {broken}") from broken
        version = self._connection.execute("PRAGMA user_version").fetchone()[0] or VERSION
        self._connection.execute(f"PRAGMA user_version={version}")
        if version != VERSION:
            self.close()
            raise BrokenMemory(f"{path} has version {version}, this program writes {VERSION}: use another folder")

    def instrument(self, name: str) -> RememberedInstrument | None:
        """What an instrument showed last; None where it was never here."""
        with self._lock:
            row = self._connection.execute("SELECT panel, owned FROM instruments WHERE name = ?", (name,)).fetchone()
        return RememberedInstrument(Panel.load(json.loads(row[0])), bool(row[1])) if row else None

    def note(self, name: str, instrument: RememberedInstrument) -> None:
        """Write what an instrument shows, where no order changed it."""
        self._write(None, name, instrument)

    def write(self, order: RememberedOrder, instrument: RememberedInstrument) -> None:
        """Write an order as it stands now, new or changed, with what its instrument shows."""
        self._write(order, order.instrument, instrument)

    def order(self, instrument: str, order_id: str) -> RememberedOrder | None:
        """The order with this id, if the instrument ever received it."""
        return next(iter(self._orders("instrument = ? AND order_id = ?", instrument, order_id)), None)

    def under_way(self, instrument: str) -> RememberedOrder | None:
        """The order that was begun and has not ended."""
        return next(iter(self._orders("instrument = ? AND outcome = 'begun'", instrument)), None)

    def begun_before(self, order: RememberedOrder) -> str | None:
        """Id of the order that the same instrument began before this one."""
        begun = "instrument = ? AND outcome NOT IN ('refused', 'never begun') AND order_id != ?"
        orders = self._orders(begun, order.instrument, order.order_id)
        return orders[-1].order_id if orders else None

    def orders(self) -> list[RememberedOrder]:
        """Every order, in the order in which they came."""
        return self._orders("1")

    def close(self) -> None:
        """Close the file; everything is on disk already."""
        with self._lock:
            self._connection.close()
            self._alone.close()

    def _orders(self, condition: str, *values: str) -> list[RememberedOrder]:
        names = list(RememberedOrder.model_fields)
        query = f"SELECT {', '.join(names)} FROM orders WHERE {condition} ORDER BY number"
        with self._lock:
            rows = self._connection.execute(query, values).fetchall()
        return [_order(dict(zip(names, row, strict=True))) for row in rows]

    def _write(self, order: RememberedOrder | None, name: str, instrument: RememberedInstrument) -> None:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if order is not None:
                    self._save(order)
                self._connection.execute(
                    "INSERT INTO instruments (name, panel, owned) VALUES (?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET panel = excluded.panel, owned = excluded.owned",
                    (name, json.dumps(instrument.panel.dump()), instrument.owned),
                )
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _save(self, order: RememberedOrder) -> None:
        values = {**order.model_dump(), "written": json.dumps(order.written), "result": json.dumps(order.result)}
        changing = ", ".join(f"{name} = excluded.{name}" for name in ("ended", "outcome", "result", "words"))
        self._connection.execute(
            f"INSERT INTO orders ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)}) "
            f"ON CONFLICT (instrument, order_id) DO UPDATE SET {changing}",
            values,
        )


def _order(row: Mapping[str, Any]) -> RememberedOrder:
    return RememberedOrder(**{**row, "written": json.loads(row["written"]), "result": json.loads(row["result"])})
