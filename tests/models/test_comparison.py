"""A comparison keeps what is done, resumes, and refuses what is no comparison."""

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from chemistry.errors import BadInput
from models.averaged import Averaged
from models.comparison import Comparison, compare
from models.crew import Spread
from models.kernel_machine import SupportVectorRegression
from tests.models.test_averaged import film

MODELS = ("forest", "support_vectors")


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Every model is a small kernel machine: what is tested here is the order of work."""
    monkeypatch.setattr(
        "models.comparison.surrogate", lambda name, _: Averaged(name, (SupportVectorRegression(),), calibrate=False)
    )


@pytest.fixture
def comparison():
    films = [film(n, x) for n in range(2, 8) for x in (0.5, 1.0)]
    return Comparison(films=films, references=[""] * 12, split="polymer", models=MODELS, folds=3)


def test_every_model_is_scored_on_every_fold(comparison, tmp_path):
    told = compare(comparison, tmp_path / "record.jsonl")
    assert set(told) == set(MODELS)
    for figures in told.values():
        assert isinstance(figures, dict)
        assert (figures["folds"], figures["n"]) == (3, 36)
        assert figures["predict_per_second"] > 0


def test_what_is_done_is_kept_and_not_done_again(comparison, tmp_path, monkeypatch):
    record = tmp_path / "record.jsonl"
    lines: list[str] = []
    none = compare(comparison, record, budget_s=-1, told=lines.append)
    assert none == {name: {"folds": 0} for name in MODELS}
    assert not lines
    first = compare(comparison, record, told=lines.append)
    assert len(lines) == 6
    assert lines[0].startswith("forest: fold 1 of 3")
    assert lines[1].startswith("support_vectors: fold 1 of 3")
    monkeypatch.setattr("models.comparison.evaluate", None)
    assert compare(comparison, record) == first


def test_workers_come_to_what_one_process_does(comparison, tmp_path, monkeypatch):
    """They are given what they need once; here they are threads, as a patched model stays in its process."""
    alone = compare(comparison, tmp_path / "alone.jsonl")
    pool = ThreadPoolExecutor(2)

    @contextmanager
    def hire(shared):
        prepared = pickle.loads(pickle.dumps(shared))
        yield Spread(lambda task, part: pool.submit(task, prepared, part), slots=lambda: 2)

    def nobody(shared):
        raise AssertionError("nothing is left to be done")

    spread = compare(comparison, tmp_path / "spread.jsonl", hire=hire)
    pool.shutdown()
    for name, figures in alone.items():
        there = spread[name]
        assert isinstance(figures, dict)
        assert isinstance(there, dict)
        seconds = {"fit_seconds": 0, "predict_per_second": 0}
        assert there | seconds == figures | seconds
    monkeypatch.setattr("models.comparison.evaluate", None)
    assert set(compare(comparison, tmp_path / "spread.jsonl", hire=nobody)) == set(MODELS)


def test_a_line_that_a_kill_cut_short_is_done_again(comparison, tmp_path):
    record = tmp_path / "record.jsonl"
    whole = compare(comparison, record)
    text = record.read_text()
    record.write_text(text[:-40])
    lines: list[str] = []
    again = compare(comparison, record, told=lines.append)
    assert len(lines) == 1
    assert [told["mae"] for told in again.values()] == [told["mae"] for told in whole.values()]  # type: ignore[index]


def test_another_seed_is_another_comparison_in_the_same_file(comparison, tmp_path):
    from dataclasses import replace

    record = tmp_path / "record.jsonl"
    compare(comparison, record)
    lines: list[str] = []
    compare(replace(comparison, seed=1), record, told=lines.append)
    assert len(lines) == 6
    assert len({json.loads(line)["comparison"] for line in record.read_text().splitlines()}) == 2


def test_unknown_models_and_splits_and_foreign_files_are_refused(comparison, tmp_path):
    from dataclasses import replace

    record = tmp_path / "record.jsonl"
    with pytest.raises(BadInput, match="there is no model 'oracle'"):
        compare(replace(comparison, models=("oracle",)), record)
    with pytest.raises(BadInput, match="there is no split 'moon'"):
        compare(replace(comparison, split="moon"), record)
    with pytest.raises(BadInput, match="6 groups cannot fill 7 folds"):
        compare(replace(comparison, folds=7), record)
    with pytest.raises(BadInput, match="name no paper"):
        compare(replace(comparison, split="paper"), record)
    assert not record.exists()
    record.write_text("not json\n")
    with pytest.raises(BadInput, match="line 1"):
        compare(comparison, record)
