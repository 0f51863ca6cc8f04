"""What cannot be done is answered in one paragraph, with the status that tells whose turn it is; never by a stack."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from chemistry.errors import BadInput, IonloopError
from chemistry.wording import in_words
from flows.web.described import operations_at
from ledger.errors import LedgerUnavailable, SignInRefused, TooManyTries

_SECRET = ("password", "old", "new")
"""Fields whose values are never shown, not even to whoever sent them: answers are logged."""
_NO_JSON = "should be one JSON object, sent with the header Content-Type: application/json"
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is none of the fields that are known here",
    "json_invalid": "is no JSON",
}
"""What pydantic says of requests alone, in ours."""
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_MOST_TOLD = 10
"""Problems of one request that are told at once."""


def answer_in_words(app: FastAPI) -> None:
    """Let an application answer the errors of ionloop, and requests that it cannot read."""
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(IonloopError, _refused)


def answer_strangers(app: FastAPI) -> None:
    """Let an application answer what is below `/api/` and no route of its own: pages would show one of theirs."""

    async def nothing_here(request: Request) -> JSONResponse:
        allowed = sorted(method.upper() for method in operations_at(app, request.url.path))
        if allowed:
            said = f"{request.method} is not for {request.url.path}: {', '.join(allowed)}."
            return JSONResponse({"detail": said}, 405, {"Allow": ", ".join(allowed)})
        said = f"There is no {request.url.path[:200]}. GET /api/v1/openapi.json describes what there is."
        return JSONResponse({"detail": said}, 404)

    app.add_route("/api/{rest:path}", nothing_here, _METHODS, include_in_schema=False)


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
    # Of a request that is no mapping, and of a field that is none, nobody knows what is a secret in it.
    if details["loc"][-1] in _SECRET or details["loc"] == ("body",) or details["type"] == "extra_forbidden":
        details = {**details, "input": {}}
    if details["type"] in _WORDS:
        details = {**details, "loc": details["loc"][:1] if details["type"] == "json_invalid" else details["loc"]}
        details = {**details, "msg": _WORDS[details["type"]]}
    elif details["loc"] == ("body",) and details["type"] == "model_attributes_type":
        details = {**details, "type": "not_json", "msg": _NO_JSON}
    where = ".".join(str(part) for part in details["loc"] if part not in ("body", "query", "path")) or "the request"
    return f"`{where}` {in_words(details)}.".encode(errors="replace").decode()
