"""Which formulations of a space must not be made: bounds on sums and ratios, and components that exclude each other."""

import itertools
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from chemistry.polymer import Polymer
from chemistry.salt import Additive, Salt
from chemistry.value import Value
from planners.components import looked_up

Part = Literal["salt_fraction", "plasticiser_fraction"]


class SumConstraint(Value):
    """An upper bound on a sum of weight fractions of the film."""

    sum: tuple[Part, ...] = Field(min_length=1)
    at_most: float = Field(gt=0, le=1)


class RatioConstraint(Value):
    """An upper bound on the ratio of two weight fractions of the film, first over second."""

    ratio: tuple[Part, Part]
    at_most: float = Field(gt=0)

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.ratio[0] == self.ratio[1]:
            raise ValueError(f"the ratio of {self.ratio[0]} to itself is always one")
        return self


class Together(Value):
    """Two components, or three, that stand in one film."""

    polymer: Annotated[Polymer | None, looked_up("polymer", optional=True)] = None
    salt: Annotated[Salt | None, looked_up("salt", optional=True)] = None
    plasticiser: Annotated[Additive | None, looked_up("additive")] = None

    @model_validator(mode="after")
    def _several(self) -> Self:
        if len(self.named) < 2:
            raise ValueError(
                "what is forbidden together are two components at least, of polymer, salt and plasticiser; leave one "
                "that is never wanted out of the space"
            )
        return self

    @property
    def named(self) -> dict[str, Polymer | Salt | Additive]:
        """The components, by their kind."""
        given = {"polymer": self.polymer, "salt": self.salt, "plasticiser": self.plasticiser}
        return {kind: component for kind, component in given.items() if component is not None}

    @property
    def label(self) -> str:
        """`PEO with LiPF6`."""
        return " with ".join(component.label for component in self.named.values())

    def in_film(self, polymer: Polymer, salt: Salt | None, plasticisers: Sequence[Additive | None]) -> bool:
        """Whether a film of these components holds all of them."""
        return (
            (self.polymer is None or self.polymer == polymer)
            and (self.salt is None or self.salt == salt)
            and (self.plasticiser is None or self.plasticiser in plasticisers)
        )


class PairConstraint(Value):
    """Components that must not stand in one film."""

    forbid: Together


def _kind_of_constraint(given: Any) -> str:
    """By its key, so that what is wrong with one is told of that kind only."""
    keys = given if isinstance(given, dict) else type(given).model_fields if isinstance(given, Value) else ()
    return "a pair" if "forbid" in keys else "a ratio" if "ratio" in keys else "a sum"


Constraint = Annotated[
    Annotated[SumConstraint, Tag("a sum")]
    | Annotated[RatioConstraint, Tag("a ratio")]
    | Annotated[PairConstraint, Tag("a pair")],
    Discriminator(_kind_of_constraint),
]


def pair_problems(
    constraints: Sequence[Constraint],
    polymers: Sequence[Polymer],
    salts: Sequence[Salt],
    plasticisers: Sequence[Additive | None],
) -> list[str]:
    """What is wrong with the forbidden pairs of a space: pairs of nothing, and components that nothing is left for."""
    pairs = [constraint.forbid for constraint in constraints if isinstance(constraint, PairConstraint)]
    known: dict[str, Sequence[Value | None]] = {"polymer": polymers, "salt": salts, "plasticiser": plasticisers}
    problems = [
        f"{pair.label} is forbidden, but the {kind} {component.label} is not in the space; leave the constraint out"
        for pair in pairs
        for kind, component in pair.named.items()
        if component not in known[kind]
    ]
    if problems or not pairs:
        return problems
    left = [
        (polymer, salt, plasticiser)
        for polymer, salt, plasticiser in itertools.product(polymers, salts, plasticisers)
        if not any(pair.in_film(polymer, salt, (plasticiser,)) for pair in pairs)
    ]
    if not left:
        return [f"the constraints forbid every film: {', '.join(pair.label for pair in pairs)}; allow one of them"]
    return [
        f"the constraints leave no film with the {kind} {_label(component)}; leave it out of the space, or allow a pair"
        for place, kind in enumerate(known)
        for component in known[kind]
        if all(film[place] != component for film in left)
    ]


def _label(component: Any) -> str:
    return "none" if component is None else component.label
