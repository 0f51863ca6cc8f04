"""A catalogue of the campaign's own, served on loopback for as long as somebody here wants it."""

import contextlib
import fcntl
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from flows.catalogue.address import Catalogue, CatalogueAway, refuse_without_server
from flows.catalogue.process import KEY, NOTE
from flows.home import CampaignFolder

START_LIMIT_S = 120.0


@contextlib.contextmanager
def local_catalogue(place: CampaignFolder) -> Iterator[Catalogue]:
    """The catalogue in a campaign's folder: found where another process serves it, else served for the block.

    Raises:
        BadInput: Tiled's server is not installed.
        CatalogueAway: it does not start.
    """
    refuse_without_server()
    folder = place.path / "tiled"
    folder.mkdir(parents=True, exist_ok=True)
    key = _key(folder)
    with (folder / "lock").open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _waited_for(folder, key)
            return
        (folder / NOTE).unlink(missing_ok=True)  # of a server that was killed
        with _served(folder, key) as process:
            yield _waited_for(folder, key, process)


def _key(folder: Path) -> str:
    """The key of the catalogue, made once; only its owner may read it."""
    path = folder / "key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(16))
    return path.read_text().strip()


@contextlib.contextmanager
def _served(folder: Path, key: str) -> "Iterator[subprocess.Popen[bytes]]":
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.catalogue.process", str(folder)],
            stdin=subprocess.PIPE,  # its end is ours: a controller that is killed leaves no server
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, KEY: key, "OMP_NUM_THREADS": "1"},
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        (folder / NOTE).unlink(missing_ok=True)


def _waited_for(folder: Path, key: str, process: "subprocess.Popen[bytes] | None" = None) -> Catalogue:
    """The catalogue once it answers. Real time, on purpose: this waits for a process, not for a laboratory."""
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and (process is None or process.poll() is None):
        with contextlib.suppress(OSError, ValueError, KeyError, CatalogueAway):
            found = Catalogue(json.loads((folder / NOTE).read_text())["address"], key)
            found.refuse_unfit()
            return found
        time.sleep(0.1)
    raise CatalogueAway(f"The local Tiled catalogue did not start. Its words are in {folder / 'server.log'}")
