"""What is written under a field reaches the JSON schema, so that an editor can show it."""

from pydantic import Field

from chemistry.field_docs import field_docs
from chemistry.value import Value


class Shelf(Value):
    """Where things stand."""

    height_mm: float
    """Above the floor, and
    below the ceiling."""
    load_kg: float = Field(default=1.0, description="said in the field itself")
    """Said below."""
    plain: str = ""


class TallShelf(Shelf):
    """One that needs a ladder."""

    ladder: bool = Field(default=True, alias="steps")
    """Whether one stands beside it."""


def test_words_under_a_field_are_its_description_and_those_of_a_base_count() -> None:
    properties = TallShelf.model_json_schema()["properties"]
    assert properties["height_mm"]["description"] == "Above the floor, and below the ceiling."
    assert properties["steps"]["description"] == "Whether one stands beside it."
    assert "description" not in properties["plain"]


def test_what_a_field_says_itself_is_kept() -> None:
    assert Shelf.model_json_schema()["properties"]["load_kg"]["description"] == "said in the field itself"


def test_a_class_without_source_has_no_words() -> None:
    made = type("Made", (), {"x": 1})
    assert field_docs(made) == {}
