"""What is wrong with a command's words, in the one paragraph that every other mistake gets."""

from typing import TYPE_CHECKING

from chemistry.errors import BadInput

if TYPE_CHECKING:
    from typer._click.exceptions import ClickException


def usage_mistake(error: "ClickException") -> BadInput | None:
    """The mistake as bad input: value, option, limit and usage; None where the help has been shown instead."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return None
    context = getattr(error, "ctx", None)
    remedy = "`ionloop COMMAND --help` says what each option takes"
    if context is not None:
        remedy = f"{' '.join(context.get_usage().split())}; `{context.command_path} --help` says more"
    return BadInput(f"{_sentence(error)}{_value(error)}", remedy=remedy)


def _sentence(error: "ClickException") -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    return text[:1].lower() + text[1:]


def _value(error: "ClickException") -> str:
    """The value that was given, where the message tells the limit alone."""
    from pydantic import ValidationError  # typer reads options with it

    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return ""
    return f", and it is {str(cause.errors()[0]['input'])[:200]!r}"
