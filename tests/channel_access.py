"""Gives this process of the tests a Channel Access port of its own: import it before anything that imports ophyd."""

import atexit
import os
import socket
import sys

from devices.channel_access import ChannelAccess, prepare

FIRST, LAST = 20_000, 32_000
"""Below the ports that systems give to whoever asks for any (Linux from 32768, others from 49152)."""


def own_port() -> tuple[int, socket.socket]:
    """A port that no other process of the tests has, and what keeps it: the port above it, bound as long as we live.

    A port that was free a moment ago would not do: until a lab is served on it, and between two of them, anybody may
    be given it who asks for any.
    """
    pairs = (LAST - FIRST) // 2
    for pair in range(pairs):
        port = FIRST + 2 * ((os.getpid() + pair) % pairs)
        keeper = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            keeper.bind(("127.0.0.1", port + 1))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
                ours.bind(("127.0.0.1", port))
        except OSError:
            keeper.close()
        else:
            return port, keeper
    raise AssertionError(f"no port between {FIRST} and {LAST} is free")


if "ophyd" in sys.modules and "EPICS_CA_SERVER_PORT" in os.environ:
    # Forked by a process that had loaded all of it (`flows/ready_process.py`), and speaks to nobody.
    ACCESS = ChannelAccess(port=int(os.environ["EPICS_CA_SERVER_PORT"]))
else:
    _port, _keeper = own_port()
    atexit.register(_keeper.close)
    ACCESS = ChannelAccess(port=_port)
    prepare(ACCESS)
