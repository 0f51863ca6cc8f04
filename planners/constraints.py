"""Which formulations of a space must not be made: bounds on sums, ratios, numbers, and what excludes each other."""

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


class CrowdConstraint(Value):
    """How many of some plasticisers may stand in one film."""

    at_most_components: int = Field(ge=1)
    of: tuple[Annotated[Additive, looked_up("additive")], ...] = Field(min_length=2)

    @property
    def label(self) -> str:
        """`at most 1 of succinonitrile, tetraglyme`."""
        return f"at most {self.at_most_components} of {', '.join(additive.label for additive in self.of)}"


def _kind_of_constraint(given: Any) -> str:
    """By its key, so that what is wrong with one is told of that kind only."""
    keys = given if isinstance(given, dict) else type(given).model_fields if isinstance(given, Value) else ()
    told = {"forbid": "a pair", "ratio": "a ratio", "at_most_components": "a crowd"}
    return next((kind for key, kind in told.items() if key in keys), "a sum")


Constraint = Annotated[
    Annotated[SumConstraint, Tag("a sum")]
    | Annotated[RatioConstraint, Tag("a ratio")]
    | Annotated[PairConstraint, Tag("a pair")]
    | Annotated[CrowdConstraint, Tag("a crowd")],
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


def crowd_problems(constraints: Sequence[Constraint], named: Sequence[Additive], most: int) -> list[str]:
    """What is wrong with bounds on how many plasticisers of a set a film may hold: those that bound nothing."""
    problems = []
    for crowd in constraints:
        if not isinstance(crowd, CrowdConstraint):
            continue
        strange = [additive.label for additive in crowd.of if additive not in named]
        if strange:
            problems.append(f"{crowd.label} is asked for, but {', '.join(strange)} is not in the space; leave it out")
        elif len(set(crowd.of)) < len(crowd.of):
            problems.append(f"{crowd.label} names the same one twice")
        elif crowd.at_most_components >= min(most, len(crowd.of)):
            problems.append(
                f"{crowd.label} is asked for, which holds always where a film has at most {most} of the plasticisers; "
                "leave the constraint out, or raise most_plasticisers"
            )
    return problems


def _label(component: Any) -> str:
    return "none" if component is None else component.label
