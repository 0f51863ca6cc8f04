"""`--budget 60min`: how long a command may go on."""


def budget_seconds(text: str | None) -> float | None:
    """Seconds that a budget states, or None where none is given; raises `BadInput` for what is no time above zero."""
    from chemistry.errors import BadInput
    from chemistry.quantities import quantity

    if text is None:
        return None
    try:
        seconds = quantity(text, "second")
    except BadInput as error:
        raise BadInput(error.problem, place="--budget", remedy="Write a time with its unit, such as 60min") from error
    if seconds <= 0:
        raise BadInput(f"{text!r} is no time", place="--budget", remedy="Give more than zero, such as 60min")
    return seconds
