"""Arithmetic on one component, done once: there are few components and many formulations."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

Component = TypeVar("Component")
Result = TypeVar("Result")


def once_per_component(compute: Callable[[Component], Result]) -> Callable[[Component], Result]:
    """A pure function of one frozen value that remembers its latest 4,096 answers."""
    return lru_cache(maxsize=4096)(compute)
