"""Values that a plan has worked out, as something Bluesky can read into a run's documents."""

import time
from collections.abc import Mapping
from typing import Any


class Readings:
    """A readable made of plain values: numbers, words, or rows of either."""

    parent = None

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self._values = {f"{name}_{key}": value for key, value in values.items()}
        self._time = time.time()

    def read(self) -> dict[str, Any]:
        """Value and time stamp of each."""
        return {key: {"value": value, "timestamp": self._time} for key, value in self._values.items()}

    def describe(self) -> dict[str, Any]:
        """Type and shape of each."""
        return {key: {"source": "plan", **_kind(value)} for key, value in self._values.items()}

    def describe_configuration(self) -> dict[str, Any]:
        """Nothing is configured."""
        return {}

    def read_configuration(self) -> dict[str, Any]:
        """Nothing is configured."""
        return {}


def _kind(value: Any) -> dict[str, Any]:
    if isinstance(value, list | tuple):
        return {"dtype": "array", "shape": [len(value)]}
    return {"dtype": "string" if isinstance(value, str) else "number", "shape": []}
