"""How films were made, as numbers: columns that a surrogate sees where its films were not all made alike.

Columns that do not differ between films would say nothing, and are left out: what is learnt of films that were made
alike is what it was before there were such columns. What is not stated counts as usual.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chemistry.formulation import Formulation
from chemistry.process import Cast, Cure, Dissolve, Dry, Press, Process, Step
from chemistry.remembered import remembered
from chemistry.solvents import solvent, solvent_or_none
from ledger.film import Film, Source

if TYPE_CHECKING:
    import numpy as np

_STEPS: dict[str, type[Step]] = {"dissolve": Dissolve, "cast": Cast, "dry": Dry, "cure": Cure, "press": Press}
_USUAL_TIMES = {kind: sum(isinstance(step, made) for step in Process().steps) for kind, made in _STEPS.items()}
_TEMPERATURE_SCALE_K = 20.0
_USUAL_BOILING_POINT_C = solvent(Dissolve().solvent).boiling_point_C
_BOILING_POINT_SCALE_K = 30.0
_AMOUNTS = ("hours", "minutes", "pressure_MPa", "gap_um")
"""Told by their logarithm to base two, as multiples of the usual amount."""

PROCESS_NAMES: tuple[str, ...] = (
    "process.solvent_boiling_point_C",
    *(
        f"process.{kind}_{field}"
        for kind, made in _STEPS.items()
        for field in ("times", *made.model_fields)
        if field not in ("kind", "solvent")
    ),
)
"""Name of every column, `group.name`; all are of one group."""


def process_matrix(formulations: Sequence[Formulation], names: Sequence[str]) -> "np.ndarray":
    """`n x d` numbers of the processes of formulations, columns as in `names`, each about one across what people do."""
    import numpy as np

    columns = [PROCESS_NAMES.index(name) for name in names]
    rows = [_numbers(formulation.process) for formulation in formulations]
    return np.array(rows).reshape(-1, len(PROCESS_NAMES))[:, columns]


def told_apart(formulations: Sequence[Formulation]) -> tuple[str, ...]:
    """The columns in which the processes of formulations differ."""
    known = {_numbers(formulation.process) for formulation in formulations}
    values = zip(*known, strict=True)
    return tuple(name for name, column in zip(PROCESS_NAMES, values, strict=False) if len(set(column)) > 1)


def told_apart_here(films: Sequence[Film]) -> tuple[str, ...]:
    """The columns in which the films that were made here differ: how others made theirs is hardly ever stated."""
    own = [film for film in films if any(reading.source is Source.MEASURED for reading in film.readings)]
    return told_apart([film.formulation for film in own])


@remembered
def _numbers(process: Process) -> tuple[float, ...]:
    numbers = [_boiling_point(process)]
    for kind, made in _STEPS.items():
        done = [step for step in process.steps if step.kind == kind]
        # A process without any step is one that nobody stated.
        numbers.append(float(len(done) - _USUAL_TIMES[kind]) if process.steps else 0.0)
        for field in made.model_fields:
            if field not in ("kind", "solvent"):
                numbers.append(_number(field, done, made()) if done else 0.0)
    return tuple(numbers)


def _number(field: str, done: Sequence[Step], usual: Step) -> float:
    """A setting of steps of one kind: the hottest of them, or the mean logarithm of what one step has of it."""
    values, standard = [getattr(step, field) for step in done], getattr(usual, field)
    if field in _AMOUNTS:
        return sum(math.log2(value / standard) for value in values) / len(values)
    return (max(values) - standard) / _TEMPERATURE_SCALE_K


def _boiling_point(process: Process) -> float:
    used = [solvent_or_none(step.solvent) for step in process.steps if isinstance(step, Dissolve)]
    known = [liquid.boiling_point_C for liquid in used if liquid is not None]
    return (known[0] - _USUAL_BOILING_POINT_C) / _BOILING_POINT_SCALE_K if known else 0.0
