"""Components as a campaign file names them: a name of the catalogue, a SMILES, or their content."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BeforeValidator

from chemistry.errors import BadInput
from chemistry.polymer import Polymer
from chemistry.salt import Additive, Salt
from chemistry.value import Value

_COMPONENTS: dict[str, type[Value]] = {"polymer": Polymer, "salt": Salt, "additive": Additive}


def looked_up(kind: Literal["polymer", "salt", "additive"], *, optional: bool = False) -> BeforeValidator:
    """Text becomes the component that the catalogue knows by this name, or reads as this SMILES.

    `none` stands for no additive; `optional` says that any other component may be left out too.
    """

    def look_up(given: Any) -> Any:
        if isinstance(given, dict | Value) or (given is None and (optional or kind == "additive")):
            return given
        if not isinstance(given, str):
            raise ValueError("should be a name of the catalogue, a SMILES, or `key: value` pairs")
        if kind == "additive" and given.strip().lower() == "none":
            return None
        from chemistry import catalogue

        find: Callable[[str], Value] = getattr(catalogue, kind)
        try:
            return find(given)
        except BadInput as error:
            # pydantic gathers ValueErrors and says where in the file each one stands.
            raise ValueError(str(error)) from error

    return BeforeValidator(look_up, json_schema_input_type=str | _COMPONENTS[kind])


def identity(component: Value | None) -> str:
    """What a component is, without what people call it: equal texts mean the same component."""
    return "" if component is None else component.model_dump_json()
