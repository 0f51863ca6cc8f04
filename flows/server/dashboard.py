"""The dashboard beside what is served, as a process of its own: kept up here, run there.

    python -m flows.server.dashboard      reads what to serve, as one line of JSON, and leaves when its input ends

So it ends with whoever started it, however that ended, and a password in the ledger's address is on no command line.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from flows.home import home

if TYPE_CHECKING:
    from flows.server.configuration import Configuration

AGAIN_S = 5.0
"""Before one that went is started again."""


def keep_dashboard(configuration: "Configuration", ended: threading.Event) -> None:
    """The dashboard runs until told to end; one that went is started again."""
    asked = configuration.spec.dashboard
    if asked is None:
        return
    said = {"ledger": configuration.dashboard_ledger, **asked.model_dump(include={"host", "port", "proxy"})}
    while not ended.is_set():
        with (home() / "dashboard.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flows.server.dashboard"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
            )
        if process.stdin is not None:
            process.stdin.write(json.dumps(said) + "\n")
            process.stdin.flush()
        while process.poll() is None and not ended.wait(0.5):
            pass
        if process.poll() is None:
            process.terminate()
        process.communicate()
        ended.wait(AGAIN_S)


def main() -> None:
    """Serve what the first line of the input says, until the input ends."""
    said = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_the_input, daemon=True).start()
    from flows.web.process import serve_web

    serve_web(said["ledger"], host=said["host"], port=said["port"], proxy=said["proxy"])


def _leave_with_the_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
