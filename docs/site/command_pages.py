"""The page of the command line, from the Typer application itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer._click.core import Command, Context


def commands() -> str:
    """A section for every command: how it is called, what it does, what it takes."""
    from typer.main import get_command

    from flows.cli.main import app

    return "\n".join(_sections(get_command(app), "ionloop", None))


def _sections(command: "Command", name: str, parent: "Context | None") -> Iterator[str]:
    context = command.context_class(command, info_name=name, parent=parent)
    inner = getattr(command, "commands", {})
    if parent is not None:
        yield f"## `{context.command_path}`\n" if parent.parent is None else f"### `{context.command_path}`\n"
        yield f"{_plain(command.help)}\n"
    if not inner:
        words = " ".join((context.command_path, *command.collect_usage_pieces(context)))
        yield f"```text\n{words}\n```\n"
        yield _table(command, context)
    for own_name, own in inner.items():
        yield from _sections(own, own_name, context)


def _table(command: "Command", context: "Context") -> str:
    rows = [row for parameter in command.params if (row := _row(parameter, context))]
    return "\n".join(("| given | what it is |", "|---|---|", *rows, ""))


def _row(parameter: Any, context: "Context") -> str:
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    words, said = record
    return f"| `{words.replace('|', chr(92) + '|')}` | {' '.join(_plain(said).split())} |"


def _plain(words: str | None) -> str:
    """Help as Markdown that means nothing but itself."""
    text = words or ""
    for sign in ("\\", "*", "_", "<", "[", "|", "~"):
        text = text.replace(sign, f"\\{sign}")
    return text
