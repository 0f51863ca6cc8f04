"""An instrument's panel: what it shows and remembers, whatever carries it to the controller (fake signals, an IOC)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self


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

    @classmethod
    def load(cls, content: Mapping[str, Any]) -> Self:
        """From plain values."""
        return cls(**content)


Show = Callable[[Mapping[str, Any]], None]
"""Writes values to signals in the order given: readbacks come before the echo, the words before `failed`."""
