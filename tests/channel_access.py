"""Gives this process of the tests a Channel Access port of its own: import it before anything that imports ophyd."""

import socket

from devices.channel_access import ChannelAccess, prepare


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


ACCESS = ChannelAccess(port=free_port())
prepare(ACCESS)
