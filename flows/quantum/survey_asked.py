"""What `ionloop dft pool` was asked."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.dft.methods import Method
    from sim.dft.solvent import Medium

OXIDATION, REDUCTION = "oxidation_V_vs_Li", "reduction_V_vs_Li"
PROPERTIES = (OXIDATION, REDUCTION, "homo_eV", "lumo_eV")
"""Of a window, that are foretold."""


@dataclass(frozen=True)
class Asked:
    """The options of the command; see `flows.cli.dft`."""

    table: Path
    calculations: int
    oxidation_at_least: float | None
    reduction_at_most: float | None
    column: str | None
    largest: int
    seed: int
    units: int
    functional: str
    basis: str
    dispersion: str
    permittivity: float | None
    full_solvent: bool
    out: Path | None
    again: bool
    ledger: str | None
    campaign: Path | None
    as_json: bool

    @cached_property
    def method(self) -> "Method":
        """The level of theory; raises `BadInput` for one that is not known."""
        from sim.dft.methods import method_named

        return method_named(self.functional, self.basis, self.dispersion)

    @cached_property
    def medium(self) -> "Medium":
        """One host for all polymers of the pool, so that their limits can be compared."""
        from sim.dft.solvent import Medium
        from sim.dft.window import PEO

        return PEO if self.permittivity is None else Medium(self.permittivity)

    @property
    def limits(self) -> dict[str, float]:
        """Property → where it is decided."""
        given = {OXIDATION: self.oxidation_at_least, REDUCTION: self.reduction_at_most}
        return {name: limit for name, limit in given.items() if limit is not None}
