"""What the description of the interface says of an address: methods, and the parameters that each takes."""

from functools import cache
from re import Pattern
from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

_matching = cache(compile_path)


def operations_at(app: FastAPI, path: str) -> dict[str, Any]:
    """Each operation at a path, by its method in lower case; empty where nothing is."""
    found: dict[str, Any] = {}
    for described, operations in app.openapi()["paths"].items():
        pattern: Pattern[str] = _matching(described)[0]
        if pattern.match(path):
            found = {**operations, **found}
    return found
