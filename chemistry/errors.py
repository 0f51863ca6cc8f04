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
