"""Fields of values that take what people write: numbers in the field's unit, and text with a unit of its own."""

from typing import Any

from pydantic import BeforeValidator

from chemistry.errors import BadInput


def read_quantity(given: Any, unit: str) -> float:
    """A number in `unit`, or text with a unit of its own; pydantic adds the place to what is wrong with it."""
    from chemistry.units import quantity

    try:
        return quantity(given, unit)
    except BadInput as error:
        raise ValueError(str(error)) from error


def in_unit(unit: str) -> BeforeValidator:
    """What a field needs to take numbers in `unit` and text with a unit of its own."""
    return BeforeValidator(lambda given: read_quantity(given, unit), json_schema_input_type=float | str)
