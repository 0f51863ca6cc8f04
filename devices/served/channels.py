"""The process variables of one instrument as a Channel Access server offers them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from caproto import AccessRights, ChannelByte, ChannelData, ChannelDouble, ChannelInteger

from devices.instrument import Instrument
from devices.seal import seal
from devices.served.panel import Served
from devices.served.server import ChannelAccessServer
from devices.signals import Integer, Text, Typed, Waveform

LONGEST_TEXT = 1024
LONGEST_WAVEFORM = 4096

Put = Callable[[Any], None]
"""Takes what a client wrote; whatever it raises, the client is told that the write was refused."""


class _Offered(ChannelData):
    """A channel that only its server writes, or one whose values of clients go to `put`, too."""

    put: Put | None = None

    def check_access(self, hostname: str, username: str) -> AccessRights:
        """Clients may write where somebody listens."""
        return AccessRights.READ if self.put is None else AccessRights.READ | AccessRights.WRITE

    async def verify_value(self, data: Any) -> Any:
        """Hand what a client wrote on; the server's own writes do not come here."""
        if self.put is not None:
            self.put(data)
        return data

    @property
    def content(self) -> Any:
        """What it holds, as plain Python."""
        return self.value.tolist() if isinstance(self.value, np.generic | np.ndarray) else self.value


class OfferedText(_Offered, ChannelByte):
    """A long string: UTF-8 in a character waveform, ended by a zero."""

    @property
    def content(self) -> str:
        """What it holds."""
        return decoded(self.value)


class OfferedInteger(_Offered, ChannelInteger):
    """A whole number."""


class OfferedNumber(_Offered, ChannelDouble):
    """A real number, or a row of them."""


def text(value: str = "", put: Put | None = None) -> OfferedText:
    """A channel for text."""
    return _put(OfferedText(value=encoded(value), max_length=LONGEST_TEXT, strip_null_terminator=False), put)


def integer(value: int = 0, put: Put | None = None) -> OfferedInteger:
    """A channel for a whole number."""
    return _put(OfferedInteger(value=value), put)


def number(value: float = 0.0, put: Put | None = None) -> OfferedNumber:
    """A channel for a real number."""
    return _put(OfferedNumber(value=value), put)


class InstrumentChannels:
    """Every channel of an instrument, by the attribute of its device class, and what is written to them."""

    def __init__(self, kind: type[Instrument], prefix: str, server: ChannelAccessServer) -> None:
        self._server = server
        self._components = {n: c for n, c in kind._sig_attrs.items() if isinstance(c, Typed)}
        self._channels = {name: _channel(component) for name, component in self._components.items()}
        self._names = {name: f"{prefix}{component.suffix}" for name, component in self._components.items()}
        for name, channel in self._channels.items():
            server.offer(self._names[name], channel)

    def show(self, values: Mapping[str, Any]) -> None:
        """Write values in the order given; from any thread."""
        self._server.write([(self._channels[name], _plain(value)) for name, value in values.items()])

    def withdraw(self) -> None:
        """Let nobody reach the instrument; what it shows goes on being kept."""
        self._server.withdraw(self._names.values())

    def offer_again(self) -> None:
        """Let it be found again."""
        self._server.offer_again(self._names.values())

    @property
    def clients(self) -> int:
        """How many clients listen to what it says, as far as one can tell: they are connected to its echo."""
        return self._server.clients_of(self._names["echo"])

    def attach(self, served: Served, after: Callable[[], None] = lambda: None) -> None:
        """Let what a controller writes reach the instrument; `after` is called when it has dealt with it."""
        own = [n for n, c in self._components.items() if c.written and n not in Instrument._sig_attrs]

        def go(sealed: int) -> None:
            order = {name: self._read(name) for name in ("order_id", "token", "sample", "command")}
            written = {name: self._read(name) for name in own}
            whole = int(sealed) == seal({**order, **written}, self._components)
            served.receive(**{**order, "token": int(order["token"])}, written=written, whole=whole)

        actions: dict[str, Put] = {
            "go": go,
            "token": lambda token: served.fence(int(token)),
            "safe_now": lambda token: served.safe(int(token)),
            "alive": lambda token: served.sign_of_life(int(token)),
        }
        for name, put in actions.items():
            self._channels[name].put = _then(put, after)

    def _read(self, name: str) -> Any:
        return self._channels[name].content


def _channel(component: Typed) -> Any:
    put = _ignore if component.written else None
    if isinstance(component, Text):
        return text(put=put)
    if isinstance(component, Integer):
        return integer(put=put)
    if isinstance(component, Waveform):
        return _put(OfferedNumber(value=[0.0], max_length=LONGEST_WAVEFORM), put)
    return number(put=put)


def _then(put: Put, after: Callable[[], None]) -> Put:
    def both(value: Any) -> None:
        put(value)
        after()

    return both


def _ignore(_: object) -> None:
    """A parameter: it counts when `go` is written."""


def _put(channel: Any, put: Put | None) -> Any:
    channel.put = put
    return channel


def encoded(value: str) -> bytes:
    """Text as it goes over the wire."""
    return f"{value}\0".encode()[:LONGEST_TEXT]


def decoded(value: Any) -> str:
    """Text as it came over the wire."""
    return bytes(value).split(b"\0")[0].decode(errors="replace")


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return encoded(value)
    return value.tolist() if isinstance(value, np.ndarray) else value


__all__ = ["ChannelData", "InstrumentChannels", "integer", "number", "text"]
