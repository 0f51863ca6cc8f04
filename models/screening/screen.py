"""A pool screened: every distinct polymer with every salt, loading and temperature, the best ranked and explained.

Few points are scored by the surrogate itself. Of many, a student that imitates it picks finalists; the surrogate scores
these, and its numbers alone are told.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chemistry.errors import BadInput
from models.crew import Crew
from models.screening.grid import Grid
from models.screening.hits import Hit, judged
from models.screening.judge import Judge
from models.screening.left_out import INFEASIBLE, LeftOut
from models.screening.parts import in_parts
from models.screening.pool import Register, register
from models.screening.question import Question
from models.screening.ranking import Candidates
from models.screening.student import Agreement, Lessons, Student, distilled
from models.screening.work import Scan, Teach, nothing

TAUGHT_POLYMERS = 1000
TAUGHT_POINTS = 24_000
"""Polymers, and points of them in all, that a student learns from and is tested on."""
MANY_POINTS = 300_000
"""Points from which on a student is asked first, where the caller leaves it open."""
FINALISTS = 50
"""Finalists for each place of the ranking."""
_POLYMERS_AT_ONCE, _POINTS_AT_ONCE = 64, 20_000


@dataclass
class Seconds:
    """Wall clock of each stage, s."""

    read: float = 0.0
    teach: float = 0.0
    scan: float = 0.0
    judge: float = 0.0


@dataclass(frozen=True)
class Screening:
    """What came of a screening.

    Attributes:
        hits: the best, best first.
        rows, polymers: rows of the pool, and distinct polymers among them.
        points: that were scored, all feasible ones.
        agreement: of the student with the surrogate; None where the surrogate scored every point.
        outside_share: of random points of the pool outside the training domain; None where it was not sampled.
        sample: some distinct polymers of the pool, for a map.
    """

    hits: tuple[Hit, ...]
    rows: int
    polymers: int
    points: int
    agreement: Agreement | None
    outside_share: float | None
    sample: tuple[str, ...]
    seconds: Seconds = field(default_factory=Seconds)


def screen(
    pool: Path,
    question: Question,
    surrogate: Judge,
    crew: Crew,
    left_out: LeftOut,
    told: Callable[[str, int, int], None] = lambda stage, done, of: None,
) -> Screening:
    """The best formulations of a pool.

    Args:
        pool: a CSV file of repeat units.
        question: what is asked of each.
        surrogate: says the numbers.
        crew: does the work; must hold the same surrogate.
        left_out: is told what is not in the ranking, and why.
        told: is called with stage, polymers done, and polymers in all.

    Raises:
        BadInput: the surrogate never learnt the property, the pool cannot be read, or nothing of it can be made.
    """
    if question.asked not in surrogate.properties:
        ask = f"Ask for {', '.join(surrogate.properties)}, or fit" if surrogate.properties else "Fit"
        raise BadInput(f"the model knows nothing of {question.asked}", remedy=f"{ask} it anew")
    seconds, begun = Seconds(), time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="ionloop-screen-") as folder,
        register(pool, crew, Path(folder), left_out, question.column, sampled=TAUGHT_POLYMERS) as known,
    ):
        seconds.read = time.perf_counter() - begun
        told("read", known.size, known.size)
        begun = time.perf_counter()
        student, agreement, outside = _student(question, known, crew)
        seconds.teach = time.perf_counter() - begun
        told("teach", known.size, known.size)
        begun = time.perf_counter()
        best, points = _scanned(question, known, crew, student, left_out, told)
        seconds.scan = time.perf_counter() - begun
        begun = time.perf_counter()
        hits = judged(surrogate, question, best)
        seconds.judge = time.perf_counter() - begun
        return Screening(hits, known.rows, known.size, points, agreement, outside, tuple(known.sample), seconds)


def _student(question: Question, known: Register, crew: Crew) -> tuple[Student | None, Agreement | None, float | None]:
    """A student, its agreement with the surrogate, and the share of its lessons outside the training domain."""
    wanted = question.student
    if wanted is None:
        wanted = known.size * question.grid.points >= MANY_POINTS
    if not wanted:
        return None, None, None
    sample = known.sample
    each = max(1, -(-TAUGHT_POINTS // len(sample)))
    parts = crew.each(Teach(question.grid, question.asked, each, question.seed), in_parts(sample, 16))
    lessons = [part for part in parts if part is not None]
    if not lessons:  # the scan tells why, polymer by polymer
        return None, None, None
    whole = Lessons(
        *(np.concatenate(columns) for columns in zip(*(vars(part).values() for part in lessons), strict=True))
    )
    student, agreement = distilled(whole, question.seed)
    return student, agreement, float(whole.outside.mean())


def _scanned(
    question: Question,
    known: Register,
    crew: Crew,
    student: Student | None,
    left_out: LeftOut,
    told: Callable[[str, int, int], None],
) -> tuple[Candidates, int]:
    """The finalists, and how many points there were."""
    size, of_each = question.top, question.of_each
    if student is not None:
        size, of_each = FINALISTS * size, None if of_each is None else FINALISTS * of_each
    ranking = question.ranking(size, of_each)
    best, points, done = nothing(), 0, 0
    parts = in_parts(known, _polymers_at_once(question.grid))
    for scanned in crew.each(Scan(question.grid, question.asked, ranking, student), parts):
        best = ranking.best(best.with_(scanned.best))
        points += scanned.points
        done += scanned.polymers
        for item in scanned.infeasible:
            left_out.add(item)
        told("scan", done, known.size)
    if not points:
        raise _nothing_feasible(known, left_out)
    return best, points


def _polymers_at_once(grid: Grid) -> int:
    """Polymers of a part: as many as make a worthwhile piece of work, whatever the grid."""
    return min(_POLYMERS_AT_ONCE, max(1, _POINTS_AT_ONCE // grid.points))


def _nothing_feasible(known: Register, left_out: LeftOut) -> BadInput:
    examples = left_out.examples(INFEASIBLE)
    return BadInput(
        f"not one formulation of {known.size} polymers can be made",
        problems=tuple(dict.fromkeys(f"Row {item.row}: {item.reason}" for item in examples))[:3],
        remedy="Give other polymers, salts, or lower loadings",
    )
