"""How good a surrogate is on films that it was not given, under every split that the films allow."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from ledger.film import Film
from models.film_content import film_key
from models.out_of_sample import ForetoldReading, calibration_curve, summary
from models.protocols import Condition, Fitted, Surrogate
from models.splits import Fold, formulation_group, grouped_folds, polymer_group, time_folds

FOLDS = 5
FEWEST_GROUPS = 3
"""With fewer groups a split says nothing: a model that knows one polymer is not asked for another."""


def splits_of(
    films: Sequence[Film], references: Sequence[str] = (), in_order: bool = False, folds: int = FOLDS, seed: int = 0
) -> tuple[dict[str, list[Fold]], dict[str, str]]:
    """The folds of every split that the films allow, and why the others are left out.

    Args:
        films: Those that may be tested.
        references: The paper of each film; empty where nobody names papers.
        in_order: Whether the films come in the order of time.
        folds: At most so many.
        seed: Of the folds.
    """
    groups: dict[str, Sequence[Hashable]] = {
        "random": range(len(films)),
        "formulation": [formulation_group(film.formulation) for film in films],
        "polymer": [polymer_group(film.formulation.polymer) for film in films],
    }
    why: dict[str, str] = {}
    if references and all(references):
        groups["paper"] = list(references)
    else:
        why["paper"] = "the films name no papers"
    found: dict[str, list[Fold]] = {}
    for name, of in groups.items():
        different = len(set(of))
        if different < FEWEST_GROUPS:
            why[name] = f"{different} different groups; it takes {FEWEST_GROUPS}"
        else:
            found[name] = grouped_folds(list(of), min(folds, different), seed)
    if not in_order:
        why["time"] = "the films have no order in time"
    elif len(films) < 2 * FEWEST_GROUPS:
        why["time"] = f"{len(films)} films; it takes {2 * FEWEST_GROUPS}"
    else:
        found["time"] = time_folds(list(range(len(films))), min(folds, len(films) // 2))
    return found, why


def assess(
    surrogate: Surrogate,
    films: Sequence[Film],
    splits: dict[str, list[Fold]],
    others: Sequence[Film] = (),
    told: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Scores and calibration curve of each property under each split.

    Args:
        surrogate: What is put to the test; it is fitted anew for each fold.
        films: Those that are tested in turn.
        splits: From `splits_of` of the same films.
        others: Films that are always trained on.
        told: Is called with a line of progress after each split.
    """
    figures: dict[str, Any] = {}
    for name, folds in splits.items():
        foretold: list[ForetoldReading] = []
        for fold in folds:
            train = [*(films[place] for place in fold.train), *others]
            fitted = surrogate.fit(train)
            foretold += foretold_of(fitted, [films[place] for place in fold.test])
        of = {one.property for one in foretold}
        parts = {p: [one for one in foretold if one.property == p] for p in sorted(of)}
        figures[name] = {p: {**summary(part), "calibration": calibration_curve(part)} for p, part in parts.items()}
        told(f"{name}: {len(folds)} folds, {len(foretold)} readings foretold")
    return figures


def foretold_of(fitted: Fitted, films: Sequence[Film]) -> list[ForetoldReading]:
    """Readings of films that were not learnt from, as foretold: film effect and the reading's own noise included.

    Readings of a property that was never learnt are passed over. Films that were read under the same conditions are
    asked for together.
    """
    together: dict[tuple[Condition, ...], list[Film]] = {}
    for film in films:
        asked = {Condition(r.property, r.temperature_C): None for r in film.readings if not r.derived}
        together.setdefault(tuple(asked), []).append(film)
    told: list[ForetoldReading] = []
    for conditions, some in together.items():
        for condition in conditions:
            try:
                posterior = fitted.posterior([film.formulation for film in some], [condition])
            except KeyError:
                continue
            for row, film in enumerate(some):
                mean, sd = float(posterior.mean[row, 0]), float(posterior.sd[row, 0])
                film_sd = float(posterior.film_sd[0])
                told += [
                    ForetoldReading(
                        film_key(film),
                        reading.property,
                        reading.temperature_C,
                        reading.value,
                        mean,
                        float(np.sqrt(sd**2 + film_sd**2 + reading.sd**2 / reading.trust)),
                    )
                    for reading in film.readings
                    if not reading.derived and Condition(reading.property, reading.temperature_C) == condition
                ]
    return told
