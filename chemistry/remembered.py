"""Work on one component done once: a laboratory has few components and makes many formulations of them."""

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def remembered(compute: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """A pure function of frozen values that keeps its latest 4,096 answers.

    `functools.lru_cache`, in words that a type checker takes: it does not see that frozen values have a hash.
    """
    return cast("Callable[Asked, Answer]", lru_cache(maxsize=4096)(compute))


def remembered_of_many(compute: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """As `remembered`, for work on the polymers of a pool or a table: keeps the latest 65,536 answers."""
    return cast("Callable[Asked, Answer]", lru_cache(maxsize=65536)(compute))
