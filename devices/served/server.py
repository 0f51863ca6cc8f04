"""A Channel Access server in a thread of its own, written to from any other."""

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from caproto import ChannelData
from caproto.asyncio.server import Context, VirtualCircuit
from caproto.server.common import DisconnectedCircuit

from chemistry.errors import BadInput, IonloopError

logger = logging.getLogger(__name__)

START_LIMIT_S = 20.0
CANCEL_AGAIN_S = 0.5
"""Wall time that the server has to end, each time that it is told to."""


class NotServed(IonloopError):
    """The Channel Access server could not be started."""


class _Prompt(VirtualCircuit):
    """A connection that sends each value at once.

    caproto sends small packets through Nagle's algorithm (asyncio turns it off only for sockets that name their
    protocol), so that an echo waits up to 40 ms for the client's delayed acknowledgement; and it waits 10 ms for more
    before it sends what changed. An instrument changes a handful of values at a time: a millisecond gathers those.
    """

    GATHER_S = 1e-3

    def __init__(self, circuit: Any, client: Any, context: Any) -> None:
        super().__init__(circuit, client, context)
        client.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def get_from_sub_queue(self, timeout: float | None = None) -> Any:
        """The next value to send; None where none comes in time."""
        return await super().get_from_sub_queue(timeout and min(timeout, self.GATHER_S))


class _Quiet(Context):
    """Sends no beacons, which would go to the whole network; clients on one machine find a server by searching."""

    CircuitClass = _Prompt

    def __init__(self, channels: dict[str, ChannelData], address: str, port: int) -> None:
        super().__init__(channels, [address])
        self.ca_server_port: int = port

    async def broadcast_beacon_loop(self) -> Any:
        """Nothing to send."""

    async def withdraw(self, names: Collection[str]) -> None:
        """Offer some channels no longer, and tell whoever is connected to them, as a server does that removes them."""
        for name in names:
            self.pvdb.pop(name, None)
        for circuit in list(self.circuits):
            for channel in [c for c in circuit.circuit.channels.values() if c.name in names]:
                await circuit._cull_subscriptions(None, lambda sub, it=channel: sub.channel is it)
                with contextlib.suppress(DisconnectedCircuit):
                    await circuit.send(channel.disconnect())

    def clients_of(self, name: str) -> int:
        """How many clients are connected to a channel."""
        return sum(c.name == name for circuit in self.circuits for c in circuit.circuit.channels.values())


class ChannelAccessServer:
    """Offers process variables on one address.

    What is written before it starts is what clients see first; what is written after reaches them in that order.
    """

    def __init__(self, address: str = "127.0.0.1", port: int = 5064) -> None:
        """`port` is where clients search, on this address; of two servers there they would find one only."""
        self.address, self.port = address, port
        self._channels: dict[str, ChannelData] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context: _Quiet | None = None
        self._updates: asyncio.Queue[Sequence[tuple[ChannelData, Any]] | Callable[[], Awaitable[None]]] = (
            asyncio.Queue()
        )
        self._thread = threading.Thread(target=self._run, name="channel access", daemon=True)
        self._started = threading.Event()
        self._failure: BaseException | None = None

    @property
    def place(self) -> str:
        """Where it serves, in words."""
        return f"{self.address}, port {self.port}"

    def offer(self, name: str, channel: ChannelData) -> None:
        """Add a process variable, before the server starts."""
        self._channels[name] = channel

    def write(self, updates: Sequence[tuple[ChannelData, Any]]) -> None:
        """Give channels new values, one after another; returns at once."""
        if self._loop is None:
            for channel, value in updates:
                channel._data["value"] = channel.preprocess_value(value)
            return
        self._loop.call_soon_threadsafe(self._updates.put_nowait, updates)

    def withdraw(self, names: Collection[str]) -> None:
        """Offer some process variables no longer, after what was written before; their clients look for them again."""
        context = self._context
        if context is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._updates.put_nowait, lambda: context.withdraw(names))

    def offer_again(self, names: Collection[str]) -> None:
        """Offer them again; clients that look for them are answered."""
        context = self._context
        if context is None or self._loop is None:
            return

        async def offer() -> None:
            context.pvdb.update({name: self._channels[name] for name in names})

        self._loop.call_soon_threadsafe(self._updates.put_nowait, offer)

    def clients_of(self, name: str) -> int:
        """How many clients are connected to a process variable."""
        return self._context.clients_of(name) if self._context is not None else 0

    def start(self) -> None:
        """Serve from now on.

        Raises:
            BadInput: the address is none of this machine, or the port may not be used.
            NotServed: somebody else has the address and port.
        """
        self._refuse_to_share()
        self._thread.start()
        if not self._started.wait(START_LIMIT_S) or self._failure is not None:
            raise NotServed(f"no Channel Access server on {self.place}: {self._failure}")

    def close(self) -> None:
        """Serve no longer."""
        while self._loop is not None and self._thread.is_alive():
            # Again and again: `asyncio.wait_for` of Python 3.11 loses a cancel that comes with what it waited for.
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self._cancel_all)
            self._thread.join(CANCEL_AGAIN_S)

    def _cancel_all(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    def _refuse_to_share(self) -> None:
        """Two servers may bind one address and port, but a client's search reaches only one of them."""
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alone:
                alone.bind((self.address, self.port))
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                words = f"another server is on {self.place} already: end it, or give this one another address or port"
                raise NotServed(f"Nothing is served, for {words} (`channel_access` in the lab file)") from refused
            raise BadInput(
                f"nothing can be served on {self.place} ({refused.strerror})",
                place="channel_access",
                remedy="Give an address of this machine, such as 127.0.0.1, and a port above 1023.",
            ) from refused

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001  whoever started it raises it
            self._failure = failure
        finally:
            self._started.set()

    async def _serve(self) -> None:
        context = self._context = _Quiet(dict(self._channels), self.address, self.port)
        self._loop = asyncio.get_running_loop()
        await context.run(startup_hook=self._write_updates)

    async def _write_updates(self, _: object) -> None:
        self._started.set()
        while True:
            updates = await self._updates.get()
            if callable(updates):
                await updates()
                continue
            for channel, value in updates:
                try:
                    await channel.write(value, verify_value=False)
                except Exception:
                    logger.exception("%r cannot be shown", value)
