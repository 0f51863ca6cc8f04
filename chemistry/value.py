"""The base of every value in ionloop: frozen, complete, and impossible to construct invalid."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen pydantic model that refuses unknown keys, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    if TYPE_CHECKING:
        # pydantic gives frozen models a hash of their content; type checkers cannot see that.
        def __hash__(self) -> int: ...
