"""What is said of a choice from a pool for the person who reads later why it was made."""

import math

import numpy as np

from chemistry.formulation import Formulation
from chemistry.quantities import with_uncertainty
from planners.drive import drive
from planners.pool.candidates import Pool
from planners.pool.choosers import FEWEST
from planners.pool.kin import kin
from planners.pool.likeness import VIEWS
from planners.pool.protocols import Choice
from planners.pool.results import Results
from planners.protocols import Knowledge, Reason
from planners.reasons import names_of


def reason(
    choice: Choice, formulation: Formulation, pool: Pool, known: Results, knowledge: Knowledge, chooser: str
) -> Reason:
    """What is expected of a choice, how sure that is, and the known film whose polymer is most like it."""
    if choice.expected is None or choice.sd is None:
        return Reason(summary=f"One of {len(pool):,} candidates, by {chooser} without a forecast.")
    raised, sd = _forecast(choice, pool, known)
    names = names_of(knowledge.objectives)
    signs = [objective.sign for objective in knowledge.objectives]
    expected = {name: float(sign * mean) for name, sign, mean in zip(names, signs, raised, strict=True)}
    doubt = dict(zip(names, map(float, sd), strict=True))
    margin, margin_sd = _margins(choice, pool, known, knowledge)
    driven = drive(raised, sd, known.values)
    told = [f"{name} {with_uncertainty(expected[name], doubt[name])}" for name in names]
    told += [f"margin to the limit on {of} {with_uncertainty(margin[of], margin_sd[of])}" for of in margin]
    told += [] if choice.success is None else [f"chance of a film {choice.success:.0%}"]
    film, like = None, ""
    if choice.nearest is not None:
        film = known.film[choice.nearest[0]]
        like = f"; most like it (Tanimoto {choice.nearest[1]:.2f}) is film {film}"
    return Reason(
        summary=f"Among the highest of {len(pool):,} candidates by {chooser} ({', '.join(told)}), "
        f"{driven.words(names)}{like}.",
        expected=expected,
        sd=doubt,
        margin=margin,
        margin_sd=margin_sd,
        success=choice.success,
        acquisition=choice.worth,
        nearest_film=film,
        drive=driven.term,
        leading=names[driven.leading],
    )


def _forecast(choice: Choice, pool: Pool, known: Results) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each objective, all to maximise; the chooser's own where there is one alone."""
    if known.values.shape[1] == 1:
        return np.array([choice.expected]), np.array([choice.sd])
    row = np.array([choice.row])
    told = [kin(pool, known.rows, values.tolist(), VIEWS).of_rows(row, (VIEWS,))[0, :, 0] for values in known.values.T]
    return np.array([mean for mean, _ in told]), np.array([sd for _, sd in told])


def _margins(
    choice: Choice, pool: Pool, known: Results, knowledge: Knowledge
) -> tuple[dict[str, float], dict[str, float]]:
    """How far inside each limit it is expected, and the standard deviation, of limits that enough was read of."""
    margin, margin_sd = {}, {}
    for limit, told in zip(knowledge.limits, known.limits, strict=True):
        if len(told.rows) < FEWEST:
            continue
        mean, sd = kin(pool, told.rows, told.values, VIEWS).of_rows(np.array([choice.row]), (VIEWS,))[0, :, 0]
        value = limit.margin(float(mean))
        if math.isfinite(value):
            margin[limit.label], margin_sd[limit.label] = value, float(sd)
    return margin, margin_sd
