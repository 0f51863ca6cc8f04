"""What cannot be done is answered in one paragraph, with the status that tells whose turn it is; never by a stack."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from chemistry.errors import BadInput, IonloopError
from chemistry.wording import in_words
from ledger.errors import LedgerUnavailable, SignInRefused, TooManyTries

_SECRET = ("password", "old", "new")
"""Fields whose values are never shown, not even to whoever sent them: answers are logged."""
_MOST_TOLD = 10
"""Problems of one request that are told at once."""


def answer_in_words(app: FastAPI) -> None:
    """Let an application answer the errors of ionloop, and requests that it cannot read."""
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(IonloopError, _refused)


def refusal(error: IonloopError) -> tuple[int, dict[str, str]]:
    """Status and headers for an error: 400 for what cannot be used, 409 for what the ledger's rules forbid now."""
    if isinstance(error, TooManyTries):
        return 429, {"Retry-After": str(error.wait_s)}
    if isinstance(error, SignInRefused):
        return 401, {}
    if isinstance(error, LedgerUnavailable):
        return 503, {"Retry-After": "5"}
    return (400, {}) if isinstance(error, BadInput) else (409, {})


async def _refused(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, IonloopError):
        raise error
    status, headers = refusal(error)
    return JSONResponse({"detail": str(error)}, status, headers)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    told = [_problem(details) for details in error.errors()]
    more = f" And {len(told) - _MOST_TOLD} more." if len(told) > _MOST_TOLD else ""
    return JSONResponse({"detail": " ".join(told[:_MOST_TOLD]) + more}, 422)


def _problem(details: Any) -> str:
    if details["loc"][-1] in _SECRET:
        details = {**details, "input": {}}
    where = ".".join(str(part) for part in details["loc"] if part not in ("body", "query", "path")) or "the request"
    return f"`{where}` {in_words(details)}.".encode(errors="replace").decode()
