"""Signing in and out of a browser, and who one is."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from chemistry.value import Value
from flows.web.access import Reader, TheDesk, begin_session, end_session
from flows.web.api.asked import KNOWN, TOO_MANY
from ledger.author import Role

router = APIRouter(prefix="/session", tags=["session"], responses=KNOWN)


class SignIn(Value):
    """A name and its password."""

    name: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=1000)]


class Who(Value):
    """Who one is here."""

    name: str
    role: Role
    """As which one acts: a token may be allowed less than its person."""
    via: str
    csrf: str
    """What a browser sends as `X-CSRF-Token` with every change; empty for a token, which needs none."""


@router.post("", responses=TOO_MANY)
def sign_in(asked: SignIn, request: Request, response: Response, desk: TheDesk) -> Who:
    """Sign in: sets the cookie of a session, which is over after twelve hours."""
    signed = begin_session(desk, request, response, asked.name, asked.password)
    return Who(name=signed.name, role=signed.role, via=signed.via, csrf=signed.csrf)


@router.get("")
def who(signed: Reader) -> Who:
    """Who one is, and what one may."""
    return Who(name=signed.name, role=signed.role, via=signed.via, csrf=signed.csrf)


@router.delete("", status_code=204)
def sign_out(signed: Reader, request: Request, response: Response, desk: TheDesk) -> None:
    """End the session: its cookie is no longer taken, wherever it lies."""
    end_session(desk, request, response)
