"""Consistent copies of ledgers, simulated benches and Prefect's records, made while all of them are in use.

SQLite copies a database page by page in one read transaction (`sqlite3.Connection.backup`): what is written meanwhile
is in the next copy. PostgreSQL is dumped by its own `pg_dump`. A back-up has its name only once all of it is written,
so one that broke off counts as none.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from chemistry.errors import BadInput, IonloopError
from flows.home import home
from flows.server.configuration import Configuration
from ledger.opening import database_url, refuse_unfit_file

MANIFEST, UNFINISHED = "back-up.json", ".unfinished"
_STAMP = "%Y-%m-%dT%H-%M-%SZ"
_LONGEST_NAME = 255
"""Characters that a file system lets a name have."""
PREFECT, LEDGER = "prefect", "ledger"
"""What copies are called: Prefect's records, and after the name of a campaign its ledger."""


@dataclass(frozen=True)
class Copied:
    """One file of a back-up."""

    file: str
    of: str
    """Where it comes from, without a password."""
    bytes: int
    sha256: str


@dataclass(frozen=True)
class BackedUp:
    """One back-up."""

    folder: Path
    made_at: datetime
    files: tuple[Copied, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What it holds, as rows of a table."""
        return [{"file": copied.file, "of": copied.of, "bytes": copied.bytes} for copied in self.files]


def back_up(configuration: Configuration, file: Path) -> BackedUp:
    """Make a back-up of everything that a configuration serves, look at it, and remove the oldest.

    Raises:
        BadInput: the configuration says nothing of back-ups, or a program that is needed is not there.
        IonloopError: a copy could not be made, or cannot be used.
    """
    asked = configuration.spec.back_up
    if asked is None:
        raise BadInput("the configuration says nothing of back-ups", place=str(file), remedy="Add `back_up:` to it.")
    at = datetime.now(UTC)
    place = configuration.path(asked.folder)
    final, building = place / at.strftime(_STAMP), place / f"{at.strftime(_STAMP)}{UNFINISHED}"
    if final.exists():
        raise IonloopError(f"There is a back-up of this very second: {final}.")
    try:
        building.mkdir(parents=True)
        copied = [_copy(source, building / name, name) for name, source in _sources(configuration).items()]
        copied += [_plain(source, building / "files" / source.name) for source in _files(configuration, file)]
        manifest = {"made_at": at.isoformat(), "files": [asdict(one) for one in copied]}
        (building / MANIFEST).write_text(json.dumps(manifest, indent=2))
        building.rename(final)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        raise IonloopError(f"The back-up in {place} could not be written: {error}.") from error
    except IonloopError:
        shutil.rmtree(building, ignore_errors=True)
        raise
    made = refuse_unfit_back_up(final)
    _remove_old(place, asked.keep)
    return made


def refuse_unfit_back_up(folder: Path) -> BackedUp:
    """A back-up whose every file is as it was written and can be opened.

    Raises:
        BadInput: it is none, or a file of it cannot be used.
    """
    made = _read(folder.resolve())  # SQLite opens it by a URI, which has no relative paths
    if made is None:
        raise BadInput("this is no back-up of ionloop", place=str(folder), remedy=f"Name a folder with {MANIFEST}.")
    for copied in made.files:
        path = made.folder / copied.file
        if not path.is_file() or sha256_of(path) != copied.sha256:
            raise BadInput("a file is missing or has changed", place=str(path), remedy="Take an older back-up.")
        _refuse_unreadable(path)
    return made


def newest_back_up(place: Path) -> BackedUp | None:
    """The newest back-up in a folder of back-ups."""
    return next((made for folder in sorted(_folders(place), reverse=True) if (made := _read(folder))), None)


def _sources(configuration: Configuration) -> dict[str, URL]:
    """Every database, by the name of its copy: ledgers, what simulated benches remember, Prefect's records."""
    found: dict[str, URL] = {}
    seen: set[str] = set()
    for name, campaign in configuration.campaigns.items():
        url = database_url(campaign.ledger)
        benches = sorted(campaign.folder.lab.glob("*.sqlite"))
        for label, source in ((LEDGER, url), *((bench.stem, database_url(bench)) for bench in benches)):
            key = source.render_as_string(hide_password=False)
            if key not in seen and (source.get_backend_name() != "sqlite" or Path(str(source.database)).exists()):
                seen.add(key)
                found[f"{name}.{label}{_suffix(source)}"] = source
    database = configuration.spec.server.database
    records = database_url(database if database else home() / "prefect" / "prefect.db")
    return {**found, f"{PREFECT}{_suffix(records)}": records}


def _suffix(url: URL) -> str:
    return ".sqlite" if url.get_backend_name() == "sqlite" else ".dump"


def _files(configuration: Configuration, file: Path) -> list[Path]:
    """What people wrote: the configuration, campaign files and lab files."""
    written = [file.resolve()]
    for campaign in configuration.campaigns.values():
        written += [campaign.file, campaign.lab_path]
    return list(dict.fromkeys(written))


def _copy(source: URL, target: Path, name: str) -> Copied:
    if source.get_backend_name() == "sqlite":
        _copy_sqlite(Path(str(source.database)), target)
    else:
        _dump_postgresql(source, target)
    return _told(target, name, source.render_as_string(hide_password=True))


def _plain(source: Path, target: Path) -> Copied:
    target.parent.mkdir(exist_ok=True)
    while target.exists():  # two folders may hold files of one name
        target = target.with_name(f"_{target.name}")
    shutil.copyfile(source, target)
    return _told(target, f"files/{target.name}", str(source))


def _told(target: Path, name: str, of: str) -> Copied:
    return Copied(name, of, target.stat().st_size, sha256_of(target))


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=60)) as there,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            there.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
    except sqlite3.Error as error:
        raise IonloopError(f"{source} could not be copied: {error}.") from error


def _dump_postgresql(source: URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BadInput(
            "PostgreSQL is backed up by its own program pg_dump, and it is not there",
            remedy="Install the client programs of PostgreSQL, of the server's version or newer.",
        )
    # Not on the command line, which everybody may read.
    password = {"PGPASSWORD": str(source.password)} if source.password else {}
    url = source.set(drivername="postgresql", password=None).render_as_string()
    words = [program, "--format=custom", "--no-password", f"--file={target}", url]
    said = subprocess.run(words, env={**os.environ, **password}, capture_output=True, text=True, check=False)
    if said.returncode:
        raise IonloopError(f"pg_dump failed: {' '.join(said.stderr.split())}")


def _refuse_unreadable(path: Path) -> None:
    """Open a copy: SQLite checks its own pages, and a ledger must be one that this ionloop reads."""
    if path.suffix == ".sqlite":
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            try:
                (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            except sqlite3.DatabaseError as error:
                found = str(error)
        if found != "ok":
            raise BadInput(f"SQLite finds the copy unfit ({found})", place=str(path), remedy="Look at the disk.")
        if path.stem.endswith(f".{LEDGER}"):
            refuse_unfit_file(path, create=False)
    elif path.suffix == ".dump":
        said = subprocess.run([pg_restore(), "--list", str(path)], capture_output=True, text=True, check=False)
        if said.returncode:
            raise BadInput(f"pg_restore cannot read it ({' '.join(said.stderr.split())})", place=str(path))


def pg_restore() -> str:
    """The program of PostgreSQL that reads its dumps; raises `BadInput` where it is not there."""
    program = shutil.which("pg_restore")
    if program is None:
        raise BadInput(
            "PostgreSQL is restored by its own program pg_restore, and it is not there",
            remedy="Install the client programs of PostgreSQL, of the server's version or newer.",
        )
    return program


def _remove_old(place: Path, keep: int) -> None:
    whole = [folder for folder in sorted(_folders(place), reverse=True) if _read(folder)]
    for folder in whole[keep:]:
        shutil.rmtree(folder)
    for folder in place.glob(f"*{UNFINISHED}"):  # of a process that was killed: only one makes back-ups at a time
        shutil.rmtree(folder, ignore_errors=True)


def _folders(place: Path) -> Iterator[Path]:
    return (path.parent for path in place.glob(f"*/{MANIFEST}"))


def _read(folder: Path) -> BackedUp | None:
    try:
        said = json.loads((folder / MANIFEST).read_text())
        files = tuple(Copied(**one) for one in said["files"])
        made_at = datetime.fromisoformat(said["made_at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    named = all(isinstance(one.file, str) and 0 < len(one.file) <= _LONGEST_NAME for one in files)
    return BackedUp(folder, made_at, files) if files and named else None


def sha256_of(path: Path) -> str:
    """Of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
