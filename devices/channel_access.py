"""How this process speaks Channel Access: whom it asks for PVs, and no noise on its standard error."""

import logging
import os
import shutil
import socket
import struct
import sys
import threading
import warnings
from typing import Annotated

from pydantic import AfterValidator, Field

from chemistry.errors import BadInput
from chemistry.value import Value
from chemistry.wording import shortened
from devices.interrupt import interrupts_held

_AS_ADDRESS = "Write HOST or HOST:PORT, such as 127.0.0.1 or 192.0.2.20:5066."


def _host_and_port(address: str) -> tuple[str, int | None]:
    """The host of an address, and the port where it names one; raises `ValueError` where it is no address."""
    host, _, port = address.partition(":")
    if not host:
        raise ValueError(f"{address!r} names no host")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"{port!r} is no port")
    return host, int(port) if port else None


def _checked(address: str) -> str:
    _host_and_port(address)
    return address


class ChannelAccess(Value):
    """Where the PVs of a lab are looked for; without it, where the `EPICS_CA_…` variables of the environment say."""

    addresses: tuple[Annotated[str, AfterValidator(_checked)], ...] = Field(default=("127.0.0.1",), min_length=1)
    """`HOST`, or `HOST:PORT` where several servers stand on one machine."""
    port: int = Field(default=5064, ge=1, le=65535)

    def place(self, address: str | None = None) -> tuple[str, int]:
        """Host and port of an address, by default of the first.

        >>> ChannelAccess(addresses=("192.0.2.1",)).place("192.0.2.1:5066")
        ('192.0.2.1', 5066)

        Raises:
            BadInput: the port is no number.
        """
        try:
            host, port = _host_and_port(self.addresses[0] if address is None else address)
        except ValueError as error:
            raise BadInput(str(error), place=f"address {address!r}", remedy=_AS_ADDRESS) from error
        return host, self.port if port is None else port


def prepare(settings: ChannelAccess) -> None:
    """Set up Channel Access. Its library reads the environment once, when ophyd is imported: so call this before.

    Raises:
        BadInput: nobody knows a host that is named, or this process speaks with another lab already.
    """
    for number, address in enumerate(settings.addresses):
        _refuse_unknown_host(settings.place(address)[0], f"channel_access.addresses.{number}")
    wanted = {
        "EPICS_CA_ADDR_LIST": " ".join(settings.addresses),
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_SERVER_PORT": str(settings.port),
    }
    other = {name: os.environ.get(name, "unset") for name in wanted if os.environ.get(name) != wanted[name]}
    if other and "ophyd" in sys.modules:
        now = ", ".join(f"{name} {value}" for name, value in other.items())
        raise BadInput(
            f"Channel Access speaks with another lab in this process already ({now})",
            place="channel_access",
            remedy="Use one lab in a process, or set these variables in its environment.",
        )
    os.environ.update(wanted)
    with interrupts_held():
        import epics.ca

    # At exit pyepics would take the library down before ophyd lets go of its PVs, which then complains, or crashes.
    epics.ca.AUTO_CLEANUP = False
    # ophyd logs a traceback for every PV whose server leaves in the middle of a question; we say it once, in words.
    words = logging.getLogger("ophyd")
    words.addHandler(logging.NullHandler())
    words.propagate = False
    # pyepics warns for each PV that does not answer in time, and names lines of its own; we say it once, in words.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"epics\.")
    if "EPICS_CA_REPEATER_PORT" not in os.environ and shutil.which("caRepeater") is None:
        _stand_in_for_the_repeater()


def _refuse_unknown_host(host: str, place: str) -> None:
    """The library would complain on standard error, look for nobody there, and go on."""
    try:
        socket.getaddrinfo(host, None, socket.AF_INET)
    except (OSError, UnicodeError) as unknown:
        why = unknown.strerror if isinstance(unknown, OSError) and unknown.strerror else str(unknown)
        raise BadInput(
            f"no host {shortened(host)!r} is known here ({why})",
            place=place,
            remedy=f"It should be the machine that serves the PVs. {_AS_ADDRESS}",
        ) from unknown


def _stand_in_for_the_repeater() -> None:
    """Answer where the library looks for a caRepeater, which hands on servers' beacons and comes with EPICS base only.

    Without an answer it complains on standard error. Without beacons a client finds a server that was away by
    searching, after at most as long as it was away.
    """
    there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    there.bind(("127.0.0.1", 0))
    os.environ["EPICS_CA_REPEATER_PORT"] = str(there.getsockname()[1])

    def confirm() -> None:
        while True:
            _, client = there.recvfrom(1024)
            there.sendto(_CONFIRMED, client)

    threading.Thread(target=confirm, name="ca-repeater", daemon=True).start()


_CONFIRMED = struct.pack(">HHHHI4s", 17, 0, 0, 0, 0, socket.inet_aton("127.0.0.1"))
"""CA_PROTO_REPEATER_CONFIRM (EPICS Channel Access protocol specification, "repeater operation")."""
