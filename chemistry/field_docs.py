"""What is written under the fields of a value, for the JSON schema: read from the source, and only when asked.

Pydantic can do so for every class when it is made (`use_attribute_docstrings`); that costs a third of a second at each
start, and nearly nobody asks.
"""

import ast
import inspect
import textwrap
from functools import cache


@cache
def field_docs(kind: type) -> dict[str, str]:
    """The words under each field of a class and of its bases, in one line; none where the source is not there."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        found |= _docs_in(base)
    return found


@cache
def _docs_in(kind: type) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(kind))
    except (OSError, TypeError):  # typed into an interpreter, or made by a function
        return {}
    statement = ast.parse(source).body[0]
    if not isinstance(statement, ast.ClassDef):
        return {}
    found: dict[str, str] = {}
    for before, after in zip(statement.body, statement.body[1:], strict=False):
        match before, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[name] = " ".join(words.split())
    return found
