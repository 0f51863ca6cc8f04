"""The error tree of ionloop: one root, and one branch for what the user can mend."""


class IonloopError(Exception):
    """Root of every error that ionloop raises on purpose; the command line exits with status 1."""


class BadInput(IonloopError):
    """What the user gave cannot be used; the command line prints it and exits with status 2.

    The message is one paragraph: what is wrong, the value, the limit, the remedy. Several problems of one
    kind are gathered and raised together (`problems`).
    """

    def __init__(self, problem: str, *, place: str = "", remedy: str = "", problems: tuple[str, ...] = ()) -> None:
        self.problem, self.place, self.remedy, self.problems = problem, place, remedy, problems
        parts = [f"{place}: {problem}" if place else problem, *problems, remedy]
        super().__init__(" ".join(part if part.endswith((".", ":", "?")) else f"{part}." for part in parts if part))


class WrongKeys(ValueError):
    """For a value's own check to raise where it compares keys: each problem with the key below the value it is about.

    Whoever reads the value from a file tells the line of that key, and not the one at which the value begins.
    """

    def __init__(self, *problems: tuple[str, str]) -> None:
        """Pairs of a dotted key, such as `objectives.0.temperature`, and what is wrong."""
        self.problems = problems
        super().__init__("; ".join(problem for _, problem in problems))
