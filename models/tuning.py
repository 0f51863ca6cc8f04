"""Settings of a model searched by optuna, inside training folds; the test fold is asked once, at the end.

Nested cross-validation. For each outer fold a study of its own tries settings on inner folds of the training films
alone; the best of them is fitted to all training films and scored on the test fold. What is recommended in the end is
found in the same way on all films, and its honest score is that of the outer folds: the score of the procedure. The
loss of a trial is the mean absolute error over inner folds by the same split.

Trials are kept in a file as they are done. What a trial tries hangs on the trials before it and on the seed, so that a
search that was stopped and goes on ends with what it would have ended with.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chemistry.errors import BadInput
from ledger.film import Film
from models.averaged import Averaged
from models.comparison import Comparison
from models.evaluation import evaluate
from models.glass_estimate import GlassEstimate, glass_estimate
from models.learning_table import learning_table
from models.scores import Scores, scores
from models.searched_settings import settings_of, with_settings
from models.splits import Fold, polymer_group
from models.surrogates import surrogate
from models.trial_record import trial_storage

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage

INNER_FOLDS = 3
_STARTUP = 8
"""Trials at random before earlier ones are learnt from."""
WHOLE = "all films"


@dataclass(frozen=True)
class Tuned:
    """What came of a search.

    Attributes:
        settings: the best on inner folds of all films, `method.setting` each; empty where no trial of them was done.
        inner_mae: their error there, which is what was searched for and therefore too small; None without a trial.
        outer: scores of the outer folds, which no trial saw; None where there was no time for one.
        folds: outer folds that were scored.
        trials: trials done in each study, by its name.
        of_folds: best settings of each outer fold.
    """

    settings: dict[str, float]
    inner_mae: float | None
    outer: Scores | None
    folds: int
    trials: dict[str, int]
    of_folds: dict[str, dict[str, float]]


def tune(
    comparison: Comparison,
    kept: Path,
    *,
    trials: int,
    budget_s: float | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Tuned:
    """Search the settings of the one model that a comparison names.

    Args:
        comparison: films, split, outer folds, seed; with one model.
        kept: a file of optuna's journal, made if need be.
        trials: of each study.
        budget_s: no trial is begun after so many seconds, shared evenly among the studies; None for no limit.
        told: is called with a line of progress after each trial.

    Raises:
        BadInput: an unknown model, one without settings, or too few groups for the folds.
    """
    name = comparison.models[0]
    model = surrogate(name)
    settings_of(model)
    begun, parts = time.monotonic(), comparison.parts
    learning_table(comparison.films, comparison.asked)  # what cannot be searched is told before a record is made
    for number, fold in enumerate(parts, start=1):
        _inner_folds(comparison, fold.train, f"the training films of fold {number}")
    search = _Search(comparison, model, trial_storage(kept), trials, told)

    def until(studies: int) -> float | None:
        """When so many studies are to be over: each has the same share of the time."""
        return None if budget_s is None else begun + budget_s * studies / (len(parts) + 1)

    tables, of_folds, done = [], {}, {}
    for number, fold in enumerate(parts):
        train, test = ([comparison.films[i] for i in part] for part in (fold.train, fold.test))
        tested = {polymer_group(film.formulation.polymer) for film in test}
        glasses = [g for g in comparison.glasses if polymer_group(g.formulation.polymer) not in tested]
        estimate = glass_estimate(glasses)
        study = search.run(f"fold {number + 1}", fold.train, estimate, until(number + 1))
        done[f"fold {number + 1}"] = _count(study)
        if not _count(study):
            continue
        best = with_settings(model, study.best_params)
        outcome = evaluate(best, train, test, comparison.asked, estimate)
        tables.append((outcome.table.value, outcome.foretold.mean, outcome.foretold.sd))
        of_folds[f"fold {number + 1}"] = study.best_params
        told(f"fold {number + 1}: the best settings err {outcome.scores.mae:.3f} on the test fold")
    everything = np.arange(len(comparison.films))
    study = search.run(WHOLE, everything, glass_estimate(comparison.glasses), until(len(parts) + 1))
    done[WHOLE] = _count(study)
    found = _count(study) > 0
    return Tuned(
        settings=dict(study.best_params) if found else {},
        inner_mae=study.best_value if found else None,
        outer=scores(*(np.concatenate(part) for part in zip(*tables, strict=True))) if tables else None,
        folds=len(tables),
        trials=done,
        of_folds=of_folds,
    )


def _inner_folds(comparison: Comparison, places: np.ndarray, what: str) -> list[Fold]:
    """Folds of the films at some places, on which trials are judged."""
    films = [comparison.films[i] for i in places]
    references = [comparison.references[i] for i in places]
    try:
        return replace(comparison, films=films, references=references, folds=INNER_FOLDS).parts
    except BadInput as error:
        raise BadInput(
            f"{what} cannot be split into {INNER_FOLDS} inner folds, on which settings are judged: {error.problem}",
            remedy="Give a table of more polymers, or ask for more --folds, so that each leaves more to train on",
        ) from error


@dataclass(frozen=True)
class _Search:
    """Studies of one comparison, one after the other."""

    comparison: Comparison
    model: Averaged
    storage: "BaseStorage"
    trials: int
    told: Callable[[str], None]

    def run(self, label: str, places: np.ndarray, estimate: GlassEstimate | None, until: float | None) -> "Study":
        """The study of the films at some places with all its trials, or as many as there was time for."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(storage=self.storage, study_name=f"{self._key} {label}", load_if_exists=True)
        films = [self.comparison.films[i] for i in places]
        folds = None
        while _count(study) < self.trials and (until is None or time.monotonic() < until):
            folds = folds or _inner_folds(self.comparison, places, label)
            done = _count(study)
            # A sampler for each trial: what it tries is the same whether the search was stopped before or not.
            study.sampler = optuna.samplers.TPESampler(
                seed=1000 * self.comparison.seed + done, n_startup_trials=_STARTUP
            )
            trial = study.ask()
            tried = {
                f"{method}.{setting.name}": setting.tried(trial, method)
                for method, settings in settings_of(self.model).items()
                for setting in settings
            }
            loss = self._loss(with_settings(self.model, tried), films, folds, estimate)
            study.tell(trial, loss)
            self.told(f"{label}: trial {done + 1} of {self.trials} errs {loss:.3f}, best {study.best_value:.3f}")
        return study

    @property
    def _key(self) -> str:
        """Name of what is searched: another table, split, seed or model is another search."""
        spaces = {name: [repr(s) for s in settings] for name, settings in settings_of(self.model).items()}
        told = [self.comparison.key, self.model.name, spaces, INNER_FOLDS]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def _loss(
        self, model: Averaged, films: Sequence[Film], folds: Sequence[Fold], estimate: GlassEstimate | None
    ) -> float:
        """Mean absolute error over inner folds; intervals play no part and are not calibrated."""
        quick = replace(model, calibrate=False)
        errors = []
        for fold in folds:
            train, test = ([films[i] for i in part] for part in (fold.train, fold.test))
            outcome = evaluate(quick, train, test, self.comparison.asked, estimate)
            errors.append(np.abs(outcome.foretold.mean - outcome.table.value))
        return float(np.concatenate(errors).mean())


def _count(study: "Study") -> int:
    """Trials that were done; one that a kill cut short counts for nothing and is made again."""
    from optuna.trial import TrialState

    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))
