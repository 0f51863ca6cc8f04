"""What a file names by a dotted path: a class or a function of ours, or of the lab's own."""

import importlib
from typing import Any

from chemistry.errors import BadInput
from chemistry.wording import nearest
from devices.interrupt import interrupts_held


def found_at(path: str, what: str, *, place: str, remedy: str) -> Any:
    """The attribute of a module that a dotted path names.

    Args:
        path: `module.name`.
        what: What it should be, such as "the driver class".
        place: Where the path is written.
        remedy: What to do where there is nothing.

    Raises:
        BadInput: the module cannot be imported, for whatever reason, or holds no such name.
    """
    module_name, _, name = path.rpartition(".")
    try:
        with interrupts_held():  # one that falls into a class body would look like a fault of the module
            module = importlib.import_module(module_name)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise BadInput(f"{what} {path!r} cannot be imported ({why})", place=place, remedy=remedy) from error
    if not hasattr(module, name):
        near = nearest(name, [known for known in vars(module) if not known.startswith("_")])
        raise BadInput(
            f"{what} {path!r} cannot be imported: {module_name} has no {name!r}{near}", place=place, remedy=remedy
        )
    return getattr(module, name)
