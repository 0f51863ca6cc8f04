"""What every page is given: the ledger, and who is looking."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from flows.web.pages.visitor import Visitor
from ledger.browsing import Browsing
from ledger.store import Ledger


@dataclass(frozen=True)
class Place:
    """Where the pages are.

    Attributes:
        ledger: what they show and write to.
        visitor: who asks for a page; None where nobody has signed in.
    """

    ledger: Ledger
    visitor: Callable[[Request], Visitor | None]

    @property
    def browsing(self) -> Browsing:
        """What people read in the ledger."""
        return Browsing(self.ledger)
