"""A formulation as people describe it: names or SMILES, loadings in the usual units, shares by name."""

from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from chemistry.errors import BadInput
from chemistry.formulation import AdditiveContent, FillerContent, Formulation
from chemistry.polymer import Polymer
from chemistry.process import Process
from chemistry.salt import Filler
from chemistry.units import molality
from chemistry.value import Value

_Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Loading(Value):
    """An amount of salt in one of the usual units."""

    value: float = Field(gt=0)
    unit: str = "Li/O"


class Described(Value):
    """A formulation in names and quantities."""

    polymer: _Name | Polymer
    """A name of the catalogue, a repeat unit, or a polymer with its units, their fractions and its architecture: a
    copolymer, a graft, a network, a blend."""
    salt: _Name | None = None
    """Left out for a single-ion conductor, whose anion hangs on the chain."""
    loading: Loading | None = None
    additives: dict[_Name, float] = Field(default_factory=dict, max_length=20)
    """Weight fraction of the film by name or SMILES."""
    fillers: dict[_Name, float] | tuple[FillerContent, ...] = Field(default_factory=dict, max_length=20)
    """Weight fraction of the film by formula; or fillers with what else is known of them."""
    process: Process = Process()

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        if (self.salt is None) != (self.loading is None):
            raise ValueError("a salt and its loading belong together: give both or neither")
        try:
            _ = self.formulation
        except BadInput as error:
            raise ValueError(str(error)) from error
        return self

    @cached_property
    def formulation(self) -> Formulation:
        """What is described."""
        from chemistry import catalogue

        polymer = catalogue.polymer(self.polymer) if isinstance(self.polymer, str) else self.polymer
        salt = None if self.salt is None else catalogue.salt(self.salt)
        fillers = self._fillers()
        other = sum(self.additives.values()) + sum(filler.weight_fraction for filler in fillers)
        return Formulation(
            polymer=polymer,
            salt=salt,
            salt_molality_mol_kg=0.0
            if salt is None or self.loading is None
            else molality(self.loading.value, self.loading.unit, polymer, salt, other),
            additives=tuple(
                AdditiveContent(additive=catalogue.additive(name), weight_fraction=share)
                for name, share in self.additives.items()
            ),
            fillers=fillers,
            process=self.process,
        )

    def _fillers(self) -> tuple[FillerContent, ...]:
        if not isinstance(self.fillers, dict):
            return self.fillers
        return tuple(
            FillerContent(filler=Filler(formula=formula), weight_fraction=share)
            for formula, share in self.fillers.items()
        )
