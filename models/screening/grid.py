"""What a pool is asked: every polymer with each salt at each loading and temperature, where that can be made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from chemistry.feasibility import reasons_against
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.salt import Salt
from chemistry.units import molality
from models.learning_table import Points


@dataclass(frozen=True)
class Grid:
    """The same questions for every polymer.

    Attributes:
        salts: each is tried.
        loadings: each is tried, in `unit`.
        unit: one of `chemistry.units.LOADING_UNITS`.
        temperatures_C: each is tried, °C.
    """

    salts: tuple[Salt, ...]
    loadings: tuple[float, ...]
    unit: str
    temperatures_C: tuple[float, ...]

    @property
    def formulations(self) -> int:
        """Formulations of one polymer, feasible or not."""
        return len(self.salts) * len(self.loadings)

    @property
    def points(self) -> int:
        """Points of one polymer, feasible or not."""
        return self.formulations * len(self.temperatures_C)


@dataclass(frozen=True)
class Infeasible:
    """A formulation that should not be made, and why."""

    polymer: int
    """Place among the polymers that were asked about."""
    salt: int
    loading: int
    reason: str


@dataclass(frozen=True)
class Feasible:
    """f formulations of some polymers that may be made.

    Attributes:
        polymers: that were asked about.
        polymer, salt, loading: `f`, places among the polymers and in the grid.
        molality_mol_kg: `f`, lithium per mass of polymer.
    """

    grid: Grid
    polymers: tuple[Polymer, ...]
    polymer: np.ndarray
    salt: np.ndarray
    loading: np.ndarray
    molality_mol_kg: np.ndarray

    @property
    def points(self) -> int:
        """Number of points: every formulation at every temperature."""
        return len(self.polymer) * len(self.grid.temperatures_C)

    def at(self, formulation: np.ndarray, temperature: np.ndarray) -> Points:
        """Points of some formulations (places here) at some temperatures (places in the grid), `n` each.

        A temperature of -1 stands for none (NaN).
        """
        temperatures = np.array([*self.grid.temperatures_C, np.nan])
        return Points(
            polymers=self.polymers,
            salts=self.grid.salts,
            mixtures=(((), ()),),
            polymer=self.polymer[formulation],
            salt=self.salt[formulation],
            mixture=np.zeros(len(formulation), dtype=int),
            molality_mol_kg=self.molality_mol_kg[formulation],
            temperature_C=temperatures[temperature],
        )

    def flat(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Formulation and temperature of points that are counted one after the other, temperatures fastest."""
        return np.divmod(points, len(self.grid.temperatures_C))


def polymer_of(unit: str) -> Polymer:
    """The homopolymer of a repeat unit."""
    return Polymer.model_validate({"units": [unit]})


def feasible(grid: Grid, polymers: Sequence[Polymer]) -> tuple[Feasible, list[Infeasible]]:
    """Formulations of these polymers that may be made, and those that may not."""
    kept: list[tuple[int, int, int, float]] = []
    left: list[Infeasible] = []
    for place, polymer in enumerate(polymers):
        for s, salt in enumerate(grid.salts):
            for amount_place, loading in enumerate(grid.loadings):
                amount, reason = _judged(polymer, salt, loading, grid.unit)
                if reason:
                    left.append(Infeasible(place, s, amount_place, reason))
                else:
                    kept.append((place, s, amount_place, amount))
    columns = np.array(kept, dtype=float).reshape(-1, 4).T
    index = columns[:3].astype(int)
    return Feasible(grid, tuple(polymers), index[0], index[1], index[2], columns[3]), left


def _judged(polymer: Polymer, salt: Salt, loading: float, unit: str) -> tuple[float, str]:
    """Molality, and why the formulation should not be made (empty if it may be)."""
    try:
        amount = molality(loading, unit, polymer, salt)
    except BadInput as error:
        return float("nan"), error.problem
    made = Formulation(polymer=polymer, salt=salt, salt_molality_mol_kg=amount)
    return amount, "; ".join(reasons_against(made))
