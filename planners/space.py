"""The design space of a campaign: components, continuous loadings, constraints."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from chemistry.errors import WrongKeys
from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.salt import Additive, Salt
from chemistry.value import Value
from planners.axes import Amount, Axes, Choice, Range
from planners.components import identity, looked_up
from planners.constraints import Constraint, crowd_problems, pair_problems
from planners.pool.pool_file import PoolFile
from planners.process_space import HowMade, ProcessSpace, Setting, why_not_made

LOADING_UNITS = {"Li/O": 2.0, "mol/kg": 50.0, "w/w": 0.95}
"""Units of a salt loading and the highest value of each that can be meant: two lithium ions per coordinating site,
50 mol per kg of polymer, 95 % of the film."""


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
    """Of each plasticiser in a film, in w/w of the film."""
    most_plasticisers: int = Field(default=1, ge=1)
    """How many plasticisers one film may hold."""
    constraints: tuple[Constraint, ...] = ()
    process: HowMade = Process()

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        problems = [
            *self._host_problems(),
            *_twice("polymer", "polymers", self.polymers),
            *_twice("salt", "salts", self.salts),
            *_twice("plasticiser", "plasticisers", self.plasticisers),
            *_loading_problems(self.salt_loading, self.polymers),
            *self._fraction_problems(),
            *self._crowd_problems(),
            *_about("constraints", pair_problems(self.constraints, self.polymers, self.salts, self.plasticisers)),
            *_breeding_problems(self.polymers, self.open_polymers),
            *self._process_problems(),
        ]
        if problems:
            raise WrongKeys(*problems)
        return self

    @cached_property
    def axes(self) -> Axes:
        """Polymer, salt, each plasticiser, each setting of the process; salt loading, fraction of each plasticiser."""
        ordinals = ["", *(f" {number}" for number in range(2, self.most_plasticisers + 1))]
        several = self.plasticisers_or_none
        nothing = several.index(None) if None in several else None
        # The first is none only where the file says that it may be; any further one may be left out.
        plasticisers = [
            Choice(f"plasticiser{ordinal}", len(several if ordinal else self.plasticisers), nothing)
            for ordinal in ordinals
        ]
        fractions = [
            Amount(f"plasticiser fraction{ordinal}", self.plasticiser_fraction, needs=2 + place)
            for place, ordinal in enumerate(ordinals)
        ]
        settings = [_axis(setting, 2 + len(plasticisers)) for setting in self.settings]
        return Axes(
            (Choice("polymer", len(self.polymers)), Choice("salt", len(self.salts)), *plasticisers, *settings),
            (Amount("loading", self.salt_loading), *fractions),
        )

    @cached_property
    def plasticisers_or_none(self) -> tuple[Additive | None, ...]:
        """What a place for a plasticiser may hold: the plasticisers, and none where a film may have several."""
        if self.most_plasticisers == 1 or None in self.plasticisers:
            return self.plasticisers
        return (*self.plasticisers, None)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Settings of the process that are chosen for each film."""
        return self.process.settings if isinstance(self.process, ProcessSpace) else ()

    def made_by(self, chosen: tuple[int, ...]) -> Process:
        """The process of a film, of the place that was chosen in each setting."""
        return self.process.process(chosen) if isinstance(self.process, ProcessSpace) else self.process

    def _host_problems(self) -> "Problems":
        if self.pool is None:
            return [] if self.polymers else [("polymers", "no polymer is named; name one or more, or a pool of them")]
        wrong = {
            "polymers": (self.polymers, "polymers are named beside a pool; name them in the pool, or leave it out"),
            "plasticisers": (
                any(self.plasticisers),
                "a pool is of polymers, salts and loadings, and plasticisers are named; leave them out",
            ),
            "process": (
                self.settings,
                "a pool is made by one process, and settings of it are left open; give each one value",
            ),
        }
        return [(key, words) for key, (is_so, words) in wrong.items() if is_so]

    def _crowd_problems(self) -> "Problems":
        named = [plasticiser for plasticiser in self.plasticisers if plasticiser is not None]
        most, fraction = self.most_plasticisers, self.plasticiser_fraction
        if most > max(len(named), 1):
            words = f"most_plasticisers is {most}, but the space names {len(named)} of them"
            return [("most_plasticisers", words)]
        if fraction is not None and most > 1 and fraction.low <= 0:
            words = "plasticiser_fraction starts at 0; a film with several names those it holds, so start above 0"
            return [("plasticiser_fraction.low", words)]
        return _about("constraints", crowd_problems(self.constraints, named, most))

    def _process_problems(self) -> "Problems":
        made = () if isinstance(self.process, ProcessSpace) else why_not_made(self.process)
        return [(f"process.{key}", words) for key, words in made]

    def _fraction_problems(self) -> "Problems":
        fraction = self.plasticiser_fraction
        named = [plasticiser for plasticiser in self.plasticisers if plasticiser is not None]
        if fraction is None:
            words = "plasticisers are named but plasticiser_fraction is missing"
            return [("plasticisers", words)] if named else []
        if not named:
            return [("plasticiser_fraction", "plasticiser_fraction is given but no plasticiser is named")]
        if fraction.unit != "w/w":
            words = f"plasticiser_fraction has the unit {fraction.unit!r}; write it in w/w, a fraction of the film"
            return [("plasticiser_fraction.unit", words)]
        if fraction.high >= 1:
            words = f"plasticiser_fraction goes up to {fraction.high:g}; as a fraction of the film it stays below 1"
            return [("plasticiser_fraction.high", words)]
        return []


Problems = list[tuple[str, str]]
"""Keys of the space, dotted, and what is wrong with each."""


def _about(key: str, problems: Sequence[str]) -> Problems:
    return [(key, problem) for problem in problems]


def _axis(setting: Setting, before: int) -> Choice:
    """The axis of a setting; so many choices stand before those of the process."""
    return Choice(
        f"{setting.step} {setting.field}",
        len(setting.values),
        nothing=setting.nothing,
        needs=None if setting.needs is None else before + setting.needs,
        ordered=not isinstance(setting.values[0], str),
    )


def _twice(kind: str, key: str, components: Sequence[Polymer | Salt | Additive | None]) -> Problems:
    seen: dict[str, str] = {}
    problems = []
    for place, component in enumerate(components):
        label = "none" if component is None else component.label
        content = identity(component)
        if content in seen:
            problems.append((f"{key}.{place}", f"the {kind} {label} is the same as {seen[content]}; name it once"))
        seen[content] = label
    return problems


def _loading_problems(loading: Range, polymers: Sequence[Polymer]) -> Problems:
    if loading.unit not in LOADING_UNITS:
        words = f"salt_loading has the unit {loading.unit!r}; known are {', '.join(LOADING_UNITS)}"
        return [("salt_loading.unit", words)]
    problems = []
    if loading.low <= 0:
        words = f"salt_loading starts at {loading.low:g}; every film of a space holds salt, so start above 0"
        problems.append(("salt_loading.low", words))
    if loading.high > LOADING_UNITS[loading.unit]:
        limit = LOADING_UNITS[loading.unit]
        words = f"salt_loading goes up to {loading.high:g} {loading.unit}, beyond the limit of {limit:g}"
        problems.append(("salt_loading.high", words))
    if loading.unit == "Li/O":
        bare = [polymer.label for polymer in polymers if not polymer.sites_mol_kg]
        means_nothing = [f"{label} has no coordinating site, so Li/O means nothing; use mol/kg" for label in bare]
        problems += _about("salt_loading.unit", means_nothing)
    return problems


def _breeding_problems(polymers: Sequence[Polymer], open_polymers: OpenPolymers | None) -> Problems:
    if open_polymers is None or not polymers:
        return []
    from chemistry.exchange import can_exchange, heavy_atoms

    units = [(polymer.label, unit.smiles) for polymer in polymers for unit in polymer.units]
    if not any(can_exchange(smiles) for _, smiles in units):
        names = ", ".join(polymer.label for polymer in polymers)
        words = f"open_polymers is given, but the chain of {names} has no bond at which fragments are exchanged"
        return [("open_polymers", words)]
    smallest = min(heavy_atoms(smiles) for _, smiles in units)
    if open_polymers.most_atoms < smallest:
        words = f"open_polymers.most_atoms is {open_polymers.most_atoms}, but the smallest named unit has {smallest}"
        return [("open_polymers.most_atoms", words)]
    return []
