"""Machines of our own: network namespaces that a bridge joins, which reach one another and nothing else.

The bridge lies in a namespace too, so that this machine has no address among them and no interface more than before.
All of it goes with the block, with every process that was begun there.
"""

import contextlib
import ctypes
import functools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

Result = TypeVar("Result")
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET."""
_NETWORK = "10.78.41"
"""Of documentation and of nobody: these addresses are known inside the namespaces alone."""


@dataclass(frozen=True)
class Machine:
    """One namespace, with a host name of its own for what is begun in it."""

    name: str
    namespace: str
    address: str

    def within(self, *words: object) -> list[str]:
        """A command line that runs another one there; the process of it is the one that is begun."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return ["ip", "netns", "exec", self.namespace, *named, *map(str, words)]

    @property
    def number(self) -> int:
        """Of the namespace: what `/proc/PID/ns/net` of its processes says."""
        return Path(f"/run/netns/{self.namespace}").stat().st_ino

    def ask(self, question: Callable[[], Result]) -> Result:
        """Call something in a thread of this process that is on that machine's network."""
        with ThreadPoolExecutor(1, initializer=functools.partial(_enter, self.namespace)) as there:
            return there.submit(question).result()

    @contextlib.contextmanager
    def running(
        self, *words: object, environment: Mapping[str, str] = os.environ, **more: Any
    ) -> Iterator["subprocess.Popen[str]"]:
        """A process there; ended where the block ends before it does."""
        with subprocess.Popen(self.within(*words), env=dict(environment), text=True, **more) as process:
            try:
                yield process
            finally:
                _end(process)


def why_none() -> str | None:
    """Why there can be no such machines here, in words; None where there can."""
    if os.geteuid() != 0:
        return "network namespaces are made by root alone"
    if shutil.which("ip") is None:
        return "network namespaces need the program `ip` (iproute2)"
    try:
        with private_network("probe"):
            return None
    except subprocess.CalledProcessError as refused:
        return f"network namespaces are not allowed here: {refused.stderr.strip()}"


@contextlib.contextmanager
def private_network(*names: str) -> Iterator[tuple[Machine, ...]]:
    """Machines with these names, on a network of their own."""
    mark = f"il{uuid4().hex[:6]}"
    switch = f"{mark}-switch"
    machines = tuple(
        Machine(name, f"{mark}-{place}", f"{_NETWORK}.{place}") for place, name in enumerate(names, start=1)
    )
    try:
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "add", "name", "bridge0", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge0", "up")
        for place, machine in enumerate(machines, start=1):
            _connect(machine, switch, f"port{place}")
        yield machines
    finally:
        for namespace in (*(machine.namespace for machine in machines), switch):
            _remove(namespace)


def _connect(machine: Machine, switch: str, port: str) -> None:
    _ip("netns", "add", machine.namespace)
    ends = ("name", port, "type", "veth", "peer", "name", "eth0", "netns", machine.namespace)
    _ip("-n", switch, "link", "add", *ends)
    _ip("-n", switch, "link", "set", port, "master", "bridge0", "up")
    _ip("-n", machine.namespace, "address", "add", f"{machine.address}/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        _ip("-n", machine.namespace, "link", "set", device, "up")


def _remove(namespace: str) -> None:
    if not Path(f"/run/netns/{namespace}").exists():
        return
    left = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False).stdout
    for pid in left.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    _ip("netns", "delete", namespace)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def _end(process: "subprocess.Popen[str]", patience_s: float = 90.0) -> None:
    """As a service is ended; killed where that takes too long."""
    process.terminate()
    until = time.monotonic() + patience_s
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    process.kill()


def _enter(namespace: str) -> None:
    """Move the calling thread into a namespace, for good."""
    library = ctypes.CDLL(None, use_errno=True)
    with Path(f"/run/netns/{namespace}").open() as there:
        if library.setns(there.fileno(), _NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), namespace)
