"""Models compared on one table under one split, fold by fold; what is done is kept on disk, and a later run resumes."""

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chemistry.errors import BadInput
from ledger.film import Film
from models.cluster import crew
from models.crew import Alone, Hire
from models.evaluation import CONDUCTIVITY, Evaluation, evaluate
from models.film_content import training_hash
from models.fold_record import keep, read_record
from models.glass_estimate import GlassEstimate, glass_estimate
from models.scores import scores
from models.splits import SPLITS, Fold, formulation_folds, paper_folds, polymer_folds, polymer_group, random_folds
from models.surrogates import NAMES, surrogate

FOLDS = 10


@dataclass(frozen=True)
class Comparison:
    """What is compared on what.

    Attributes:
        films: of one table.
        references: the paper of each film, for the split by paper; empty strings where the table names none.
        asked: the property that is foretold.
        split: one of `SPLITS` but time, which needs moments that published tables do not have.
        models: names of surrogates.
        glasses: films with glass transitions, for T − Tg; may be empty.
        always_train: repeat units that are never tested, for the split by polymer.
        unlabelled: repeat units that nobody measured, for models that pretrain on such.
    """

    films: Sequence[Film]
    references: Sequence[str]
    split: str
    models: Sequence[str]
    folds: int = FOLDS
    seed: int = 0
    asked: str = CONDUCTIVITY
    glasses: Sequence[Film] = ()
    always_train: Sequence[str] = ()
    unlabelled: Sequence[str] = ()

    @property
    def parts(self) -> list[Fold]:
        """The folds; raises `BadInput` for an unknown split, or fewer groups than folds."""
        if self.split == "random":
            return random_folds(self.films, self.folds, self.seed)
        if self.split == "formulation":
            return formulation_folds(self.films, self.folds, self.seed)
        if self.split == "polymer":
            return polymer_folds(self.films, self.folds, self.seed, self.always_train)
        if self.split == "paper":
            return paper_folds(self.references, self.folds, self.seed)
        known = ", ".join(name for name in SPLITS if name != "time")
        raise BadInput(f"there is no split {self.split!r} of a published table", remedy=f"Use one of {known}")

    @property
    def key(self) -> str:
        """Hash of all that decides the outcome but the models: a record of another comparison is never resumed."""
        told = [self.split, self.folds, self.seed, self.asked, list(self.always_train)]
        told += [training_hash(self.films), training_hash(self.glasses), list(self.references)]
        told += [list(self.unlabelled)] if self.unlabelled else []
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


class Prepared:
    """A comparison with its folds: what whoever works on them needs."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison, self.folds = comparison, comparison.parts
        self._latest: tuple[int, GlassEstimate | None] | None = None

    def estimate(self, number: int) -> GlassEstimate | None:
        """Of glass transitions, by films of polymers that the fold does not test; that of the latest fold is kept."""
        if self._latest is None or self._latest[0] != number:
            told = self.comparison
            tested = {polymer_group(told.films[i].formulation.polymer) for i in self.folds[number].test}
            others = [film for film in told.glasses if polymer_group(film.formulation.polymer) not in tested]
            self._latest = number, glass_estimate(others)
        return self._latest[1]


def compare(
    comparison: Comparison,
    record: Path,
    *,
    budget_s: float | None = None,
    told: Callable[[str], None] = lambda _: None,
    hire: Hire = crew,
) -> dict[str, object]:
    """Scores of each model, and how many of its folds are done.

    Each fold of each model is a line of the record as soon as it is done; lines of the same comparison that are there
    already are not worked out again. Every model gets its first fold before any gets its second, so that a budget that
    runs out leaves the same folds for all but the last.

    Args:
        comparison: what is compared.
        record: a file of JSON lines, made if need be.
        budget_s: no fold is begun after so many seconds; None for no limit.
        told: is called with a line of progress after each fold.
        hire: who works on folds, several at a time where they can; this process where left out.

    Raises:
        BadInput: an unknown model or split, too few groups, or a record that is no record.
    """
    unknown = [name for name in comparison.models if name not in NAMES]
    if unknown or not comparison.models:
        problem = f"there is no model {', '.join(map(repr, unknown))}" if unknown else "no model is named"
        raise BadInput(problem, remedy=f"Use all, or some of {', '.join(NAMES)}")
    prepared, key = Prepared(comparison), comparison.key
    folds, done = prepared.folds, read_record(record, key)
    strange = [fold for _, fold in done if fold >= len(folds)]
    if strange:
        raise BadInput(
            f"a line tells of fold {strange[0] + 1} of {len(folds)}",
            place=str(record),
            remedy="Give --record another file, or delete the line",
        )
    begun = time.monotonic()

    left = [(name, number) for number in range(len(folds)) for name in comparison.models if (name, number) not in done]
    in_time = itertools.takewhile(lambda _: budget_s is None or time.monotonic() - begun <= budget_s, left)
    with hire(prepared) if left else nullcontext(Alone(prepared)) as workers:
        for place, outcome in workers.as_done(_evaluated, in_time):
            line = {
                "comparison": key,
                "model": place[0],
                "fold": place[1],
                "truth": outcome.table.value.tolist(),
                "mean": outcome.foretold.mean.tolist(),
                "sd": outcome.foretold.sd.tolist(),
                "fit_seconds": outcome.fit_seconds,
                "predict_seconds": outcome.predict_seconds,
            }
            keep(record, line)
            done[place] = line
            told(f"{place[0]}: fold {place[1] + 1} of {len(folds)}, mean absolute error {outcome.scores.mae:.3f}")
    return {
        name: _summary([line for (of, _), line in sorted(done.items()) if of == name]) for name in comparison.models
    }


def _evaluated(prepared: Prepared, place: tuple[str, int]) -> Evaluation:
    (name, number), told = place, prepared.comparison
    train, test = (
        [told.films[i] for i in side] for side in (prepared.folds[number].train, prepared.folds[number].test)
    )
    return evaluate(surrogate(name, told.unlabelled), train, test, told.asked, prepared.estimate(number))


def _summary(lines: Sequence[dict[str, object]]) -> dict[str, object]:
    if not lines:
        return {"folds": 0}
    truth, mean, sd = (np.concatenate([np.asarray(line[key]) for line in lines]) for key in ("truth", "mean", "sd"))
    fit, predict = (sum(float(str(line[key])) for line in lines) for key in ("fit_seconds", "predict_seconds"))
    return {
        "folds": len(lines),
        **scores(truth, mean, sd).as_dict(),
        "fit_seconds": round(fit / len(lines), 3),
        "predict_per_second": round(len(truth) / max(predict, 1e-9), 1),
    }
