"""Planners compared: figures that can be worked out by hand, the record, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.generated_units import generated_units
from planners.compare.pool_problem import PoolProblem, read_pool
from planners.compare.problem import Plan, Trial
from planners.compare.run import compare, kept_trials, summed_up
from planners.pool.candidates import Pool, pool_of

PLAN = Plan(initial=4, budget=6, batch=4)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return pool_of(generated_units(40, seed=7))


@pytest.fixture
def problem(pool: Pool) -> PoolProblem:
    return PoolProblem(pool, np.arange(40.0), PLAN, "ladder")


def test_every_planner_begins_at_the_same_start_and_keeps_to_the_budget(problem: PoolProblem) -> None:
    trials = [problem.trial(name, 3) for name in ("random", "kinship")]
    assert trials[0].chosen[:4] == trials[1].chosen[:4]
    for trial in trials:
        assert len(trial.values) == len(set(trial.chosen)) == 10
        assert trial.seconds_per_suggestion > 0
        assert list(trial.best_so_far) == [max(trial.values[: k + 1]) for k in range(10)]
    assert problem.trial("kinship", 3).chosen == trials[1].chosen
    assert problem.trial("random", 4).chosen[:4] != trials[0].chosen[:4]


def test_figures_are_what_they_say(pool: Pool, problem: PoolProblem) -> None:
    """The best hundredth of forty is one: the last of the ladder."""
    unit = pool.units
    hit = Trial("a", 0, (1.0, 39.0, 5.0), (unit[1], unit[39], unit[5]), 0.1)
    miss = Trial("a", 1, (1.0, 36.0, 5.0), (unit[1], unit[36], unit[5]), 0.3)
    told = summed_up(problem, [hit, miss])
    assert told["top1pct"] == 1
    assert told["top1pct_found"] == [1, 0]
    assert told["top1pct_found_mean"] == 0.5
    assert told["top1pct_found_se"] == 0.5
    assert told["first_hit"] == [2, None]
    assert told["first_hit_median"] is None
    assert told["regret"] == [0.0, 3.0]
    assert told["regret_mean"] == 1.5
    assert told["seconds_per_suggestion"] == 0.2
    assert told["seeds"] == 2


def test_a_second_run_does_nothing_twice_and_a_cut_line_once_more(problem: PoolProblem, tmp_path: Path) -> None:
    record, done = tmp_path / "record.jsonl", []
    first = compare(problem, ["random", "kinship"], 2, record, done.append)
    assert len(done) == 4
    assert compare(problem, ["random", "kinship"], 2, record, done.append) == first
    assert len(done) == 4
    whole = record.read_text()
    record.write_text(whole[:-30])
    again = compare(problem, ["random", "kinship"], 2, record, done.append)
    assert len(done) == 5
    assert [trial.chosen for trial in again["kinship"]] == [trial.chosen for trial in first["kinship"]]
    assert len(record.read_text().splitlines()) == 4


def test_trials_of_another_plan_or_other_answers_are_not_taken(
    pool: Pool, problem: PoolProblem, tmp_path: Path
) -> None:
    record = tmp_path / "record.jsonl"
    compare(problem, ["random"], 1, record)
    assert kept_trials(PoolProblem(pool, np.arange(40.0), Plan(4, 6, 3)), record) == {}
    assert kept_trials(PoolProblem(pool, np.arange(40.0)[::-1], PLAN), record) == {}
    assert set(kept_trials(problem, record)) == {("random", 0)}


def test_a_record_that_is_none_is_refused(problem: PoolProblem, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    compare(problem, ["random"], 1, record)
    record.write_text(record.read_text().replace('"chosen": [', '"chosen": ["a polymer more", '))
    with pytest.raises(BadInput, match="11 choices, 10 were asked"):
        compare(problem, ["random"], 1, record)


@pytest.mark.parametrize(
    ("values", "plan", "wrong"),
    [
        (np.zeros(40), PLAN, "all 40 answers are 0"),
        (np.full(40, np.nan), PLAN, "an answer is no number"),
        (np.arange(39.0), PLAN, "40 candidates and 39 answers"),
        (np.arange(40.0), Plan(4, 37, 5), "more than the 40 candidates"),
        (np.arange(40.0), Plan(2, 5, 5), "2 initial"),
    ],
)
def test_what_leaves_nothing_to_compare_is_refused(pool: Pool, values: np.ndarray, plan: Plan, wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        PoolProblem(pool, values, plan)


@pytest.mark.parametrize(
    ("plan", "wrong"),
    [
        ((4, 5, 0), "batches of 0"),
        ((0, 5, 1), "0 initial"),
        ((4, 0, 1), "0 chosen"),
        ((4, 3, 10), "a batch of 10 is more than all 3"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(plan: tuple[int, int, int], wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        Plan(*plan)


def test_the_budget_may_be_the_whole_pool(pool: Pool) -> None:
    problem = PoolProblem(pool, np.arange(40.0), Plan(10, 30, 7))
    trial = problem.trial("kinship", 0)
    assert set(trial.chosen) == set(pool.units)
    assert summed_up(problem, [trial])["regret"] == [0.0]


def table(folder: Path, *rows: str, header: str = "mol_smiles,conductivity") -> Path:
    path = folder / "pool.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_a_pool_is_read_with_the_logarithm_of_its_answers(tmp_path: Path) -> None:
    path = table(tmp_path, "[Cu]CCO[Au],1e-4", "*CCN*,1e-3", "*CCS*,0.1")
    pool, values = read_pool(path, "mol_smiles", "conductivity", log=True)
    assert pool.units[0] == "*CCO*"
    assert values.tolist() == [-4.0, -3.0, -1.0]
    assert read_pool(path, "mol_smiles", "conductivity", log=False)[1].tolist() == [1e-4, 1e-3, 0.1]


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        (("*CCO*,1e-4",), "a pool of 1 row leaves"),
        (("*CCO*,1e-4", "*CCS*,nan"), "Line 3: conductivity = 'nan'"),
        (("*CCO*,1e-4", "*CCS*,"), "Line 3: the cell 'conductivity' is empty"),
        (("*CCO*,1e-4", "*CCS*,0"), "Line 3: 0 has no logarithm"),
        (("*CCO*,1e-4", "*CCS*,inf"), "Line 3"),
        (("*CCO*,1e-4", "*COC*,1e-3"), r"Line 3 is the polymer \*CCO\* of Line 2 again"),
        (("*CCO*,1e-4", "CCO,1e-3"), "Line 3"),
    ],
)
def test_a_pool_that_cannot_be_used_is_refused_by_line(tmp_path: Path, rows: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        read_pool(table(tmp_path, *rows), "mol_smiles", "conductivity", log=True)


def test_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "*CCO*,1", "*CCS*,2", header="smiles,sigma")
    with pytest.raises(BadInput, match=r"mol_smiles, conductivity.*smiles, sigma.*--smiles-column"):
        read_pool(path, "mol_smiles", "conductivity", log=False)
