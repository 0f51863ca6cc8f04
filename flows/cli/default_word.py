"""Commands of a group, one of which needs no word for what it does."""

from typer._click.core import Context
from typer.core import TyperGroup


def understood(word: str) -> type[TyperGroup]:
    """A group that takes this word as said where the first one given is none of its commands."""

    class Understood(TyperGroup):
        def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
            """Put in the word that was left out."""
            if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
                args = [word, *args]
            return super().parse_args(ctx, args)

    return Understood
