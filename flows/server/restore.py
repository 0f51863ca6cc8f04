"""The way back from a back-up: ledgers put where a configuration has them, each whole or not at all.

A ledger that holds anything is never overwritten. An SQLite file is copied beside its place, looked at, and takes its
name in one step; PostgreSQL is restored by its own `pg_restore` in one transaction. So a `kill -9` leaves what was
there before, or all of what was backed up.

What a simulated bench remembers, and Prefect's records, are put back where they are gone and kept where they are there:
like a real bench they may know more than a ledger of yesterday, and the ledger is asked to catch up with them.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, func, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from chemistry.errors import BadInput, IonloopError
from flows.home import home
from flows.server.back_up import LEDGER, PREFECT, BackedUp, Copied, pg_restore, refuse_unfit_back_up, sha256_of
from flows.server.configuration import Configuration
from ledger.migrations import VERSION_TABLE
from ledger.opening import database_url, refuse_other_version, refuse_unfit_file
from ledger.store import Ledger
from ledger.tables import EventCounterRow

UNFINISHED = ".restoring"
_AWAY = "Move it away first, or name with --only the campaigns whose ledger is gone."


@dataclass(frozen=True)
class Restored:
    """One database of a back-up, and what became of it."""

    file: str
    to: str
    """Without a password."""
    words: str


@dataclass(frozen=True)
class _Wanted:
    """One file of a back-up, and where it belongs."""

    copied: Copied
    source: Path
    target: URL
    is_ledger: bool

    @property
    def shown(self) -> str:
        return str(self.path or self.target.render_as_string(hide_password=True))

    @property
    def path(self) -> Path | None:
        return Path(str(self.target.database)) if self.target.get_backend_name() == "sqlite" else None


def restore(configuration: Configuration, folder: Path, only: Iterable[str] = ()) -> list[Restored]:
    """Put back what a back-up holds of a configuration's campaigns; everything is looked at before anything is written.

    Args:
        configuration: It says where ledgers are now; that need not be where they were.
        folder: The back-up.
        only: Names of campaigns; all of the back-up, and Prefect's records, where left out.

    Raises:
        BadInput: the back-up is unfit, a ledger is in the way, or the back-up and the configuration do not go together.
        IonloopError: PostgreSQL did not take it; nothing of it is there.
    """
    made = refuse_unfit_back_up(folder)
    wanted = list(_wanted(configuration, made, frozenset(only)))
    for one in wanted:
        if one.path is None:
            _refuse_unfit_dump(one.source)
        if one.is_ledger:
            _refuse_taken(one)
    files_first = sorted(wanted, key=lambda one: one.path is None)
    return [Restored(one.copied.file, one.shown, _put_back(one)) for one in files_first]


def _wanted(configuration: Configuration, made: BackedUp, only: frozenset[str]) -> Iterator[_Wanted]:
    """Where each database of a back-up belongs; its name says whose it is."""
    places: Mapping[str, Any] = configuration.campaigns
    held = {copied.file.split(".")[0] for copied in made.files if "/" not in copied.file} - {PREFECT}
    for name in sorted(only - held):
        raise BadInput(
            f"the back-up holds nothing of a campaign {name}",
            place=str(made.folder),
            remedy=f"It holds {', '.join(sorted(held))}; a ledger that campaigns share stands under the first of them.",
        )
    for copied in made.files:
        name, _, rest = copied.file.partition(".")
        if "/" in copied.file or (only and name not in only):
            continue
        if name == PREFECT:
            database = configuration.spec.server.database
            yield _fitting(made, copied, database_url(database or home() / "prefect" / "prefect.db"), is_ledger=False)
            continue
        if name not in places:
            raise BadInput(
                f"the back-up holds a campaign {name}, which the configuration does not serve",
                place=str(made.folder / copied.file),
                remedy="Add it to the configuration, or name with --only what is to be restored.",
            )
        label = rest.rpartition(".")[0]
        target = places[name].ledger if label == LEDGER else places[name].folder.lab / f"{label}.sqlite"
        yield _fitting(made, copied, database_url(target), is_ledger=label == LEDGER)


def _fitting(made: BackedUp, copied: Copied, target: URL, *, is_ledger: bool) -> _Wanted:
    kind = "sqlite" if copied.file.endswith(".sqlite") else "postgresql"
    if target.get_backend_name() != kind:
        raise BadInput(
            f"{copied.file} is of {kind}, and the configuration has it in {target.get_backend_name()}",
            place=target.render_as_string(hide_password=True),
            remedy="Restore it to a database of the same kind; `ionloop export` and `import` carry a campaign over.",
        )
    return _Wanted(copied, made.folder / copied.file, target, is_ledger)


def _refuse_taken(one: _Wanted) -> None:
    """Raise `BadInput` where a ledger holds anything, unless it is the very copy, of a restoring that was cut off."""
    if one.path is None:
        _refuse_rows(one.target, one.shown)
        return
    if not one.path.exists() or _is_the_same(one):
        return
    refuse_unfit_file(one.path, create=True)
    with Ledger.open(one.path, create=False) as there:
        last = there.last_event()
    if last:
        raise BadInput(f"the ledger that is there holds {last} events", place=one.shown, remedy=_AWAY)


def _refuse_rows(target: URL, shown: str) -> None:
    """A database is restored as a whole: nothing at all may be in it, but an empty ledger."""
    engine = create_engine(target)
    try:
        with engine.connect() as connection:
            looked = inspect(connection)
            for schema in looked.get_schema_names():
                if schema == "information_schema":
                    continue
                there = MetaData()
                there.reflect(connection, schema=schema)
                for table in there.sorted_tables:
                    if table.name == VERSION_TABLE:
                        continue
                    counts = table.name == EventCounterRow.__tablename__
                    asked = select(func.max(table.c.last)) if counts else select(func.count()).select_from(table)
                    if connection.execute(asked).scalar():
                        held = f"the database that is there holds rows in {table.fullname}"
                        raise BadInput(
                            held, place=shown, remedy="Name a new database in the configuration, or empty it."
                        )
    except OperationalError as error:
        raise BadInput(
            f"the database cannot be asked ({' '.join(str(error.orig).split())})",
            place=shown,
            remedy="Make it (createdb) and start its server; the restoring fills it.",
        ) from error
    finally:
        engine.dispose()


def _put_back(one: _Wanted) -> str:
    """Restore one database; what became of it, in words."""
    if one.path is None:
        if not one.is_ledger and _has_tables(one.target):
            return "kept as it is"
        _restore_postgresql(one.source, one.target)
    elif one.path.exists() and _is_the_same(one):
        return "restored already"
    elif not one.is_ledger and one.path.exists():
        return "kept as it is"
    else:
        _restore_sqlite(one.source, one.path, one.copied.sha256)
    return _found(one) if one.is_ledger else "restored"


def _is_the_same(one: _Wanted) -> bool:
    """Whether just this copy lies there, and nobody has written to it."""
    return one.path is not None and not Path(f"{one.path}-wal").exists() and sha256_of(one.path) == one.copied.sha256


def _has_tables(target: URL) -> bool:
    engine = create_engine(target)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _found(one: _Wanted) -> str:
    """Open what was restored, as whoever goes on with it does."""
    with closing(Ledger.open(one.path or one.target.render_as_string(hide_password=False), create=False)) as ledger:
        events = ledger.last_event()
        latest = ledger.events(after=events - 1)
    return f"restored, {events} events" + (f" up to {latest[-1].wall_time:%Y-%m-%d %H:%M:%S} UTC" if latest else "")


def _restore_sqlite(source: Path, target: Path, sha256: str) -> None:
    building = target.with_name(f"{target.name}{UNFINISHED}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as there, building.open("wb") as copy:
            shutil.copyfileobj(there, copy)
            copy.flush()
            os.fsync(copy.fileno())
        if sha256_of(building) != sha256:
            raise IonloopError(f"The copy at {building} is not what was backed up. Look at the disk.")
        for log in ("-wal", "-shm"):  # of the empty ledger whose place it takes
            Path(f"{target}{log}").unlink(missing_ok=True)
        building.replace(target)
    except OSError as error:
        building.unlink(missing_ok=True)
        raise IonloopError(f"{target} could not be written: {error}.") from error


def _restore_postgresql(source: Path, target: URL) -> None:
    password = {"PGPASSWORD": str(target.password)} if target.password else {}
    url = target.set(drivername="postgresql", password=None).render_as_string()
    whole = ["--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--no-password"]
    said = subprocess.run(
        [pg_restore(), *whole, f"--dbname={url}", str(source)],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise IonloopError(f"pg_restore failed, and nothing was written: {' '.join(said.stderr.split())}")


def _refuse_unfit_dump(source: Path) -> None:
    """A dump must be of a layout that this ionloop reads; Prefect's own has none of ours."""
    words = [pg_restore(), "--data-only", f"--table={VERSION_TABLE}", "--file=-", str(source)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [place for place, line in enumerate(said) if line.startswith("COPY ")]
    for place in rows:
        refuse_other_version(said[place + 1].strip(), str(source))
