"""A dialogue of pyvisa-sim on a socket of the loopback, so that another process can speak with it as with the thing."""

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pyvisa_sim.parser import get_devices

from tests.devices.simulated_dialogue import DIALOGUES


class DialogueOverTcp:
    """One instrument; `heard` is every message that it was sent."""

    def __init__(self, name: str, resource: str) -> None:
        self._device: Any = get_devices(Path(DIALOGUES / f"{name}.yaml"), False)[resource]
        self._lock = threading.Lock()
        self.heard: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.resource = f"TCPIP0::127.0.0.1::{self._listening.getsockname()[1]}::SOCKET"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listening.close()

    def tell(self, command: str) -> None:
        """Change what only the simulation knows."""
        self._answer(command.encode())

    def ask(self, question: str) -> str:
        """What it says of itself, unheard."""
        return self._answer(question.encode()).decode().strip()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
            for line in lines:
                self.heard.append(line.decode().strip())
                connection.sendall(self._answer(line.strip()))

    def _answer(self, message: bytes) -> bytes:
        with self._lock:
            self._device.write(message + b"\n")
            answer = bytearray()
            while self._device._output_buffers:
                answer += self._device.read()[0]
            return bytes(answer)
