"""Pareto front, reference point and hypervolume of observed or predicted objectives."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from chemistry.errors import BadInput
from ledger.film import Film, Reading
from planners.objectives import Measurand, Objective

if TYPE_CHECKING:
    import numpy as np

SAME_TEMPERATURE_K = 0.5
"""A reading counts as taken at an objective's temperature within this distance: stages settle to a few tenths."""
MARGIN = 0.1
"""Share of the front's range by which a reference point that nobody gave lies below the worst of the front (Ishibuchi
et al., Evol. Comput. 2018, 26, 411, discuss the choice; BoTorch's `infer_reference_point` takes the same share)."""


def reading_of(film: Film, asked: Measurand) -> Reading | None:
    """The reading nearest to the temperature that is asked for; of several the one with the least uncertainty."""
    candidates: list[tuple[float, Reading]] = []
    for reading in film.readings:
        if reading.property != asked.property:
            continue
        if asked.temperature_C is None or reading.temperature_C is None:
            candidates.append((0.0, reading))
        elif (distance := abs(reading.temperature_C - asked.temperature_C)) <= SAME_TEMPERATURE_K:
            candidates.append((distance, reading))
    return min(candidates, key=lambda found: (found[0], found[1].sd, found[1].value))[1] if candidates else None


class Read(NamedTuple):
    """What a film was read to be in an objective."""

    value: float
    sd: float


def read_of(film: Film, objective: Objective) -> Read | None:
    """The film's value of an objective, or None where one of its temperatures was not read.

    Over several temperatures the doubt of the worst is its own, that of a mean is the mean of all: the readings of one
    film share their error.
    """
    found = [reading_of(film, part) for part in objective.parts]
    read = [reading for reading in found if reading is not None]
    if len(read) < len(found):
        return None
    if not objective.temperatures_C:
        return Read(read[0].value, read[0].sd)
    heights = [Read(r.value - reference, r.sd) for r, reference in zip(read, objective.references, strict=True)]
    if objective.over == "worst":
        return min(heights, key=lambda one: objective.sign * one.value)
    return Read(*(sum(numbers) / len(heights) for numbers in zip(*heights, strict=True)))


def objective_readings(film: Film, objectives: Sequence[Objective]) -> tuple[Read, ...] | None:
    """The film's value of each objective, or None where one of them was not read."""
    found = [read_of(film, objective) for objective in objectives]
    known = tuple(reading for reading in found if reading is not None)
    return known if len(known) == len(found) else None


def objective_values(film: Film, objectives: Sequence[Objective]) -> tuple[float, ...] | None:
    """The film's value of each objective in its own unit, or None where one of them was not read."""
    found = objective_readings(film, objectives)
    return None if found is None else tuple(reading.value for reading in found)


def upwards(values: "np.ndarray", objectives: Sequence[Objective]) -> "np.ndarray":
    """`n x m` values with the sign that makes every objective one to maximise."""
    import numpy as np

    return np.asarray(values, dtype=float) * np.array([objective.sign for objective in objectives])


def raised_values(film: Film, objectives: Sequence[Objective]) -> tuple[float, ...] | None:
    """The film's objectives, all to maximise; None where one of them was not read."""
    found = objective_values(film, objectives)
    return None if found is None else tuple(o.sign * value for o, value in zip(objectives, found, strict=True))


def front(values: "np.ndarray", objectives: Sequence[Objective]) -> list[int]:
    """Rows of `values` (`n x m`) that no other row beats in every objective, in their order; the first of equals."""
    import torch
    from botorch.utils.multi_objective.pareto import is_non_dominated

    if not len(values):
        return []
    return torch.nonzero(is_non_dominated(torch.as_tensor(upwards(values, objectives)))).flatten().tolist()


def reference_point(values: "np.ndarray", objectives: Sequence[Objective], *, whole: bool = False) -> "np.ndarray":
    """The worthless value of each objective, `m`, all to maximise.

    What an objective does not state is taken from the front of `values` (`n x m`): its worst value less a tenth of its
    range (less a tenth of its size, where all are equal). With `whole` it is taken from all values and not their front
    alone: where none of them holds the limits, what does may be worse than their front.

    Raises:
        BadInput: a reference is not stated and there are no values.
    """
    import numpy as np

    stated = np.array([np.nan if o.reference is None else o.sign * o.reference for o in objectives])
    if not np.isnan(stated).any():
        return stated
    if not len(values):
        raise BadInput(
            "an objective states no reference and nothing was observed to take one from",
            place="objectives",
            remedy="Give each objective the value that counts as worthless, such as `reference: -9`",
        )
    best = upwards(values, objectives)[slice(None) if whole else front(values, objectives)]
    worst = best.min(axis=0)
    span = best.max(axis=0) - worst
    derived = worst - MARGIN * np.where(span > 0, span, np.maximum(np.abs(worst), 1.0))
    return np.where(np.isnan(stated), derived, stated)


def hypervolume(values: "np.ndarray", objectives: Sequence[Objective], reference: "np.ndarray") -> float:
    """Volume that `n x m` values dominate above a reference point (`m`, to maximise), in the product of their units.

    For one objective it is the best value's height above the reference.
    """
    return raised_hypervolume(upwards(values, objectives), reference) if len(values) else 0.0


def raised_hypervolume(raised: "np.ndarray", reference: "np.ndarray") -> float:
    """The same of values that are all to maximise, `n x m` with n above zero."""
    import torch
    from botorch.utils.multi_objective.hypervolume import Hypervolume
    from botorch.utils.multi_objective.pareto import is_non_dominated

    if raised.shape[1] == 1:
        return max(0.0, float(raised.max() - reference[0]))
    rows = torch.as_tensor(raised)
    return float(Hypervolume(torch.as_tensor(reference)).compute(rows[is_non_dominated(rows)]))
