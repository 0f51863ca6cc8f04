"""What can be found out about an order after a crash."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from chemistry.value import Value


class Finding(StrEnum):
    """What became of an order."""

    DONE = "done"
    RUNNING = "running"
    NEVER_STARTED = "never_started"
    FAILED = "failed"
    """It was begun and the instrument says that it did not end well: the sample is spoilt."""
    UNKNOWN = "unknown"
    """The instrument cannot tell: a person must look."""


class Evidence(Value):
    """A finding, the as-made values where the order was done, and the grounds in words."""

    finding: Finding
    as_made: dict[str, Any] = Field(default={})
    words: str = ""
