"""The file that `ionloop md` reads: a formulation in names and quantities, and temperatures."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from chemistry.described import Described, Loading
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.quantity_fields import in_unit
from chemistry.value import Value

if TYPE_CHECKING:
    from sim.md.mapping import Known

Celsius = Annotated[float, in_unit("degC")]


COLDEST_ATOMS_C, HOTTEST_ATOMS_C = -40.0, 250.0
"""Oligomers move in nanoseconds above it, and ethers hold below it: our choice, well inside of both."""
MOST_LITHIUM = 0.5
"""For each ether oxygen, atom by atom: one for two, twice what dissolves."""


def too_cold_or_hot(temperatures_C: Iterable[float]) -> str:
    """What is wrong with temperatures of a box of atoms; empty where nothing is."""
    outside = [T for T in temperatures_C if not COLDEST_ATOMS_C <= T <= HOTTEST_ATOMS_C]
    if not outside:
        return ""
    return (
        f"atoms at {outside[0]:g} °C: oligomers are simulated as liquids, from {COLDEST_ATOMS_C:g} to "
        f"{HOTTEST_ATOMS_C:g} °C"
    )


class AtomsAsked(Value):
    """How a formulation is simulated atom by atom; what is left out is `sim.md.atomic_recipe`'s choice."""

    count: int = Field(default=1500, ge=100, le=200_000)
    """Of the box, about."""
    oligomer_units: int = Field(default=8, ge=1, le=60)
    """OCH2CH2 units between two methyl ends: real chains are far longer."""
    charge_scale: float | None = Field(default=None, gt=0, le=1)
    """What the charges of ions are times."""
    pressure_atm: float = 1.0
    cutoff_A: float = Field(default=9.0, ge=4, le=20)


class MdFile(Value):
    """A formulation to simulate.

    Facts that are left out are those of the catalogue.
    """

    polymer: str | Polymer
    """A name of the catalogue, a repeat unit, or a polymer with its units and architecture."""
    salt: str
    loading: Loading
    additives: dict[str, float] = Field(default_factory=dict)
    """Weight fraction of the film by name."""
    fillers: dict[str, float] = Field(default_factory=dict)
    """Weight fraction of the film by formula."""
    temperatures: tuple[Celsius, ...] = Field(min_length=1)
    glass_transition: Celsius | None = None
    density_g_cm3: float | None = Field(default=None, gt=0)
    relative_permittivity: float | None = Field(default=None, ge=1)
    well_kT: float | None = Field(default=None, gt=0)
    """Depth of the attraction between lithium and a bead with one donor, see `docs/explanation/md.md`."""
    atoms: AtomsAsked | None = None
    """Atom by atom, in place of the coarse-grained model."""

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        try:
            _ = self.formulation
        except BadInput as error:
            raise ValueError(str(error)) from error
        return self

    @model_validator(mode="after")
    def _beads_or_atoms(self) -> Self:
        coarse = ("glass_transition", "density_g_cm3", "relative_permittivity", "well_kT")
        given = [name for name in coarse if getattr(self, name) is not None]
        if self.atoms is not None and given:
            raise ValueError(
                f"{', '.join(given)} would be of the coarse-grained model, and `atoms` asks for another: leave one out"
            )
        if self.atoms is not None:
            self._within_reason()
        return self

    def _within_reason(self) -> None:
        """Raise `ValueError` for what no box of atoms shows in the time that a run takes."""
        from chemistry.units import li_per_site

        if outside := too_cold_or_hot(self.temperatures):
            raise ValueError(outside)
        loading = li_per_site(self.formulation)
        if loading > MOST_LITHIUM:
            raise ValueError(f"Li/O {loading:.3g} atom by atom: at most {MOST_LITHIUM:g} dissolves in an ether")

    @cached_property
    def formulation(self) -> Formulation:
        """What is simulated."""
        return Described(
            polymer=self.polymer,
            salt=self.salt,
            loading=self.loading,
            additives=self.additives,
            fillers=self.fillers,
        ).formulation

    @property
    def known(self) -> "Known":
        """Facts in place of the catalogue's."""
        from sim.md.mapping import Known

        return Known(self.glass_transition, self.density_g_cm3, self.relative_permittivity, self.well_kT)
