"""One's own tokens and password. Only a session may change them: a token that leaked cannot make others."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import Field

from chemistry.value import Value
from flows.web.access import Reader, TheDesk, address_of
from flows.web.api.asked import CHANGE, KNOWN, TOO_MANY, Name
from flows.web.desk import Signed
from ledger.author import Role
from ledger.people import LONGEST_LIFE_DAYS, People, Token

router = APIRouter(tags=["tokens"], responses=KNOWN)


class NewToken(Value):
    """What a program may act with."""

    name: Annotated[str, Field(max_length=200)]
    """What it is for."""
    role: Role | None = None
    """As which it acts; left out: as oneself."""
    days: int | None = Field(default=None, ge=1, le=LONGEST_LIFE_DAYS)
    """After so many it is no longer taken; left out: never."""


class MadeToken(Value):
    """A token, and its secret, which is told this once."""

    token: Token
    secret: str


class NewPassword(Value):
    """Another password."""

    old: Annotated[str, Field(max_length=1000)]
    new: Annotated[str, Field(max_length=1000)]


def by_session(signed: Reader) -> Signed:
    """Somebody who signed in themselves."""
    if not signed.csrf:
        raise HTTPException(
            403, "This takes a session: sign in with a password. A token cannot change what opens doors."
        )
    return signed


BySession = Annotated[Signed, Depends(by_session)]


@router.get("/tokens")
def mine(signed: Reader, desk: TheDesk) -> tuple[Token, ...]:
    """One's own tokens."""
    return desk.people.tokens(signed.name)


@router.post("/tokens", status_code=201, responses=CHANGE)
def make(asked: NewToken, signed: BySession, desk: TheDesk) -> MadeToken:
    """Make a token for a program: as `ionloop people token` does."""
    token, secret = People(signed.ledger, desk.cost).make_token(signed.name, asked.name, asked.role, asked.days)
    return MadeToken(token=token, secret=secret)


@router.delete("/tokens/{token}", status_code=204, responses=CHANGE)
def revoke(token: Name, signed: BySession, desk: TheDesk) -> None:
    """Revoke one of one's own tokens."""
    People(signed.ledger, desk.cost).revoke(signed.name, token)


@router.put("/session/password", status_code=204, responses=CHANGE | TOO_MANY, tags=["session"])
def change_password(asked: NewPassword, signed: BySession, request: Request, desk: TheDesk) -> None:
    """Take another password; every session ends, this one too."""
    if not desk.sign_ins.knows(signed.name, asked.old, address_of(request)):
        raise HTTPException(400, "The old password is another one: send the one you signed in with.")
    People(signed.ledger, desk.cost).set_password(signed.name, asked.new)
