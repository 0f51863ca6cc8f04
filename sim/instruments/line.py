"""What connects a simulated instrument with its controller."""

from collections.abc import Mapping
from typing import Any, Protocol


class Line(Protocol):
    """Carries what an instrument shows, and can be cut.

    While it is cut nothing reaches the instrument. What it shows meanwhile comes when the line is mended, each value as
    it is then: so EPICS clients are told when they find a process variable again.
    """

    def show(self, values: Mapping[str, Any]) -> None:
        """Write values to signals in the order given."""
        ...

    def ended(self, order_id: str, failed: bool) -> None:
        """An order ended; told, with the clock held, before its echo or its words are shown."""
        ...

    def cut(self, *, at_go: bool) -> None:
        """Break the line; with `at_go` whoever is writing `go` is told so, and cannot know whether it came through."""
        ...

    def mend(self) -> None:
        """Bring it back; nothing where it is not cut."""
        ...
