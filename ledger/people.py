"""People: who may do what over the network, and the tokens that programs act for them with."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from chemistry.errors import BadInput
from chemistry.value import Value
from chemistry.wording import shortened
from ledger.author import Role, lower
from ledger.database import Writing
from ledger.kinds import EventKind
from ledger.passwords import STRONG, Cost, hashed, refuse_weak
from ledger.records import Records
from ledger.tables import PersonRow, SessionRow, TokenRow

LONGEST_NAME = 100
LONGEST_LIFE_DAYS = 3650
TOKEN_START = "ionloop_"
"""How every token begins, so that people and scanners for lost secrets know one when they see it."""


class Person(Value):
    """Somebody who may sign in."""

    id: int
    name: str
    role: Role


class Token(Value):
    """The right of a program to act for a person; the secret itself is shown once, when it is made."""

    id: int
    person: str
    name: str
    role: Role
    """As which it acts now: no more than its own, and no more than its person may."""
    expires_at: datetime | None


class People:
    """Adds people, changes them, gives their programs tokens. Every word of it is an event.

    Nobody's password or token is kept: their hashes are.
    """

    def __init__(self, ledger: Records, cost: Cost = STRONG) -> None:
        self._database, self._cost = ledger.database, cost

    def all(self) -> tuple[Person, ...]:
        """Everybody whose account is open, by name."""
        query = select(PersonRow).where(col(PersonRow.closed_event).is_(None)).order_by(col(PersonRow.name))
        with self._database.reading() as session:
            return tuple(person_of(row) for row in session.exec(query))

    def person(self, name: str) -> Person:
        """One person; raises `BadInput` where there is nobody of this name."""
        with self._database.reading() as session:
            return person_of(_open(session, name))

    def add(self, name: str, role: Role | str, password: str) -> Person:
        """Open an account; one that was closed is opened anew.

        Raises:
            BadInput: the name is none, or somebody has it; the role is none; the password is weak.
        """
        name, role = name_of_person(name), role_of(role)
        refuse_weak(password)
        kept = hashed(password, self._cost)
        with self._database.writing() as transaction:
            row = transaction.session.exec(select(PersonRow).where(PersonRow.name == name)).first()
            if row is not None and row.closed_event is None:
                raise BadInput(f"there is a person `{name}` already", remedy="Take another name, or change their role.")
            number = _told(transaction, EventKind.PERSON_ADDED, name, {"from": None, "to": {"role": role.value}})
            if row is None:
                row = PersonRow(name=name, role=role.value, password=kept, event=number)
                transaction.session.add(row)
            row.role, row.password, row.closed_event = role.value, kept, None
            transaction.session.flush()
            return person_of(row)

    def change(self, name: str, *, role: Role | str | None = None, password: str | None = None) -> Person:
        """Let a person do more, or less, from the next request on; give them another password; both, or neither.

        Another password ends every session of theirs.

        Raises:
            BadInput: there is nobody of this name, no admin would be left, or the password is weak; nothing is changed.
        """
        role = None if role is None else role_of(role)
        if password is not None:
            refuse_weak(password)
        kept = None if password is None else hashed(password, self._cost)
        with self._database.writing() as transaction:
            row = _open(transaction.session, name)
            if role is not None:
                if role is not Role.ADMIN:
                    _refuse_no_admin(transaction.session, row)
                told = {"from": {"role": row.role}, "to": {"role": role.value}}
                _told(transaction, EventKind.PERSON_CHANGED, name, told)
                row.role = role.value
            if kept is not None:
                told = {"from": {}, "to": {"password": "another one"}}
                _told(transaction, EventKind.PERSON_CHANGED, name, told)
                row.password = kept
                _end_sessions(transaction.session, row)
            return person_of(row)

    def change_role(self, name: str, role: Role | str) -> Person:
        """Let a person do more, or less: `change` of a role alone."""
        return self.change(name, role=role)

    def set_password(self, name: str, password: str) -> None:
        """Give a person another password, and end every session of theirs: `change` of a password alone."""
        self.change(name, password=password)

    def remove(self, name: str) -> None:
        """Close an account: its sessions end, its tokens are revoked, its name stays with what it did.

        Raises:
            BadInput: there is nobody of this name, or no admin would be left.
        """
        with self._database.writing() as transaction:
            session = transaction.session
            row = _open(session, name)
            _refuse_no_admin(session, row)
            row.closed_event = _told(
                transaction, EventKind.PERSON_REMOVED, name, {"from": {"role": row.role}, "to": None}
            )
            _end_sessions(session, row)
            for token in session.exec(_open_tokens().where(TokenRow.person_id == row.id)):
                token.closed_event = row.closed_event

    def make_token(
        self, name: str, token: str, role: Role | str | None = None, days: int | None = None
    ) -> tuple[Token, str]:
        """A new token of a person, and its secret, which nobody can be told again.

        Args:
            name: The person.
            token: What it is for.
            role: As which it acts; None: as its person.
            days: After so many it is no longer taken; None: never.

        Raises:
            BadInput: there is nobody of this name, they have such a token, or it could do more than they can.
        """
        token = _name(token, "a token")
        if days is not None and not 1 <= days <= LONGEST_LIFE_DAYS:
            raise BadInput(f"a token for {days} days", remedy=f"Give 1 to {LONGEST_LIFE_DAYS} days, or none.")
        secret = TOKEN_START + secrets.token_urlsafe(32)
        with self._database.writing() as transaction:
            session = transaction.session
            row = _open(session, name)
            wanted = Role(row.role) if role is None else role_of(role)
            if not Role(row.role).covers(wanted):
                raise BadInput(
                    f"a token of {name} as {wanted}, who is {row.role}", remedy="Give it a role no higher than theirs."
                )
            if session.exec(_open_tokens().where(TokenRow.person_id == row.id, TokenRow.name == token)).first():
                raise BadInput(
                    f"{name} has a token `{token}` already", remedy="Revoke it first, or name this one else."
                )
            expires_at = None if days is None else transaction.now + timedelta(days=days)
            told = {"role": wanted.value, "expires_at": None if expires_at is None else expires_at.isoformat()}
            made = TokenRow(
                person_id=row.id,
                name=token,
                role=wanted.value,
                secret_hash=hash_of(secret),
                expires_at=expires_at,
                event=_told(transaction, EventKind.TOKEN_MADE, f"{name}: {token}", {"from": None, "to": told}),
            )
            session.add(made)
            session.flush()
            return _token(made, row), secret

    def tokens(self, name: str | None = None) -> tuple[Token, ...]:
        """Every token that is taken still: of one person, or of all."""
        query = (
            select(TokenRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(TokenRow.person_id))
            .where(col(TokenRow.closed_event).is_(None))
            .order_by(col(PersonRow.name), col(TokenRow.name))
        )
        if name is not None:
            query = query.where(PersonRow.name == name)
        now = self._database.wall_now()
        with self._database.reading() as session:
            rows = session.exec(query).all()
        return tuple(_token(token, row) for token, row in rows if token.expires_at is None or token.expires_at > now)

    def revoke(self, name: str, token: str) -> None:
        """Take a token back; from the next request on.

        Raises:
            BadInput: there is no such token.
        """
        with self._database.writing() as transaction:
            row = _open(transaction.session, name)
            query = _open_tokens().where(TokenRow.person_id == row.id, TokenRow.name == token)
            found = transaction.session.exec(query).first()
            if found is None:
                raise BadInput(f"{name} has no token `{token}`", remedy="`ionloop people list` names them.")
            told = {"from": {"role": found.role}, "to": None}
            found.closed_event = _told(transaction, EventKind.TOKEN_REVOKED, f"{name}: {token}", told)

    def with_token(self, secret: str) -> tuple[Person, Token] | None:
        """Whose token this is; None where it is nobody's, was revoked, or is over."""
        query = (
            select(TokenRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(TokenRow.person_id))
            .where(TokenRow.secret_hash == hash_of(secret), col(TokenRow.closed_event).is_(None))
            .where(col(PersonRow.closed_event).is_(None))
        )
        with self._database.reading() as session:
            found = session.exec(query).first()
        if found is None:
            return None
        token, row = found
        if token.expires_at is not None and token.expires_at <= self._database.wall_now():
            return None
        return person_of(row), _token(token, row)


def name_of_person(text: str) -> str:
    """A name as it is kept; raises `BadInput` where it is none."""
    return _name(text, "a person")


def role_of(name: Role | str) -> Role:
    """A role by its name; raises `BadInput` where there is none."""
    try:
        return Role(name)
    except ValueError as error:
        raise BadInput(f"there is no role {shortened(repr(name))}", remedy=f"Roles are {', '.join(Role)}.") from error


def person_of(row: PersonRow) -> Person:
    """A person as others may see them."""
    return Person(id=row.id, name=row.name, role=Role(row.role))


def hash_of(secret: str) -> str:
    """A secret of our own making as it is kept: it is random and long, so that nobody can guess it back."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _name(text: str, of: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable() or "/" in text:  # which ends a part of an address
        raise BadInput(
            f"{shortened(repr(text))} is no name of {of}",
            remedy=f"Give one line of 1 to {LONGEST_NAME} characters without a slash.",
        )
    return text


def _open(session: Session, name: str) -> PersonRow:
    row = session.exec(select(PersonRow).where(PersonRow.name == name)).first()
    if row is None or row.closed_event is not None:
        raise BadInput(f"there is no person {shortened(repr(name))}", remedy="`ionloop people list` names them.")
    return row


def _refuse_no_admin(session: Session, row: PersonRow) -> None:
    if Role(row.role) is not Role.ADMIN:
        return
    admins = (PersonRow.role == Role.ADMIN.value, col(PersonRow.closed_event).is_(None))
    if session.exec(select(func.count()).select_from(PersonRow).where(*admins)).one() == 1:
        raise BadInput(f"{row.name} is the only admin", remedy="Make somebody else one first.")


def _open_tokens() -> Any:
    return select(TokenRow).where(col(TokenRow.closed_event).is_(None))


def _end_sessions(session: Session, row: PersonRow) -> None:
    for held in session.exec(select(SessionRow).where(SessionRow.person_id == row.id)):
        session.delete(held)


def _token(token: TokenRow, row: PersonRow) -> Token:
    role = lower(Role(token.role), Role(row.role))
    return Token(id=token.id, person=row.name, name=token.name, role=role, expires_at=token.expires_at)


def _told(transaction: Writing, kind: EventKind, subject: str, payload: Mapping[str, Any]) -> int:
    return transaction.event(kind, subject, payload=dict(payload))
