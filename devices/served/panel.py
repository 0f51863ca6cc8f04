"""An instrument's own side: what it shows and remembers, whatever carries it to the controller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self


@dataclass
class Panel:
    """What an instrument says of itself; survives a restart, as the non-volatile memory of a real one does."""

    accepted: str = "none yet"
    """Never empty: an instrument that shows nothing here has forgotten what it did."""
    echo: str = ""
    error: str = ""
    failed: str = ""
    busy: int = 0
    count: int = 0
    highest_token: int = 0
    readbacks: dict[str, Any] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """Plain values for the record."""
        return {**vars(self), "readbacks": dict(self.readbacks)}

    def shown(self) -> dict[str, Any]:
        """Every value by its signal, in the order in which they are shown when a process starts."""
        return {
            **self.readbacks,
            "count": self.count,
            "fenced": self.highest_token,
            "busy": self.busy,
            "accepted": self.accepted,
            "error": self.error,
            "failed": self.failed,
            "echo": self.echo,
        }

    @classmethod
    def load(cls, content: Mapping[str, Any]) -> Self:
        """From plain values."""
        return cls(**content)


Show = Callable[[Mapping[str, Any]], None]
"""Writes values to signals in the order given: readbacks come before the echo, the words before `failed`."""


class Served(Protocol):
    """An instrument as the server of its process variables sees it; every call may come from any thread."""

    def receive(
        self, order_id: str, token: int, sample: str, command: str, written: Mapping[str, Any], *, whole: bool = True
    ) -> None:
        """Take an order: begin it or refuse it, as one that is not `whole` (`devices.seal`)."""
        ...

    def fence(self, token: int) -> None:
        """Note the token of an owner."""
        ...

    def safe(self, token: int) -> None:
        """Go into the safe state, unless the caller no longer owns the instrument."""
        ...

    def sign_of_life(self, token: int) -> None:
        """The owner with this token is alive; negative: the owner with the token -`token` has left."""
        ...
