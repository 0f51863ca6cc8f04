"""A PostgreSQL of our own with Debian's programs, which have the extensions that Prefect's server needs."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chemistry.errors import BadInput

DEBIAN = Path("/usr/lib/postgresql")
OWNER = "postgres"
"""As whom it runs where we are root: the server refuses to be."""


@contextlib.contextmanager
def debian_postgres(folder: Path, databases: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """URLs of new databases on a new server, which listens on a socket in the folder only, and is stopped at the end.

    It keeps what it was told through a power failure (fsync is on), as a ledger needs.

    Raises:
        BadInput: PostgreSQL is not installed.
    """
    programs = _programs()
    folder.mkdir(parents=True)
    data, as_owner = folder / "data", _as_owner(folder)
    _said(programs / "initdb", "-D", data, "-U", "ionloop", "-A", "trust", "-E", "UTF8", **as_owner)
    options = f"-c listen_addresses='' -k {folder} -c max_connections=200"
    _said(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start", **as_owner)
    try:
        for name in databases:
            _said(programs / "createdb", "-h", folder, "-U", "ionloop", name)
        yield {name: f"postgresql://ionloop@/{name}?host={folder}" for name in databases}
    finally:
        _said(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", **as_owner)


def _programs() -> Path:
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for folder in (*sorted(DEBIAN.glob("*/bin"), reverse=True), *on_path):
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "createdb")):
            return folder
    raise BadInput("there is no PostgreSQL here", place=str(DEBIAN), remedy="apt install postgresql")


def _as_owner(folder: Path) -> dict[str, Any]:
    if os.geteuid():
        return {}
    try:
        shutil.chown(folder, OWNER)
    except LookupError as error:
        raise BadInput(
            f"PostgreSQL does not run as root, and there is no user {OWNER}", remedy="Run this as another user"
        ) from error
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and above.name.startswith("tmp"):
            above.chmod(above.stat().st_mode | 0o011)  # a temporary folder of ours, which it has to pass through
    return {"user": OWNER, "extra_groups": ()}


def _said(*words: object, **options: Any) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise SystemExit(f"{words[0]} ended with status {done.returncode}: {done.stderr or done.stdout}")
