"""The keys of a file, from the JSON schema that `ionloop schema` prints."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

_WORDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "null": "nothing",
}
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minItems": "{} or more",
    "gt": "above {}",
    "ge": "at least {}",
    "lt": "below {}",
    "le": "at most {}",
}


def file_keys(model: type[BaseModel]) -> str:
    """A section for the file, then one for each block that may stand in it."""
    schema = model.model_json_schema()
    blocks = schema.pop("$defs", {})
    return "\n".join((*_section("The file", schema), *_blocks(blocks)))


def _blocks(blocks: dict[str, Schema]) -> Iterator[str]:
    for name in sorted(blocks):
        yield from _section(f"`{name}`", blocks[name])


def _section(title: str, schema: Schema) -> Iterator[str]:
    yield f"## {title}\n"
    if "description" in schema:
        yield f"{_text(schema['description'])}\n"
    if "enum" in schema:
        yield f"One of {_choices(schema['enum'])}.\n"
    elif "properties" in schema:
        yield "| key | holds | where left out | |"
        yield "|---|---|---|---|"
        wanted = schema.get("required", ())
        for key, value in schema["properties"].items():
            left_out = "**must be given**" if key in wanted else _default(value)
            yield f"| `{key}` | {_kind(value)} | {left_out} | {_cell(value.get('description', ''))} |"
        yield ""
    else:
        yield f"{_kind(schema)}\n"


def _kind(schema: Schema) -> str:
    bounds = ", ".join(words.format(schema[key]) for key, words in _BOUNDS.items() if key in schema)
    return f"{_bare_kind(schema)}, {bounds}" if bounds else _bare_kind(schema)


def _bare_kind(schema: Schema) -> str:
    match schema:
        case {"$ref": place}:
            name = place.rpartition("/")[2]
            return f"[`{name}`](#{name.lower()})"
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return _choices(values)
        case {"anyOf": kinds} | {"oneOf": kinds}:
            told = [_kind(kind) for kind in kinds if kind.get("type") != "null"]
            return " or ".join(dict.fromkeys(told))
        case {"type": "array", "prefixItems": parts}:
            return f"list of {', '.join(_kind(part) for part in parts)}"
        case {"type": "array", "items": items}:
            return f"list of {_kind(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"names, each with {_kind(values)}"
        case {"type": "object"}:
            return "keys of its own"
        case {"type": str(word)}:
            return _WORDS.get(word, word)
    return "anything"


def _default(schema: Schema) -> str:
    if "default" not in schema:
        return ""
    match schema["default"]:
        case None | "" | []:
            return "nothing"
        case bool(value):
            return f"`{str(value).lower()}`"
        case dict(values):
            return "what its own keys say" if values else "nothing"
        case list(values):
            return _choices(values)
        case value:
            return f"`{value}`"


def _choices(values: list[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _cell(words: str) -> str:
    return _text(words).replace("|", "\\|").replace("\n", " ")


def _text(words: str) -> str:
    """Words as Markdown that means nothing but itself; what stands in backticks is code."""
    parts = words.split("`")
    for place in range(0, len(parts), 2):
        for sign in ("\\", "*", "<", "["):
            parts[place] = parts[place].replace(sign, f"\\{sign}")
    return "`".join(parts)
