"""The REST interface, `/api/v1/…`: one module for each kind of thing."""

from fastapi import APIRouter

from flows.web.api import (
    approvals,
    campaigns,
    commands,
    films,
    health,
    imports,
    models,
    observations,
    people,
    schema,
    session,
    stations,
    tokens,
)

router = APIRouter(prefix="/api/v1")
for part in (
    *(health, session, campaigns, observations, films, models, stations),
    *(commands, approvals, imports, tokens, people, schema),
):
    router.include_router(part.router)
