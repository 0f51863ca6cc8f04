"""The description of this interface, for whoever is known."""

from typing import Any

from fastapi import APIRouter, Request

from flows.web.access import Reader
from flows.web.api.asked import KNOWN

router = APIRouter(tags=["health"], responses=KNOWN)


@router.get("/openapi.json")
def openapi(_: Reader, request: Request) -> dict[str, Any]:
    """The OpenAPI document."""
    return request.app.openapi()
