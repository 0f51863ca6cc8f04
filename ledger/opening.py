"""Which database a path or URL means, and whether it is a ledger that this ionloop can read."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from chemistry.errors import BadInput
from chemistry.wording import LONGEST_PATH, shortened
from ledger.errors import NoLedger
from ledger.migrations import VERSION_TABLE, known_versions, version_of
from ledger.tables import metadata

_SQLITE_HEADER = b"SQLite format 3\x00"
_OTHER_NAME = "Give the path of a ledger that ionloop wrote, or of a file that does not exist yet"


def database_url(url_or_path: str | Path) -> URL:
    """The URL of a ledger: a path is an SQLite file, `postgresql://` goes through psycopg 3.

    Raises:
        BadInput: for a URL that cannot be read, or another kind of database.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
    except (ArgumentError, ValueError) as error:
        shown = url_or_path.rpartition("@")[2]  # what stands before it may be a password
        raise BadInput(f"{shown!r} is no database URL", remedy=_OTHER_NAME) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database:
        return url
    raise BadInput(
        f"a ledger cannot live in {url.render_as_string(hide_password=True)!r}",
        remedy="Give the path of an SQLite file, or a postgresql:// URL",
    )


def refuse_unfit_file(path: Path, *, create: bool) -> None:
    """Look at a file without changing it, and refuse what is no ledger of ours.

    Raises:
        BadInput: if it is missing and may not be made, a folder, no SQLite file, another program's database, or a
            ledger of another version.
    """
    place = str(path)
    try:
        there = path.exists()
    except OSError as error:  # a name that no file can have
        raise BadInput(
            f"no ledger can be here ({error.strerror})", place=shortened(place, LONGEST_PATH), remedy=_OTHER_NAME
        ) from error
    if not there:
        if not create:
            raise NoLedger("there is no ledger here", place=place, remedy="Check the path, or run a campaign first")
        return
    if path.is_dir():
        raise BadInput("a ledger is a file, and this is a folder", place=place, remedy=_OTHER_NAME)
    try:
        with path.open("rb") as file:
            header = file.read(len(_SQLITE_HEADER))
    except OSError as error:
        raise BadInput(f"the ledger cannot be read ({error.strerror})", place=place, remedy=_OTHER_NAME) from error
    if not header:
        return  # a process was killed between making the file and the first table
    if header != _SQLITE_HEADER:
        raise BadInput(f"this is no SQLite file (it starts with {header[:16]!r})", place=place, remedy=_OTHER_NAME)
    # Without a log beside it the file is all there is, and can be read without leaving traces.
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}") if VERSION_TABLE in tables else ()
            versions = [number for (number,) in version]
    except sqlite3.DatabaseError as error:
        raise BadInput(f"the file cannot be read as a database ({error})", place=place, remedy=_OTHER_NAME) from error
    if tables and VERSION_TABLE not in tables:
        raise BadInput(
            f"this SQLite file is no ledger (it holds {', '.join(sorted(tables)[:5])})", place=place, remedy=_OTHER_NAME
        )
    for number in versions:
        refuse_other_version(number, place)


def refuse_unfit_database(connection: Connection, place: str, *, create: bool) -> None:
    """The same for a database that has been connected to; on PostgreSQL this is the only look.

    Raises:
        BadInput: if it holds a ledger of another version, no ledger where one was asked for, or somebody else's
            tables under our names.
    """
    version = version_of(connection)
    if version is not None:
        refuse_other_version(version, place)
        return
    taken = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        raise BadInput(
            f"the database holds tables of another program under our names ({', '.join(taken[:5])})",
            place=place,
            remedy="Give the ledger a database or a schema of its own",
        )
    if not create:
        raise NoLedger("there is no ledger in this database", place=place, remedy="Check the URL, or run a campaign")


def refuse_other_version(version: str, place: str) -> None:
    """Refuse a layout that this ionloop does not know.

    Raises:
        BadInput: naming both versions.
    """
    known = known_versions()
    if version not in known:
        raise BadInput(
            f"this ledger was written by another version of ionloop (layout {version}, known here: {known[0]})",
            place=place,
            remedy="Open it with the ionloop that wrote it, or a newer one",
        )
