"""New ledgers of the tests are laid out by the statements that laid out the first of the process on that database.

Alembic and SQLAlchemy work out the same seventy statements for every new ledger, which takes longer than most tests
that need one. The history itself is run for the first ledger, in each process that a test starts, and where a ledger
is brought up to date; `ledger/test_migrations.py` holds the two against one another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from ledger.migrations import upgrade, version_of

_SAID: dict[str, list[tuple[str, Any]]] = {}
"""What makes an empty ledger, its first rows included, by the kind of database."""


def lay_out(connection: Connection) -> None:
    """As `ledger.migrations.upgrade` does."""
    kind = connection.dialect.name
    if version_of(connection) is not None:
        upgrade(connection)
    elif kind not in _SAID:
        with _changes_of(connection) as said:
            upgrade(connection)
        _SAID[kind] = said
    else:
        for statement, values in _SAID[kind]:
            connection.exec_driver_sql(statement, values or None)


@contextmanager
def _changes_of(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []

    def hear(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if not statement.lstrip().startswith(("SELECT", "PRAGMA")):
            said.append((statement, values))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(connection, "before_cursor_execute", hear)
