"""Signing in with a password: sessions of browsers, and how those who guess are slowed down."""

import math
import secrets
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from chemistry.wording import shortened
from ledger.author import Author, Role
from ledger.errors import SignInRefused, TooManyTries
from ledger.passwords import STRONG, Cost, hashed, matches, weaker_than
from ledger.people import Person, hash_of, person_of
from ledger.records import Records, require
from ledger.tables import AuditRow, FailedSignInRow, PersonRow, SessionRow

SESSION_HOURS = 12
"""A browser is signed out after a working day."""
WITHIN = timedelta(minutes=15)
MOST_OF_ONE = 5
"""Failures of one name from one address within `WITHIN`, after which no password is looked at."""
MOST_FROM_ONE = 20
"""Failures from one address, whatever the names."""
MOST_OF_NAME = 100
"""Failures of one name from anywhere: those who guess from many addresses are slowed down, too."""


class SignIns:
    """Takes passwords, gives sessions, and knows them again. A session is a random secret, of which a hash is kept."""

    def __init__(self, ledger: Records, cost: Cost = STRONG) -> None:
        self._database, self._cost = ledger.database, cost
        # Nobody's password: looked at where there is no such person, so that both answers take the same time.
        self._nobodys = hashed(secrets.token_urlsafe(16), cost)

    def sign_in(self, name: str, password: str, address: str) -> tuple[Person, str]:
        """The person, and the secret of their new session.

        Raises:
            TooManyTries: too many failed a moment ago; the password was not looked at.
            SignInRefused: name and password do not belong together.
        """
        # PostgreSQL takes no zero in a text, and nobody has one in their name.
        name = name.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        attempt = self._attempt(shortened(name), address)
        row = self._who_has(name, password)
        if row is None:
            raise SignInRefused("Name and password do not belong together")
        return self._begin(row, password, attempt)

    def knows(self, name: str, password: str, address: str) -> bool:
        """Whether a password is somebody's; for those who signed in and are asked once more.

        A wrong one counts as a failed sign-in: whoever found a browser left open guesses no faster than others.

        Raises:
            TooManyTries: too many failed a moment ago; the password was not looked at.
        """
        attempt = self._attempt(shortened(name), address)
        if self._who_has(name, password) is None:
            return False
        with self._database.writing() as transaction:
            _forget_failures(transaction.session, attempt)
        return True

    def who(self, secret: str) -> Person | None:
        """Whose session this is; None where it is nobody's, or over."""
        query = (
            select(SessionRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(SessionRow.person_id))
            .where(SessionRow.secret_hash == hash_of(secret), col(PersonRow.closed_event).is_(None))
        )
        with self._database.reading() as session:
            found = session.exec(query).first()
        if found is None or found[0].expires_at <= self._database.wall_now():
            return None
        return person_of(found[1])

    def sign_out(self, secret: str) -> None:
        """End a session; nothing where there is none."""
        with self._database.writing() as transaction:
            transaction.session.exec(delete(SessionRow).where(col(SessionRow.secret_hash) == hash_of(secret)))

    def _attempt(self, name: str, address: str) -> FailedSignInRow:
        """Count the attempt as failed before its password is looked at: of many at once none slips through."""
        with self._database.writing() as transaction:
            session, since = transaction.session, transaction.now - WITHIN
            session.exec(delete(FailedSignInRow).where(col(FailedSignInRow.at) <= since))
            of_name, from_one = col(FailedSignInRow.name) == name, col(FailedSignInRow.address) == address
            for most, which in (
                (MOST_OF_ONE, (of_name, from_one)),
                (MOST_FROM_ONE, (from_one,)),
                (MOST_OF_NAME, (of_name,)),
            ):
                tries = select(col(FailedSignInRow.at)).where(*which).order_by(col(FailedSignInRow.at).desc())
                oldest_that_counts = session.exec(tries.offset(most - 1).limit(1)).first()
                if oldest_that_counts is not None:
                    wait = max(1, math.ceil((oldest_that_counts - since).total_seconds()))
                    raise TooManyTries(f"Too many sign-ins failed: the next is looked at in {wait} s", wait)
            row = FailedSignInRow(name=name, address=address, at=transaction.now)
            session.add(row)
        return row

    def _who_has(self, name: str, password: str) -> PersonRow | None:
        with self._database.reading() as session:
            row = session.exec(select(PersonRow).where(PersonRow.name == name)).first()
        there = row is not None and row.closed_event is None
        right = matches(password, row.password if row is not None and there else self._nobodys)
        return row if there and right else None

    def _begin(self, row: PersonRow, password: str, attempt: FailedSignInRow) -> tuple[Person, str]:
        secret = secrets.token_urlsafe(32)
        better = hashed(password, self._cost) if weaker_than(row.password, self._cost) else None
        with self._database.writing() as transaction:
            session, now = transaction.session, transaction.now
            session.exec(delete(SessionRow).where(col(SessionRow.expires_at) <= now))
            _forget_failures(session, attempt)
            held = require(session, PersonRow, row.id)
            if held.closed_event is not None or held.password != row.password:  # a moment ago, by somebody else
                raise SignInRefused("Name and password do not belong together")
            if better is not None:
                held.password = better
            expires_at = now + timedelta(hours=SESSION_HOURS)
            session.add(
                SessionRow(
                    person_id=row.id,
                    secret_hash=hash_of(secret),
                    address=attempt.address,
                    begun_at=now,
                    expires_at=expires_at,
                )
            )
            author = Author(
                name=row.name, role=Role(held.role), via="password", address=attempt.address, action="sign in"
            )
            session.add(AuditRow.model_validate({**author.columns, "at": now}))
        return person_of(held), secret


def _forget_failures(session: Session, attempt: FailedSignInRow) -> None:
    """Those of this name from this address, this attempt too: it was right."""
    mine = (col(FailedSignInRow.name) == attempt.name, col(FailedSignInRow.address) == attempt.address)
    session.exec(delete(FailedSignInRow).where(*mine))
