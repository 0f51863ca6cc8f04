"""People and what they may, for admins; and the audit of what was changed."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import Field, model_validator

from chemistry.errors import BadInput
from chemistry.value import Value
from flows.web.access import Admin, TheDesk
from flows.web.api.asked import CHANGE, KNOWN, NOT_THERE, Limit, Name, Offset
from flows.web.api.tokens import BySession, MadeToken, NewToken
from flows.web.desk import Desk, Signed
from ledger.audit import AuditPage
from ledger.author import Role
from ledger.people import People, Person, Token

router = APIRouter(tags=["people"], responses=KNOWN)

Password = Annotated[str, Field(max_length=1000)]


def admin_by_session(signed: Admin, _: BySession) -> Signed:
    """An admin who signed in themselves."""
    return signed


AdminBySession = Annotated[Signed, Depends(admin_by_session)]


class NewPerson(Value):
    """Somebody who may sign in from now on."""

    name: Annotated[str, Field(max_length=200)]
    role: Role
    password: Password


class PersonChange(Value):
    """Another role, another password, or both."""

    role: Role | None = None
    password: Password | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.role is None and self.password is None:
            raise ValueError("a change of nothing: give a role or a password")
        return self


@router.get("/people")
def people(_: Admin, desk: TheDesk) -> tuple[Person, ...]:
    """Everybody whose account is open."""
    return desk.people.all()


@router.post("/people", status_code=201, responses=CHANGE)
def add(asked: NewPerson, signed: Admin, desk: TheDesk) -> Person:
    """Open an account."""
    return _people(desk, signed).add(asked.name, asked.role, asked.password)


@router.patch("/people/{name}", responses=CHANGE)
def change(name: Name, asked: PersonChange, signed: Admin, desk: TheDesk) -> Person:
    """Give somebody another role, from their next request on, or another password, which ends their sessions."""
    return _people(desk, signed).change(name, role=asked.role, password=asked.password)


@router.delete("/people/{name}", status_code=204, responses=CHANGE)
def remove(name: Name, signed: Admin, desk: TheDesk) -> None:
    """Close an account: its sessions end, its tokens are revoked, its name stays with what it did."""
    _people(desk, signed).remove(name)


@router.get("/people/{name}/tokens", responses=NOT_THERE)
def tokens_of(name: Name, _: Admin, desk: TheDesk) -> tuple[Token, ...]:
    """Somebody's tokens."""
    try:
        desk.people.person(name)
    except BadInput as error:
        raise HTTPException(404, str(error)) from error
    return desk.people.tokens(name)


@router.post("/people/{name}/tokens", status_code=201, responses=CHANGE)
def make_token(name: Name, asked: NewToken, signed: AdminBySession, desk: TheDesk) -> MadeToken:
    """Make a token for somebody's program: as `ionloop people token` does. It takes a session, as one's own do."""
    token, secret = _people(desk, signed).make_token(name, asked.name, asked.role, asked.days)
    return MadeToken(token=token, secret=secret)


@router.delete("/people/{name}/tokens/{token}", status_code=204, responses=CHANGE)
def revoke(name: Name, token: Name, signed: Admin, desk: TheDesk) -> None:
    """Revoke a token of somebody's."""
    _people(desk, signed).revoke(name, token)


@router.get("/audit", tags=["audit"])
def audit(
    _: Admin,
    desk: TheDesk,
    by: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> AuditPage:
    """Who changed what, when, from where, what was there before: the latest first."""
    return desk.audit.page(by, offset=offset, limit=limit)


def _people(desk: Desk, signed: Signed) -> People:
    return People(signed.ledger, desk.cost)
