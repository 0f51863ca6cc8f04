"""The name of whoever gives a command: the ledger keeps it for ever, so it is checked in one way for all of them."""

import getpass

from chemistry.errors import BadInput

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
    if len(name) > LONGEST or not name.isprintable():
        raise BadInput(f"--by {name[:LONGEST]!r} is no name", remedy=f"Give one line of at most {LONGEST} characters.")
    return name


def _logged_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return ""
