"""How the seams are shown: values with their fields and defaults, types once, words under a field as they are meant."""

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

BEFORE_NAPOLEON = 400


def keep_sentences(app: "Sphinx", what: str, name: str, about: Any, options: Any, lines: list[str]) -> None:
    """A sentence with a colon under a field is a sentence: napoleon would take what stands before it for a type."""
    if what in ("attribute", "data") and lines and ": " in lines[0]:
        before, _, after = lines[0].partition(": ")
        lines[:1] = [f"{before}:", after]


def without_types(
    app: "Sphinx", what: str, name: str, about: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str, str | None] | None:
    """Names and defaults of what a value is made of; the types stand with the fields below."""
    if what != "class" or not signature:
        return None
    parameters = inspect.signature(about).parameters.values()
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return str(inspect.Signature(plain)), None


def setup(app: "Sphinx") -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", keep_sentences, priority=BEFORE_NAPOLEON)
    app.connect("autodoc-process-signature", without_types)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
