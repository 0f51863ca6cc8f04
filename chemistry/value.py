"""The base of every value in ionloop: frozen, complete, and impossible to construct invalid."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from chemistry.field_docs import field_docs


class Value(BaseModel):
    """A frozen pydantic model that refuses unknown keys, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @cached_property
    def _identity(self) -> tuple[object, ...]:
        return (type(self), *(getattr(self, field) for field in type(self).model_fields))

    @cached_property
    def _hash(self) -> int:
        return hash(self._identity)

    def __hash__(self) -> int:
        """Worked out once: values are frozen, and planners ask for it thousands of times."""
        return self._hash

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, checked like any other value; nothing cached is carried over.

        Fields are frozen values themselves, so `deep` makes no difference.
        """
        content = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**content, **(update or {})})

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema with what is written under each field, for editors and the pages of reference."""
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, words in field_docs(cls).items():
            field = cls.model_fields.get(name)
            shown = properties.get(field.alias or name) if field else None
            if shown is not None:
                shown.setdefault("description", words)
        return schema

    def __getstate__(self) -> dict[Any, Any]:
        """The fields alone: a hash that was cached here means nothing in another process."""
        state = super().__getstate__()
        return {**state, "__dict__": {name: state["__dict__"][name] for name in type(self).model_fields}}


class Named(Value):
    """A value with a name that people use and that is no part of its identity.

    Two named values are equal, and hash alike, when everything but the name is equal: PEO from a catalogue is the
    polymer that somebody wrote as `*OCC*`.
    """

    name: str = Field(default="", exclude=True)
    """What people call it; no part of its identity."""

    @cached_property
    def _identity(self) -> tuple[object, ...]:
        return (type(self), *(getattr(self, field) for field in type(self).model_fields if field != "name"))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return self._identity == other._identity if isinstance(other, Named) else NotImplemented

    # A class that defines equality loses the hash of its base unless it says so.
    __hash__ = Value.__hash__
