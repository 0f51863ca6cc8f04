"""Makes a ledger hold many times what it holds, by copies of its rows that refer to one another as the originals do."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, func, insert, select

from ledger.store import Ledger
from ledger.tables import metadata

ONCE = ("event_counter", "lease", "container", "formulation_words", "ledger_version", "person", "pool", "theory")
"""Of these there is one whatever happened; what refers to them goes on referring to the same."""


def grow(ledger: Ledger, times: int) -> None:
    """Add so many copies of everything that happened: campaigns, with all that belongs to them, and their events.

    Numbers are those of the original, shifted; names of samples and films get an ending, orders an id of their own.
    """
    with ledger.database.writing() as transaction:
        connection = transaction.connection
        tables = [table for table in metadata.sorted_tables if table.name not in ONCE]
        held = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
        runs = max(row["run"] for row in held["campaign"])
        spans = {table.name: _span(connection, table) for table in tables}
        for copy in range(1, times + 1):
            orders = {row["order_id"]: str(uuid.uuid4()) for row in held["physical_step"]}
            for table in tables:
                rows = [_shifted(table, row, copy, spans, orders, runs) for row in held[table.name]]
                if rows:
                    connection.execute(insert(table), rows)
        transaction.last = (1 + times) * spans["event"]


def _span(connection: Connection, table: Table) -> int:
    (key,) = table.primary_key.columns
    return connection.execute(select(func.max(key))).scalar() or 0 if isinstance(key.type, Integer) else 0


def _shifted(
    table: Table, row: Mapping[str, Any], copy: int, spans: Mapping[str, int], orders: Mapping[str, str], runs: int
) -> dict[str, Any]:
    told = dict(row)
    for column in table.columns:
        value, owner = told[column.name], _owner(table, column)
        if value is None or owner in ONCE:
            continue
        if column.name == "order_id":
            told[column.name] = orders[value]
        elif owner is not None and isinstance(value, int):
            told[column.name] = value + copy * spans[owner]
        elif owner is not None or _unique(table, column):
            told[column.name] = f"{value}-{copy}"
    if table.name == "campaign":
        told["run"] += copy * runs
        told["state"] = "finished"
    return told


def _owner(table: Table, column: "Column[Any]") -> str | None:
    """The table whose key a column holds."""
    for reference in column.foreign_keys:
        return reference.column.table.name
    return table.name if column.primary_key else None


def _unique(table: Table, column: "Column[Any]") -> bool:
    return bool(column.unique) or column.name == "run_uid"
