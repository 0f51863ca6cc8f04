"""What a campaign file offers beside the experiment: quicker measurements, and theory, each at its price."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from chemistry.errors import WrongKeys
from chemistry.value import Value
from flows.measure_spec import COLDEST_C, HOTTEST_C, SweepSpec, in_unit
from flows.theory.recipes import OXIDATION_LIMIT
from planners.objectives import Measurand, Objective
from planners.protocols import Kind


def _each_once(temperatures_C: tuple[float, ...]) -> tuple[float, ...]:
    """A film is scanned once at a temperature, and a simulation that is run again tells nothing new for its price."""
    twice = [T for T in dict.fromkeys(temperatures_C) if temperatures_C.count(T) > 1]
    if twice:
        raise ValueError(f"{', '.join(f'{T:g} °C' for T in twice)} is given twice; name each temperature once")
    return temperatures_C


Temperatures = Annotated[
    tuple[Annotated[float, in_unit("degC"), Field(ge=COLDEST_C, le=HOTTEST_C)], ...],
    Field(min_length=1),
    AfterValidator(_each_once),
]


class QuickScan(Value):
    """A film that is measured at fewer temperatures, or with a shorter sweep, than `measure` says."""

    temperatures: Temperatures
    sweep: SweepSpec = SweepSpec(low=100.0)
    sd: float = Field(default=0.05, gt=0, le=2)
    """What such a reading of log10 conductivity is expected to err by, decades."""


class Simulations(Value):
    """Molecular dynamics: what one run costs, and how many may be bought."""

    engine: Literal["chains", "twin"] = "twin"
    """The recipe (`flows.theory.recipes`). The twin, the usual one, makes up what a run would say, for dry runs."""
    price: Annotated[float, in_unit("hour"), Field(gt=0)]
    """Hours of lab time that one is held to be worth."""
    temperatures: Temperatures
    most: int = Field(default=200, ge=1)


class Windows(Value):
    """Quantum chemistry of the oxidation limit: what one calculation costs, and how many may be bought."""

    engine: Literal["redox_window", "twin_window"] = "twin_window"
    """The recipe (`flows.theory.recipes`). The twin's makes up what a calculation would say, for dry runs."""
    price: Annotated[float, in_unit("hour"), Field(gt=0)]
    """Hours of lab time that one is held to be worth."""
    most: int = Field(default=200, ge=1)


class Offers(Value):
    """Ways to learn of a formulation beside the experiment that `measure` describes."""

    quick_scan: QuickScan | None = None
    md: Simulations | None = None
    dft: Windows | None = None

    @property
    def theory(self) -> dict[Kind, Simulations | Windows]:
        """What may be calculated, by its source."""
        offered: dict[Kind, Simulations | Windows | None] = {"md": self.md, "dft": self.dft}
        return {source: one for source, one in offered.items() if one is not None}


def refuse_untold(offers: Offers, outcomes: Sequence[Measurand]) -> None:
    """Raise `WrongKeys` where quantum chemistry is offered and nothing that it tells is asked of films."""
    if offers.dft is not None and OXIDATION_LIMIT not in {one.property for one in outcomes}:
        words = (
            f"it tells the {OXIDATION_LIMIT}, which no objective and no limit asks for; ask for it, such as `limits: "
            f"[{{property: {OXIDATION_LIMIT}, at_least: 4.5 V, temperature: 70 °C}}]`, or leave dft out"
        )
        raise WrongKeys(("offers.dft", words))


def refuse_unscanned(quick: QuickScan, objectives: Sequence[Objective]) -> None:
    """Raise `WrongKeys` where a quick scan leaves an objective unread: its film could be no answer."""
    read = {("log10_conductivity", T) for T in quick.temperatures}
    unread = [p.label for one in objectives for p in one.parts if (p.property, p.temperature_C) not in read]
    if unread:
        words = (
            f"a quick scan reads conductivity at {', '.join(f'{T:g} °C' for T in quick.temperatures)} and not "
            f"{', '.join(unread)}: its film could be no answer; add the temperatures, or leave quick_scan out"
        )
        raise WrongKeys(("offers.quick_scan.temperatures", words))
