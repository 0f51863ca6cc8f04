"""The design space of a campaign: components, continuous loadings, constraints."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.salt import Additive, Salt
from chemistry.value import Value
from planners.components import identity, looked_up
from planners.constraints import Constraint, pair_problems
from planners.pool.pool_file import PoolFile

LOADING_UNITS = {"Li/O": 2.0, "mol/kg": 50.0, "w/w": 0.95}
"""Units of a salt loading and the highest value of each that can be meant: two lithium ions per coordinating site,
50 mol per kg of polymer, 95 % of the film."""


class Range(Value):
    """A closed interval in a stated unit."""

    low: float = Field(ge=0)
    high: float = Field(gt=0)
    unit: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low is {self.low:g} and high is {self.high:g}; write the smaller one as low")
        return self

    @property
    def span(self) -> float:
        """High minus low."""
        return self.high - self.low


class OpenPolymers(Value):
    """That polymers are open-ended: those of the space are where a planner begins that breeds others from them."""

    most_atoms: int = Field(default=30, ge=2, le=200)
    """Heavy atoms that the repeat unit of a bred polymer may have."""
    lenders: int = Field(default=200, ge=0, le=5000)
    """Generated repeat units (`chemistry.generated_units`) that lend fragments beside the polymers of the space."""


class DesignSpace(Value):
    """Which formulations a campaign may propose.

    Components are given as catalogue names, SMILES or values; `none` among the plasticisers stands for a film without
    one, whose plasticiser fraction is then zero whatever the range says.
    """

    polymers: tuple[Annotated[Polymer, looked_up("polymer")], ...] = ()
    pool: PoolFile | None = None
    """Instead of `polymers`: a table of many, of which the planner `pool` chooses."""
    open_polymers: OpenPolymers | None = None
    """Left out, a campaign makes the named polymers and no others."""
    salts: tuple[Annotated[Salt, looked_up("salt")], ...] = Field(min_length=1)
    salt_loading: Range
    """In Li/O (per coordinating site), mol/kg of polymer, or w/w of the film."""
    plasticisers: tuple[Annotated[Additive | None, looked_up("additive")], ...] = Field(default=(None,), min_length=1)
    plasticiser_fraction: Range | None = None
    """In w/w of the film."""
    constraints: tuple[Constraint, ...] = ()
    process: Process = Process()

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        problems = [
            *_host_problems(self.polymers, self.pool, self.plasticisers),
            *_twice("polymer", self.polymers),
            *_twice("salt", self.salts),
            *_twice("plasticiser", self.plasticisers),
            *_loading_problems(self.salt_loading, self.polymers),
            *self._fraction_problems(),
            *pair_problems(self.constraints, self.polymers, self.salts, self.plasticisers),
            *_breeding_problems(self.polymers, self.open_polymers),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _fraction_problems(self) -> list[str]:
        fraction = self.plasticiser_fraction
        named = [plasticiser for plasticiser in self.plasticisers if plasticiser is not None]
        if fraction is None:
            return ["plasticisers are named but plasticiser_fraction is missing"] if named else []
        if not named:
            return ["plasticiser_fraction is given but no plasticiser is named"]
        if fraction.unit != "w/w":
            return [f"plasticiser_fraction has the unit {fraction.unit!r}; write it in w/w, a fraction of the film"]
        if fraction.high >= 1:
            return [f"plasticiser_fraction goes up to {fraction.high:g}; as a fraction of the film it stays below 1"]
        return []


def _twice(kind: str, components: Sequence[Polymer | Salt | Additive | None]) -> list[str]:
    seen: dict[str, str] = {}
    problems = []
    for component in components:
        label = "none" if component is None else component.label
        content = identity(component)
        if content in seen:
            problems.append(f"the {kind} {label} is the same as {seen[content]}; name it once")
        seen[content] = label
    return problems


def _loading_problems(loading: Range, polymers: Sequence[Polymer]) -> list[str]:
    if loading.unit not in LOADING_UNITS:
        return [f"salt_loading has the unit {loading.unit!r}; known are {', '.join(LOADING_UNITS)}"]
    problems = []
    if loading.low <= 0:
        problems.append(f"salt_loading starts at {loading.low:g}; every film of a space holds salt, so start above 0")
    if loading.high > LOADING_UNITS[loading.unit]:
        limit = LOADING_UNITS[loading.unit]
        problems.append(f"salt_loading goes up to {loading.high:g} {loading.unit}, beyond the limit of {limit:g}")
    if loading.unit == "Li/O":
        bare = [polymer.label for polymer in polymers if not polymer.sites_mol_kg]
        problems += [f"{label} has no coordinating site, so Li/O means nothing; use mol/kg" for label in bare]
    return problems


def _host_problems(
    polymers: Sequence[Polymer], pool: PoolFile | None, plasticisers: Sequence[Additive | None]
) -> list[str]:
    if pool is None:
        return [] if polymers else ["no polymer is named; name one or more, or a pool of them"]
    problems = ["polymers are named beside a pool; name them in the pool, or leave the pool out"] if polymers else []
    if any(plasticisers):
        problems.append("a pool is of polymers, salts and loadings, and plasticisers are named; leave them out")
    return problems


def _breeding_problems(polymers: Sequence[Polymer], open_polymers: OpenPolymers | None) -> list[str]:
    if open_polymers is None or not polymers:
        return []
    from chemistry.exchange import can_exchange, heavy_atoms

    units = [(polymer.label, unit.smiles) for polymer in polymers for unit in polymer.units]
    if not any(can_exchange(smiles) for _, smiles in units):
        names = ", ".join(polymer.label for polymer in polymers)
        return [f"open_polymers is given, but the chain of {names} has no bond at which fragments are exchanged"]
    smallest = min(heavy_atoms(smiles) for _, smiles in units)
    if open_polymers.most_atoms < smallest:
        return [f"open_polymers.most_atoms is {open_polymers.most_atoms}, but the smallest named unit has {smallest}"]
    return []
