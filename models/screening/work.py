"""The parts of a screening that can be done anywhere: teach a student, score a part of the pool."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.screening.grid import Feasible, Grid, feasible, polymer_of
from models.screening.judge import Judge
from models.screening.left_out import INFEASIBLE, LeftOutRow
from models.screening.pool import Entry, unit_hash
from models.screening.ranking import Candidates, Ranking
from models.screening.student import Lessons, Student, formulation_features, temperature_columns

_AT_ONCE = 20_000
"""Points of a part whose predictions are in memory at once, whatever the grid."""


@dataclass(frozen=True)
class Teach:
    """Random points of some polymers of the pool, judged by the surrogate.

    Attributes:
        each: points of each polymer at most.
    """

    grid: Grid
    property: str
    each: int
    seed: int = 0

    def __call__(self, teacher: Judge, units: Sequence[str]) -> Lessons | None:
        """Lessons; None where nothing can be made of these polymers. The same for a polymer whatever the others are."""
        made, _ = feasible(self.grid, [polymer_of(unit) for unit in units])
        temperatures = len(self.grid.temperatures_C)
        drawn = []
        for place, unit in enumerate(units):
            own = np.flatnonzero(made.polymer == place)
            count = len(own) * temperatures
            random = np.random.default_rng([self.seed, unit_hash(unit)])
            picked = np.unique(random.integers(0, count, self.each)) if count else np.empty(0, dtype=int)
            f, t = np.divmod(picked, temperatures)
            drawn.append((own[f], t))
        f, t = (np.concatenate(part) for part in zip(*drawn, strict=True))
        if not len(f):
            return None
        points = made.at(f, t)
        told = teacher.foretell(points, self.property)
        features = formulation_features(teacher, self.property, points)
        warm = temperature_columns(points.temperature_C)
        polymer = np.array([unit_hash(unit) for unit in units])[points.polymer]
        return Lessons(np.concatenate([features, warm], axis=1), told.mean, told.sd, polymer, told.outside > 0)


@dataclass(frozen=True)
class Scanned:
    """What came of a part of the pool."""

    best: Candidates
    polymers: int
    points: int
    infeasible: list[LeftOutRow]


@dataclass(frozen=True)
class Scan:
    """Every feasible point of some polymers scored, the best of them kept.

    Attributes:
        student: scores in the surrogate's place where there is one.
    """

    grid: Grid
    property: str
    ranking: Ranking
    student: Student | None = None

    def __call__(self, teacher: Judge, entries: Sequence[Entry]) -> Scanned:
        """The best of the part."""
        made, infeasible = feasible(self.grid, [polymer_of(entry.unit) for entry in entries])
        features = self._features(teacher, made)
        units = np.array([entry.unit for entry in entries], dtype=object)
        rows, order = (np.array([getattr(entry, name) for entry in entries]) for name in ("row", "order"))
        best: Candidates | None = None
        temperatures = len(self.grid.temperatures_C)
        step = max(1, _AT_ONCE // temperatures)
        for start in range(0, len(made.polymer), step):
            f = np.arange(start, min(start + step, len(made.polymer)))
            mean, sd = self._told(teacher, made, f, features)
            formulation, temperature = np.repeat(f, temperatures), np.tile(np.arange(temperatures), len(f))
            polymer = made.polymer[formulation]
            found = Candidates(
                order=order[polymer],
                unit=units[polymer],
                row=rows[polymer],
                salt=made.salt[formulation],
                loading=made.loading[formulation],
                temperature=temperature,
                molality_mol_kg=made.molality_mol_kg[formulation],
                mean=mean,
                sd=sd,
            )
            best = self.ranking.best(found if best is None else best.with_(found))
        named = [
            LeftOutRow(
                INFEASIBLE,
                entries[item.polymer].row,
                entries[item.polymer].unit,
                self.grid.salts[item.salt].label,
                f"{self.grid.loadings[item.loading]:g} {self.grid.unit}",
                item.reason,
            )
            for item in infeasible
        ]
        return Scanned(nothing() if best is None else best, len(entries), made.points, named)

    def _features(self, teacher: Judge, made: Feasible) -> np.ndarray | None:
        if self.student is None or not len(made.polymer):
            return None
        everything = np.arange(len(made.polymer))
        return formulation_features(teacher, self.property, made.at(everything, np.full(len(everything), -1)))

    def _told(
        self, teacher: Judge, made: Feasible, f: np.ndarray, features: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and sd of formulations at all temperatures, temperatures fastest."""
        warm = np.arange(len(self.grid.temperatures_C))
        if self.student is not None and features is not None:
            mean, sd = self.student.foretell(features[f], np.array(self.grid.temperatures_C))
            return mean.ravel(), sd.ravel()
        told = teacher.foretell(made.at(np.repeat(f, len(warm)), np.tile(warm, len(f))), self.property)
        return told.mean, told.sd


def nothing() -> Candidates:
    """No candidates."""
    whole, number = np.empty(0, dtype=int), np.empty(0)
    return Candidates(whole, np.empty(0, dtype=object), whole, whole, whole, whole, number, number, number)
