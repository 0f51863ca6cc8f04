"""What the web application works with, opened once and passed down: the ledger, and who may use it."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from ledger.audit import Audit
from ledger.author import Author, Role, lower
from ledger.browsing import Browsing
from ledger.passwords import STRONG, Cost
from ledger.people import People, Person
from ledger.sign_in import SignIns
from ledger.store import Ledger


@dataclass(frozen=True)
class Signed:
    """Somebody who is known, and the ledger as they may use it: what they change in it is audited as theirs."""

    person: Person
    role: Role
    """As which they act: a token may be allowed less than its person."""
    via: str
    """`session`, or `token lims`."""
    ledger: Ledger
    csrf: str = ""
    """What a browser sends with every change, to prove that one of our pages asked for it; empty for a token."""

    @property
    def name(self) -> str:
        """How the ledger calls them."""
        return self.person.name

    def may(self, role: Role) -> bool:
        """Whether they may do what takes this role."""
        return self.role.covers(role)


@dataclass(frozen=True)
class Desk:
    """The ledger behind the application, and what is asked of it."""

    ledger: Ledger
    cost: Cost = STRONG
    """Of a guess at a password."""

    @cached_property
    def browsing(self) -> Browsing:
        """What people read."""
        return Browsing(self.ledger)

    @cached_property
    def people(self) -> People:
        """Who may sign in, to look them up; changes go through a `Signed`'s own ledger."""
        return People(self.ledger, self.cost)

    @cached_property
    def sign_ins(self) -> SignIns:
        """Passwords and sessions."""
        return SignIns(self.ledger, self.cost)

    @cached_property
    def audit(self) -> Audit:
        """What was changed, and by whom."""
        return Audit(self.ledger)

    def by_session(self, secret: str, address: str, action: str) -> Signed | None:
        """Who signed in with this session; None where nobody did, or it is over."""
        person = self.sign_ins.who(secret)
        return None if person is None else self.begun(person, secret, address, action)

    def begun(self, person: Person, secret: str, address: str, action: str) -> Signed:
        """Somebody whose session this is."""
        return self._signed(person, person.role, "session", address, action, csrf_of(secret))

    def by_token(self, secret: str, address: str, action: str) -> Signed | None:
        """Whose program this is; None where it is nobody's."""
        found = self.people.with_token(secret)
        if found is None:
            return None
        person, token = found
        return self._signed(person, lower(person.role, token.role), f"token {token.name}", address, action)

    def _signed(self, person: Person, role: Role, via: str, address: str, action: str, csrf: str = "") -> Signed:
        author = Author(name=person.name, role=role, via=via, address=address, action=action)
        return Signed(person, role, via, self.ledger.acting(author), csrf)


def csrf_of(session: str) -> str:
    """What belongs to a session and tells nothing of it: pages of other sites can neither read nor guess it."""
    return hmac.new(session.encode(errors="surrogatepass"), b"csrf", hashlib.sha256).hexdigest()
