"""How the commands of models print what they found."""

import typer


def print_figures(figures: dict[str, object], as_json: bool, title: str) -> None:
    """Print what a command found: one JSON object, or a line for each figure below a title."""
    import json

    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    typer.echo(title)
    for name, value in figures.items():
        if isinstance(value, dict):
            for inner, row in value.items():
                typer.echo(f"  {inner}: {_in_words(row)}")
        elif isinstance(value, list):
            for text in value:
                typer.echo(f"  {text}")
        else:
            typer.echo(f"  {name}: {value}")


def _in_words(value: object) -> str:
    """A figure, or several with their names, those that belong together in brackets."""
    if not isinstance(value, dict):
        return "none" if value is None else str(value)
    told = ((name, _in_words(part), isinstance(part, dict)) for name, part in value.items())
    return ", ".join(f"{name} ({words})" if several else f"{name} {words}" for name, words, several in told)
