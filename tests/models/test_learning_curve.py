"""A learning curve has each training set once, and none that is no smaller than the whole."""

import json

import pytest

from models import learning_curve as curves
from models.averaged import Averaged
from models.comparison import Comparison, compare
from models.kernel_machine import SupportVectorRegression
from models.learning_curve import FOLDS, learning_curve
from tests.models.test_averaged import film


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    for place in ("models.comparison.surrogate", "models.learning_curve.surrogate"):
        monkeypatch.setattr(place, lambda name, *_: Averaged(name, (SupportVectorRegression(),), calibrate=False))


def comparison(polymers, folds):
    films = [film(n, x) for n in range(2, 2 + polymers) for x in (0.5, 1.0)]
    return Comparison(
        films=films, references=[""] * len(films), split="polymer", models=["support_vectors"], folds=folds
    )


@pytest.mark.parametrize(("polymers", "folds"), [(3, 3), (4, 2), (9, 3), (18, 2)])
def test_no_training_set_is_fitted_or_drawn_twice(tmp_path, monkeypatch, polymers, folds):
    given, record, seen, plain = comparison(polymers, folds), tmp_path / "record.jsonl", [], curves.evaluate

    def watched(model, train, test, *rest):
        seen.append((frozenset(f.film_id for f in train), frozenset(f.film_id for f in test)))
        return plain(model, train, test, *rest)

    compare(given, record)
    monkeypatch.setattr(curves, "evaluate", watched)
    points = learning_curve(given, record)["support_vectors"]
    assert len(seen) == len(set(seen))
    whole = {frozenset(given.films[i].film_id for i in part.train) for part in given.parts[:FOLDS]}
    assert all(not any(train == full for full in whole) for train, _ in seen)
    sizes = [films for films, _ in points]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == sum(len(part.train) for part in given.parts[:FOLDS]) / FOLDS
    monkeypatch.setattr(curves, "evaluate", None)
    assert learning_curve(given, record)["support_vectors"] == points
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert len({(line["comparison"], line["fold"]) for line in lines}) == len(lines)
