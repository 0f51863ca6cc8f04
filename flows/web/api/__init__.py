"""The REST interface, `/api/v1/…`: one module for each kind of thing."""

from fastapi import APIRouter

from flows.web.api import health, session

router = APIRouter(prefix="/api/v1")
for part in (health, session):
    router.include_router(part.router)
