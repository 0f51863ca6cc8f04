"""How far an even spread of films would have come, as a surrogate believes it: the yardstick of a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from botorch.sampling.normal import SobolQMCNormalSampler
from torch import Tensor

from chemistry.formulation import Formulation
from models.film_process import one_thread
from models.protocols import Condition, Fitted, JointModel
from planners.gathered import gather_of
from planners.limits import column_signs, conditions
from planners.objectives import Limit, Objective
from planners.pareto import raised_hypervolume
from planners.points import formulation_at
from planners.raised_model import upwards
from planners.sampling import balanced_block
from planners.space import DesignSpace

SPREADS, DRAWS = 8, 16
"""Even spreads, each with scrambling of its own, and draws of what its films would have been."""
MOST_PLACES = 20
"""Of the curve: in longer campaigns it is worked out at so many of their results."""
MANY_OBJECTIVES, FEW_PLACES = 3, 8
"""From so many objectives on a hypervolume takes long, and it is worked out at few places."""
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class EvenSpread:
    """Hypervolume (one objective: best value above the reference) of an even spread after so many films.

    Attributes:
        counts: `k` numbers of films.
        low, median, high: `k` quantiles (5, 50 and 95 %) over all spreads and draws.
        ends: the last value of every path.
        spreads: how many were drawn from.
    """

    counts: tuple[int, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]
    ends: tuple[float, ...]
    spreads: int = SPREADS

    def share_reaching(self, value: float) -> float:
        """The share of the paths that come at least as far."""
        return sum(end >= value for end in self.ends) / len(self.ends)


def foretold_spread(
    fitted: Fitted,
    space: DesignSpace,
    objectives: Sequence[Objective],
    limits: Sequence[Limit],
    reference: Sequence[float],
    n: int,
    seed: int,
) -> EvenSpread:
    """What `n` films that the planner `sobol` would make are believed to reach.

    True values are drawn from the joint posterior of all films of a spread, so that neighbours are good or bad
    together: drawn one by one, the best of many would be told too high. Each film adds its own scatter, one for all
    temperatures of a property. Films that overstep a limit count for nothing. The band holds what the surrogate does
    not know, the chance of films, and the choice of the spread; readings without error.

    Args:
        fitted: knows every property that objectives and limits ask for, or raises `KeyError`.
        space: names its polymers.
        objectives: `m`.
        limits: that a film must hold.
        reference: `m`, the reference point in the objectives' units.
        n: films, at least one.
        seed: of the spreads and of the draws.

    Raises:
        TypeError: the surrogate gives no joint posterior.
    """
    asked = conditions(objectives, limits)
    floor = np.array([o.sign * value for o, value in zip(objectives, reference, strict=True)])
    counts = _places(n, len(objectives))
    paths: list[list[float]] = []
    with one_thread(), torch.no_grad():
        for spread in range(SPREADS):
            points = balanced_block(space, n, seed + 1000 * spread)
            drawn = _films(fitted, [formulation_at(space, point) for point in points], asked, seed + spread)
            raised, holds = _raised(drawn, objectives, limits, asked)
            for values, holding in zip(raised.numpy(), holds.numpy(), strict=True):
                paths.append(_path(values, holding, counts, floor))
    low, median, high = np.quantile(np.array(paths), (LOW, 0.5, HIGH), axis=0)
    ends = tuple(path[-1] for path in paths)
    return EvenSpread(counts, tuple(low.tolist()), tuple(median.tolist()), tuple(high.tolist()), ends)


def _places(n: int, objectives: int) -> tuple[int, ...]:
    most = FEW_PLACES if objectives >= MANY_OBJECTIVES else MOST_PLACES
    return tuple(sorted({round(place) for place in np.linspace(1, n, min(n, most))}))


def _films(fitted: Fitted, formulations: Sequence[Formulation], asked: Sequence[Condition], seed: int) -> Tensor:
    """`DRAWS x n x M` values of films that would be made."""
    film_sd = fitted.posterior(formulations[:1], asked).film_sd
    if not isinstance(fitted, JointModel):
        raise TypeError(f"{type(fitted).__name__} gives no joint posterior of several formulations")
    model = upwards(fitted.botorch_model(asked), [1.0] * len(asked))
    features = torch.from_numpy(fitted.features(formulations))
    truth = SobolQMCNormalSampler(torch.Size([DRAWS]), seed=seed)(model.posterior(features))
    names = [condition.property for condition in asked]
    own = torch.randn(
        (DRAWS, len(formulations), len(set(names))), generator=torch.Generator().manual_seed(seed), dtype=truth.dtype
    )
    column = [sorted(set(names)).index(name) for name in names]
    return truth + own[..., column] * torch.as_tensor(film_sd, dtype=truth.dtype)


def _raised(
    drawn: Tensor, objectives: Sequence[Objective], limits: Sequence[Limit], asked: Sequence[Condition]
) -> tuple[Tensor, Tensor]:
    """Objectives that are all to maximise, `DRAWS x n x m`, and which films hold all limits, `DRAWS x n`."""
    holds = torch.ones(drawn.shape[:-1], dtype=torch.bool)
    for limit in limits:
        values = drawn[..., asked.index(Condition(limit.property, limit.temperature_C))]
        holds &= (values >= limit.low) & (values <= limit.high)
    signs = torch.tensor(column_signs(objectives), dtype=drawn.dtype)
    outputs = drawn[..., : len(signs)] * signs
    gather = gather_of(objectives)
    return (outputs if gather is None else gather(outputs)), holds


def _path(values: np.ndarray, holding: np.ndarray, counts: Sequence[int], floor: np.ndarray) -> list[float]:
    """Hypervolume after so many films of one draw, `n x m` values."""
    found: list[float] = []
    before = 0
    for count in counts:
        new = values[before:count][holding[before:count]]
        known = values[:before][holding[:before]]
        before = count
        beaten = len(new) == 0 or (len(known) > 0 and all((known >= one).all(axis=1).any() for one in new))
        if found and beaten:  # nothing new in the front: nothing to work out again
            found.append(found[-1])
            continue
        both = np.vstack([known, new])
        found.append(raised_hypervolume(both, floor) if len(both) else 0.0)
    return found
