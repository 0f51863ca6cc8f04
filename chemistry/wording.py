"""What pydantic finds wrong with a value, in our own words: said to whoever wrote the file, not to a programmer."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from chemistry.errors import WrongKeys

LONGEST_SHOWN = 60
"""Characters of a value that are shown: enough to find it."""
LONGEST_PATH = 250
"""Characters of a path that are shown: whoever is to mend it needs all of one that can be."""

_KIND: dict[str, str] = {
    "list": "should be a list, such as [a, b]",
    "pairs": "should hold `key: value` pairs",
    "number": "should be a number",
    "whole": "should be a whole number",
    "text": "should be text, in quotes where it looks like something else",
    "truth": "should be yes or no",
}

_WORDS: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type"), _KIND["list"]),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), _KIND["pairs"]
    ),
    **dict.fromkeys(("float_type", "float_parsing"), _KIND["number"]),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _KIND["whole"]),
    **dict.fromkeys(("bool_type", "bool_parsing"), _KIND["truth"]),
    "string_type": _KIND["text"],
    "finite_number": "should be a finite number",
    "int_parsing_size": "is beyond any number that can be meant",
    "greater_than": lambda limit: f"should be above {limit['gt']:g}",
    "greater_than_equal": lambda limit: f"should be at least {limit['ge']:.10g}",
    "less_than": lambda limit: f"should be below {limit['lt']:g}",
    "less_than_equal": lambda limit: f"should be at most {limit['le']:.10g}",
    "too_short": lambda limit: f"holds {_entries(limit['actual_length'])} and needs at least {limit['min_length']}",
    "too_long": lambda limit: f"holds {_entries(limit['actual_length'])} and may hold {limit['max_length']} at most",
    "string_pattern_mismatch": lambda limit: f"should be written like the pattern {limit['pattern']}",
    "string_too_short": "should not be empty",
    "string_too_long": lambda limit: f"should have at most {limit['max_length']} characters",
    "union_tag_not_found": lambda limit: f"lacks the key {limit['discriminator'].replace(chr(39), '`')}",
}


def in_words(details: Any) -> str:
    """What is wrong with a value, as a predicate of its key, and the value where it can be shown.

    Args:
        details: One of `pydantic.ValidationError.errors()`.
    """
    kind, context, given = details["type"], details.get("ctx", {}), details["input"]
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _none_of(str(context.get("tag", given)), context)
    words = _WORDS[kind] if kind in _WORDS else details["msg"].removeprefix("Value error, ")
    message = words if isinstance(words, str) else words(context)
    if given is None:
        return f"{message} (nothing stands there)"
    shown = repr(given)
    return message if shown in message or isinstance(given, dict) else f"{message} (got {shortened(shown)})"


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """A text that may be long, as it is shown."""
    return text if len(text) <= most else f"{text[:most]}…"


def problems_of(error: ValidationError) -> list[Any]:
    """What is wrong, each once: a list is not called empty, too, for each of its entries was refused."""
    found = [problem for details in error.errors() for problem in _by_key(details)]
    above = {details["loc"][:depth] for details in found for depth in range(len(details["loc"]))}
    return [details for details in found if details["type"] != "too_short" or details["loc"] not in above]


def keys_of(dotted: str) -> tuple[str | int, ...]:
    """`objectives.0.goal` as a location: a list's entries are numbered."""
    return tuple(int(key) if key.isdecimal() else key for key in dotted.split("."))


def nearest(unknown: str, known: Sequence[str]) -> str:
    """`; did you mean …?` where something that is known looks like it."""
    near = difflib.get_close_matches(unknown, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _by_key(details: Any) -> list[Any]:
    """What a value found wrong across its keys, as problems of these keys."""
    error = details.get("ctx", {}).get("error")
    if not isinstance(error, WrongKeys):
        return [details]
    return [{**details, "loc": (*details["loc"], *keys_of(key)), "msg": words} for key, words in error.problems]


def _none_of(given: str, context: Mapping[str, Any]) -> str:
    allowed = re.findall(r"'([^']*)'", context.get("expected") or context.get("expected_tags") or "")
    return f"{shortened(repr(given))} is none of {', '.join(allowed)}" + nearest(given, allowed)


def _entries(number: int) -> str:
    return "no entry" if not number else "one entry" if number == 1 else f"{number} entries"
