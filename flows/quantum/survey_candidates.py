"""The polymers of a pool that are to be surveyed: read, modelled as molecules, given their quick levels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chemistry.errors import BadInput, IonloopError
from flows.quantum.survey_asked import Asked
from flows.theory.kept_windows import quick_levels_of
from ledger.store import Ledger
from models.screening.left_out import DUPLICATE, UNREADABLE
from models.screening.pool import unit_rows
from planners.pool.survey import refuse_many
from sim.dft.methods import refuse_uncovered
from sim.dft.oligomer import heavy_atoms, hydrogens_added, model_molecule
from sim.dft.quick_levels import QuickLevels
from sim.dft.result import CalculationKey
from sim.dft.window import window_key

LARGEST_QUICK = 120
"""Heavy atoms beyond which quick levels are not quick: minutes of a core for one molecule."""


@dataclass(frozen=True)
class Candidate:
    """A polymer that can be surveyed.

    Attributes:
        row: line of the table that first shows it.
        unit: canonical repeat unit.
        model: canonical SMILES of the molecule that stands for it.
        key: what its window is kept by.
        levels: by GFN2-xTB.
        large: whether its window is only foretold.
    """

    row: int
    unit: str
    model: str
    key: CalculationKey
    levels: QuickLevels
    large: bool


@dataclass(frozen=True)
class LeftOut:
    """A row of the table of which nothing is foretold, and why."""

    row: int
    text: str
    reason: str
    kind: str = "left out"


@dataclass
class Candidates:
    """What came of a table."""

    those: list[Candidate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def candidates(asked: Asked, ledger: Ledger, tell: Callable[[int, int], None]) -> Candidates:
    """Every polymer of the table; what cannot be calculated even quickly is left out, with the reason.

    Raises:
        BadInput: the table cannot be read, or holds too many polymers, or fewer than two remain.
    """
    found = Candidates()
    rows = list(_distinct(asked, found.left_out))
    refuse_many(len(rows))
    for place, (row, unit) in enumerate(rows):
        tell(place, len(rows))
        try:
            found.those.append(_candidate(row, unit, asked, ledger))
        except IonloopError as error:
            found.left_out.append(LeftOut(row, unit, str(error)))
    tell(len(rows), len(rows))
    if len(found.those) < 2:
        first = next((one for one in found.left_out if one.kind != DUPLICATE), None)
        raise BadInput(
            f"{len(found.those)} of the pool's polymers can be calculated, and a survey needs two",
            place=str(asked.table),
            remedy=f"Row {first.row}: {first.reason}" if first else "Give more polymers",
        )
    return found


def _distinct(asked: Asked, left_out: list[LeftOut]) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for row, text, unit, problem in unit_rows(asked.table, asked.column):
        if unit is None:
            left_out.append(LeftOut(row, text, problem, UNREADABLE))
        elif unit in first:
            left_out.append(LeftOut(row, unit, f"repeats row {first[unit]}", DUPLICATE))
        else:
            first[unit] = row
            yield row, unit


def _candidate(row: int, unit: str, asked: Asked, ledger: Ledger) -> Candidate:
    model = model_molecule(unit, asked.units)
    size = heavy_atoms(model)
    if size > LARGEST_QUICK:
        raise BadInput(f"its model has {size} heavy atoms, more than {LARGEST_QUICK}", remedy="Give fewer --units")
    refuse_uncovered(asked.method, {atom.GetSymbol() for atom in hydrogens_added(model).GetAtoms()})
    key = window_key(model, asked.method, asked.medium, asked.full_solvent)
    return Candidate(row, unit, model, key, quick_levels_of(ledger, model), size > asked.largest)
