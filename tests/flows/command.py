"""The command `ionloop`, run in the tests' own process."""

from collections.abc import Callable
from typing import NamedTuple


class Said(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str


Command = Callable[..., Said]
"""`ionloop("status", file)`: runs it, and gives what it said."""
