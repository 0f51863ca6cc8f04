"""The name of whoever gives a command: the ledger keeps it for ever, so it is checked in one way for all of them."""

import getpass

from chemistry.errors import BadInput
from chemistry.wording import shortened

LONGEST = 100
"""Characters of a name that the ledger takes; longer ones are something else that was pasted."""


def person(by: str | None) -> str:
    """The name that was given with `--by`, or the user who is logged in where none was.

    Raises:
        BadInput: the name is empty, longer than any name, or holds what cannot be printed; or nobody is logged in.
    """
    name = (_logged_in() if by is None else by).strip()
    if not name:
        raise BadInput("nobody says who gives the command", remedy="Give --by a name.")
    return one_line(name, "--by")


def one_line(text: str, option: str) -> str:
    """A text that fits into a table; raises `BadInput` where it is longer than any name, or cannot be printed."""
    if len(text) > LONGEST or not text.isprintable():
        remedy = f"Give one line of at most {LONGEST} characters."
        raise BadInput(f"{option} {shortened(repr(text))} is no name", remedy=remedy)
    return text


def _logged_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return ""
