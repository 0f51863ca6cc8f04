"""What a campaign file says of checks by theory: which recipe, when, and for how many core-hours."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from chemistry.errors import WrongKeys
from chemistry.value import Value

RecipeName = Literal["chains", "redox_window", "twin", "twin_window"]
"""Names of `flows.theory.recipes`."""


class Validation(Value):
    """Theory that is asked about films that were made: the best ones, and those that came as nobody foretold."""

    recipe: RecipeName
    every: int | None = Field(default=None, ge=1)
    """Results between two looks at the best; never where left out."""
    top: int = Field(default=1, ge=1)
    """How many of the best are asked about at each look."""
    disagreement: float | None = Field(default=None, gt=0)
    """A film is asked about whose result lies so many standard deviations from what was foretold of it."""
    core_hours: float = Field(gt=0)
    """No calculation is begun where so many are spent or under way."""

    @model_validator(mode="after")
    def _sometime(self) -> Self:
        if self.every is None and self.disagreement is None:
            raise ValueError(
                f"nothing says when {self.recipe} is asked; write `every: 5`, after so many results, or "
                "`disagreement: 3`, of so many standard deviations"
            )
        return self


def refuse_idle(checks: Sequence[Validation], experiments: int) -> None:
    """Raise `WrongKeys` for a check that can never come due, or that is asked for twice."""
    for place, check in enumerate(checks):
        if check.every is not None and check.every > experiments and check.disagreement is None:
            words = (
                f"the best are looked at after every {check.every} results, and the budget has {experiments} "
                f"experiments; give at most {experiments}"
            )
            raise WrongKeys((f"validation.{place}.every", words))
        if check in checks[:place]:
            raise WrongKeys((f"validation.{place}", "this check stands in the list already; name it once"))
