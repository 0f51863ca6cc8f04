"""The real command line, asked what it makes of some words without doing it."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer._click.core import Command


@dataclass(frozen=True)
class Understood:
    """What the command line made of some words.

    Attributes:
        path: of the command that would have run, such as `models list`.
        values: of its parameters, by name.
    """

    path: str
    values: dict[str, Any]


def understood(words: tuple[str, ...]) -> Understood:
    """Parse the words behind `ionloop` as the command line does; raises what it raises."""
    from typer.main import get_command

    from flows.cli.main import app

    root = get_command(app)  # made anew, so that what is changed here holds for this call alone
    told: list[Understood] = []
    for path, leaf in leaves(root).items():
        leaf.callback = lambda path=path, **values: told.append(Understood(path, values))
    root.main(args=list(words), prog_name="ionloop", standalone_mode=False)
    (one,) = told
    return one


def leaves(command: "Command", path: str = "") -> "dict[str, Command]":
    """Every command that does something, by its words."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {path: command}
    return {key: leaf for name, own in inner.items() for key, leaf in leaves(own, f"{path} {name}".strip()).items()}


def command_of(words: tuple[str, ...]) -> "tuple[str, Command]":
    """The command, or group, that the first of these words name; raises `KeyError` for one that there is not.

    A group may take what is none of its commands itself, as `ionloop dft SMILES` does.
    """
    found, path = _root(), ""
    for word in words:
        inner = getattr(found, "commands", None)
        if inner is None or word.startswith("-") or (path and word not in inner):
            break
        found, path = inner[word], f"{path} {word}".strip()
    return path, found


@cache
def _root() -> "Command":
    from typer.main import get_command

    from flows.cli.main import app

    return get_command(app)
