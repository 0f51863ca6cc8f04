"""Payloads in the plain form that JSON can hold: no numpy, no NaN."""

import json
from enum import Enum
from typing import Any

from pydantic import BaseModel

from ledger.errors import NotStorable


def plain(value: object) -> Any:
    """The plain form of one object that `json` does not know.

    Numpy arrays and scalars become lists and numbers, values become what they dump; anything else is refused. Numpy
    is recognised by its `tolist`, so that it need not be imported.
    """
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Enum):
        return value.value
    tolist = getattr(value, "tolist", None)
    if callable(tolist):
        return tolist()
    raise TypeError(f"{type(value).__name__} has no plain form")


def to_json(value: object) -> str:
    """JSON text of a payload.

    Raises:
        NotStorable: if it holds NaN, infinity, or an object without a plain form.

    >>> to_json({"best": (1, 2.5)})
    '{"best": [1, 2.5]}'
    """
    try:
        return json.dumps(value, default=plain, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise NotStorable(
            f"A payload for the ledger cannot be written as JSON ({error}): {str(value)[:200]}"
        ) from error


def to_json_with_nan(value: object) -> str:
    """JSON text in which NaN and infinity are allowed (as Python's `json` writes them): for raw instrument documents.

    A meter may honestly report NaN; what it said is kept as it was said.
    """
    try:
        return json.dumps(value, default=plain, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise NotStorable(f"A document cannot be written as JSON ({error}): {str(value)[:200]}") from error
