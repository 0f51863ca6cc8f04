"""The history of the table layout, carried out by alembic without a configuration file.

A new version is a new file in `versions/` whose `upgrade` uses `alembic.op`; `differences` says what is still missing
in it, and a test keeps it empty on both databases.
"""

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

VERSION_TABLE = "ledger_version"
"""Not alembic's usual name: a PostgreSQL database may hold another program's tables too."""

_FOLDER = Path(__file__).parent
_ONE_AT_A_TIME = threading.Lock()
"""`alembic.op` is one for the whole process."""


def known_versions() -> list[str]:
    """Every layout version that this ionloop can read, newest first."""
    return [revision.revision for revision in _scripts().walk_revisions()]


def version_of(connection: Connection) -> str | None:
    """Layout version of a database; None where there is no ledger."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring a database to the newest layout, in the transaction that the connection is in."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    if connection.dialect.name == "postgresql":  # SQLite is locked by BEGIN IMMEDIATE
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('ledger_version'))"))
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    scripts = _scripts()
    newer = list(scripts.iterate_revisions("head", context.get_current_revision()))
    with _ONE_AT_A_TIME, Operations.context(context):
        for revision in reversed(newer):
            revision.module.upgrade()
            context.stamp(scripts, revision.revision)


def differences(connection: Connection) -> list[Any]:
    """What the tables in code have that a database at the newest version lacks, or the other way round."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from ledger.tables import metadata

    options = {"version_table": VERSION_TABLE, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


@cache  # alembic compiles every file anew each time it reads the folder, which took most of opening a ledger
def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER / "versions")])
