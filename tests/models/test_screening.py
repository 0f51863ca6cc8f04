"""Screening a pool: the same answer whoever does the work and however the pool is written, in bounded memory."""

from concurrent.futures import Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chemistry.catalogue import salt
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from ledger.film import Film, Reading
from models.averaged import Averaged
from models.cluster import crew
from models.crew import Alone, Spread
from models.evaluation import CONDUCTIVITY
from models.forgetting import forget_when_full
from models.kernel_machine import KernelRidge
from models.learning_table import grid as points_of
from models.protocols import Condition
from models.regressors import Forest
from models.screening.grid import Grid
from models.screening.judge import judge_of
from models.screening.left_out import DUPLICATE, INFEASIBLE, UNREADABLE, LeftOut, left_out
from models.screening.parts import in_parts
from models.screening.pool import register, rows_of
from models.screening.question import Question
from models.screening.ranking import Candidates, Ranking
from models.screening.screen import screen
from models.screening.student import Lessons, distilled

GRID = Grid((salt("LiTFSI"), salt("LiFSI")), (0.05, 0.1, 0.2), "Li/O", (30.0, 60.0, 90.0))
POOL = [f"[Cu]{'C' * n}O{'C' * m}O[Au]" for n in range(1, 5) for m in range(n + 1, 6)]
METHODS = (
    KernelRidge(),
    Forest("extra_trees", extra=True, trees=5, share_of_columns=0.5, rows_in_leaf=2),
)


def film(carbons, loading):
    host = Polymer.model_validate({"units": ["*" + "C" * carbons + "O*"]})
    given = Formulation(polymer=host, salt=salt("LiTFSI"), salt_molality_mol_kg=loading)
    readings = tuple(
        Reading(
            property=CONDUCTIVITY,
            value=-2.0 - 60.0 / host.sites_mol_kg - 1.5 * (1000 / (t + 273.15) - 2.8) + 0.1 * loading,
            sd=0.1,
            temperature_C=t,
        )
        for t in (30.0, 60.0, 90.0)
    )
    return Film(film_id=f"{carbons} {loading}", formulation=given, readings=readings)


@pytest.fixture(scope="module")
def teacher():
    films = [film(n, x) for n in (1, 2, 3, 4, 6, 8, 10, 12, 14) for x in (0.5, 1.5)]
    return judge_of(Averaged("small", METHODS).fit(films))


def written(folder, smiles):
    path = folder / "pool.csv"
    path.write_text("name,smiles\n" + "".join(f"p{i},{text}\n" for i, text in enumerate(smiles)), encoding="utf-8")
    return path


def screened(teacher, pool, question, by=None, record=None):
    return screen(pool, question, teacher, by or Alone(teacher), record or LeftOut())


def content(screening, rows=True):
    return [{k: v for k, v in asdict(hit).items() if rows or k != "row"} for hit in screening.hits]


@pytest.mark.parametrize("by_lower", [False, True])
@pytest.mark.parametrize("student", [False, True])
def test_the_best_are_those_of_a_full_sort_by_the_surrogate_itself(teacher, tmp_path, by_lower, student):
    question = Question(GRID, top=25, by_lower=by_lower, student=student)
    told = screened(teacher, written(tmp_path, POOL), question)
    polymers = [Polymer.model_validate({"units": [text]}) for text in POOL]
    made = [
        Formulation(polymer=host, salt=s, salt_molality_mol_kg=x * host.sites_mol_kg)
        for host in polymers
        for s in GRID.salts
        for x in GRID.loadings
    ]
    everything = teacher.foretell(
        points_of(made, [Condition(CONDUCTIVITY, t) for t in GRID.temperatures_C]), CONDUCTIVITY
    )
    score = everything.mean - (1.6448536 * everything.sd if by_lower else 0)
    assert told.points == len(score)
    found = [hit.lower if by_lower else hit.mean for hit in told.hits]
    assert found == pytest.approx(np.sort(score)[::-1][:25], abs=1e-5)
    assert [hit.place for hit in told.hits] == list(range(1, 26))
    assert all(hit.lower < hit.mean for hit in told.hits)


def test_neither_the_order_of_rows_nor_the_spelling_of_polymers_matters(teacher, tmp_path):
    question = Question(GRID, top=40, student=True)
    told = screened(teacher, written(tmp_path, POOL), question)
    other = [Polymer.model_validate({"units": [text]}).units[0].smiles for text in POOL]
    assert other != POOL
    mixed = [other[i] for i in np.random.default_rng(1).permutation(len(other))]
    again = screened(teacher, written(tmp_path, mixed), question)
    assert content(again, rows=False) == content(told, rows=False)
    assert again.agreement == told.agreement


def test_duplicates_are_found_however_they_are_written_and_change_nothing(teacher, tmp_path):
    question, record = Question(GRID, top=10), LeftOut()
    alone = screened(teacher, written(tmp_path, ["*CCO*", "*CCCO*"]), question)
    spellings = ["*CCO*", "*CCCO*", "*OCC*", "[Cu]COC[Au]", "*CCOCCO*", "[Mg]CCO[Mg]"]
    told = screened(teacher, written(tmp_path, spellings), question, record=record)
    assert content(told) == content(alone)
    assert (told.rows, told.polymers, record.counts[DUPLICATE]) == (6, 2, 4)
    assert [(item.row, item.reason) for item in record.examples(DUPLICATE)] == [
        (row, "repeats row 2") for row in (4, 5, 6, 7)
    ]


def test_what_cannot_be_read_or_made_is_named_and_kept_out(teacher, tmp_path):
    rows = ["*CCO*", "", "nan", "*CC", "C1CC", "*CC(*)c1ccccc1", "*CCCO*"]
    listed = tmp_path / "left_out.csv"
    with left_out(listed) as record:
        told = screened(teacher, written(tmp_path, rows), Question(GRID, top=100), record=record)
    assert [item.row for item in record.examples(UNREADABLE)] == [3, 4, 5, 6]
    assert record.counts[INFEASIBLE] == GRID.formulations
    assert {item.row for item in record.examples(INFEASIBLE)} == {7}
    assert all("no coordinating site" in item.reason for item in record.examples(INFEASIBLE))
    assert {hit.row for hit in told.hits} == {2, 8}
    assert told.points == 2 * GRID.points == len(told.hits)
    assert len(listed.read_text().splitlines()) == 1 + sum(record.counts.values())


def test_too_much_salt_is_infeasible_and_says_how_much(teacher, tmp_path):
    record = LeftOut()
    question = Question(replace(GRID, loadings=(0.1, 0.9)), top=100)
    told = screened(teacher, written(tmp_path, ["*CCO*"]), question, record=record)
    assert {hit.loading for hit in told.hits} == {0.1}
    assert all("Li/O = 0.900" in item.reason and item.loading == "0.9 Li/O" for item in record.examples(INFEASIBLE))


def test_loadings_of_every_unit_mean_the_same_film(teacher, tmp_path):
    pool = written(tmp_path, ["*CCO*"])
    host, tfsi = Polymer.model_validate({"units": ["*CCO*"]}), GRID.salts[0]
    amount = 0.1 * host.sites_mol_kg
    share = amount * tfsi.molar_mass / 1000 / (1 + amount * tfsi.molar_mass / 1000)
    told = [
        screened(teacher, pool, Question(Grid((tfsi,), (loading,), unit, (60.0,)), top=1)).hits[0]
        for loading, unit in ((0.1, "Li/O"), (amount, "mol/kg"), (share, "w/w"))
    ]
    assert len({hit.mean for hit in told}) == 1
    assert len({hit.molality_mol_kg for hit in told}) == 1


def test_a_hit_tells_its_neighbour_and_where_it_leaves_the_domain(teacher, tmp_path):
    pool = written(tmp_path, ["*CCO*", "*CCOCCCO*", "*CCCCC(*)C#N"])
    told = screened(teacher, pool, Question(replace(GRID, temperatures_C=(60.0, 180.0)), top=1000))
    by_polymer = {hit.polymer: hit for hit in told.hits}
    mixed = Polymer.model_validate({"units": ["*CCOCCCO*"]}).units[0].smiles
    nitrile = Polymer.model_validate({"units": ["*CCCCC(*)C#N"]}).units[0].smiles
    assert by_polymer["*CCO*"].known
    assert by_polymer["*CCO*"].similarity == 1.0
    assert by_polymer["*CCO*"].neighbour == "*CCO*"
    assert not by_polymer[mixed].known
    assert by_polymer[mixed].neighbour in {"*CCO*", "*CCCO*"}
    far, near = by_polymer[nitrile].similarity, by_polymer[mixed].similarity
    assert far is not None
    assert near is not None
    assert 0 < far < near < 1
    for hit in told.hits:
        assert ("temperature, degC" in hit.outside) == (hit.temperature_C == 180.0)
    assert any("nitrile" in name for name in by_polymer[nitrile].outside)


def test_one_polymer_takes_no_more_places_than_it_may(teacher, tmp_path):
    pool = written(tmp_path, POOL)
    told = screened(teacher, pool, Question(GRID, top=10, of_each=1))
    everything = screened(teacher, pool, Question(GRID, top=10**6))
    best = {}
    for hit in everything.hits:
        best.setdefault(hit.polymer, hit.mean)
    assert [hit.mean for hit in told.hits] == pytest.approx(sorted(best.values(), reverse=True)[:10])
    assert len({hit.polymer for hit in told.hits}) == 10


def test_the_student_never_says_the_numbers(teacher, tmp_path):
    told = screened(teacher, written(tmp_path, POOL), Question(GRID, top=15, student=True))
    assert told.agreement is not None
    assert told.outside_share is not None
    for hit in told.hits:
        host = Polymer.model_validate({"units": [hit.polymer]})
        made = Formulation(polymer=host, salt=salt(hit.salt), salt_molality_mol_kg=hit.loading * host.sites_mol_kg)
        own = teacher.foretell(points_of([made], [Condition(CONDUCTIVITY, hit.temperature_C)]), CONDUCTIVITY)
        assert (hit.mean, hit.sd) == pytest.approx((own.mean[0], own.sd[0]), abs=1e-5)


def test_a_student_learns_a_smooth_teacher():
    random = np.random.default_rng(0)
    features = np.concatenate([random.normal(size=(1200, 4)), random.uniform(0, 100, (1200, 2))], axis=1)
    features[::9, 2] = np.nan
    mean = features[:, 0] * 2 + np.abs(features[:, 1]) + 0.01 * features[:, 4]
    lessons = Lessons(features, mean, 0.5 + 0.1 * np.abs(features[:, 0]), np.arange(1200) // 20, np.zeros(1200))
    student, agreed = distilled(lessons)
    assert agreed.polymers == 6
    assert agreed.spearman > 0.95
    assert agreed.mae < 0.2 * mean.std()
    assert agreed.overlap > 0.6
    assert agreed.mae_sd < 0.05
    told = distilled(lessons)[0]
    assert all((a == b).all() for (a, _), (b, _) in zip(told.layers, student.layers, strict=True))


def candidates(mean, order, temperature):
    n = len(mean)
    zero = np.zeros(n, dtype=int)
    unit = np.array([str(i) for i in order], dtype=object)
    return Candidates(order, unit, zero, zero, zero, temperature, np.ones(n), mean, np.ones(n))


@pytest.mark.parametrize("of_each", [None, 1, 3])
def test_the_best_of_a_stream_is_the_best_of_all(of_each):
    random = np.random.default_rng(5)
    # Few different scores, so that there are many equals.
    everything = candidates(random.integers(0, 6, 900).astype(float), np.arange(900) // 9, np.tile(np.arange(9), 100))
    ranking = Ranking(40, 0.0, of_each)
    best = None
    for part in np.array_split(np.random.default_rng(6).permutation(900), 13):
        found = ranking.best(everything.take(part))
        best = found if best is None else ranking.best(best.with_(found))
    assert best is not None
    whole = ranking.best(everything)
    assert [*zip(best.order, best.temperature, strict=True)] == [*zip(whole.order, whole.temperature, strict=True)]
    assert (np.diff(whole.mean) <= 0).all()
    if of_each:
        assert np.bincount(whole.order).max() <= of_each


def test_parts_are_taken_only_as_they_are_needed():
    taken = []

    def numbers():
        for i in range(1000):
            taken.append(i)
            yield i

    def submit(task: Any, part: Any) -> Any:
        future = Future()
        future.set_result(task(None, part))
        return future

    told = Spread(submit, slots=lambda: 2).each(lambda _, part: sum(part), in_parts(numbers(), 10))
    assert next(told) == sum(range(10))
    assert len(taken) <= 100
    assert sum(told) == sum(range(10, 1000))


def test_the_memory_of_the_chemistry_is_let_go_of_when_it_is_full():
    from chemistry.canonical import canonical_repeat_unit
    from models.unit_features import unit_fingerprint

    for n in range(1, 8):
        unit_fingerprint("*" + "C" * n + "O*")
    forget_when_full(kept=10**6)
    assert unit_fingerprint.cache_info().currsize >= 7
    forget_when_full(kept=5)
    assert unit_fingerprint.cache_info().currsize == canonical_repeat_unit.cache_info().currsize == 0


def test_the_register_is_sorted_sampled_and_on_disk(teacher, tmp_path):
    pool = written(tmp_path, POOL)
    with register(pool, Alone(teacher), tmp_path, LeftOut(), sampled=6) as known:
        units = [entry.unit for entry in known]
        assert units == sorted(units)
        assert [entry.order for entry in known] == list(range(known.size))
        assert len(known.sample) == 6
        assert set(known.sample) <= set(units)
    assert (tmp_path / "pool.sqlite").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("smiles\n", "no rows"),
        ("name,formula\na,b\n", "no column 'smiles' among name, formula"),
        ("smiles\n*CC\nxyz\n", "Row 2"),
        ("smiles\nnan\n", "not one of 1 rows"),
    ],
)
def test_a_pool_that_is_none_is_refused(teacher, tmp_path, text, problem):
    path = tmp_path / "pool.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=problem):
        screened(teacher, path, Question(GRID))


def test_a_pool_that_is_not_there_and_one_of_bytes_are_refused(teacher, tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        screened(teacher, Path("nowhere.csv"), Question(GRID))
    (tmp_path / "bytes.csv").write_bytes(b"smiles\n\xff\xfe\x00\xff\n")
    with pytest.raises(BadInput, match="no CSV file"):
        list(rows_of(tmp_path / "bytes.csv"))


def test_nothing_that_can_be_made_is_refused_with_the_reason(teacher, tmp_path):
    for student in (False, True):
        with pytest.raises(BadInput, match="no coordinating site"):
            screened(teacher, written(tmp_path, ["*CC*"]), Question(GRID, student=student))


@pytest.mark.timeout(300)
def test_two_processes_give_the_same_as_one(teacher, tmp_path):
    question, pool = Question(GRID, top=30, student=True), written(tmp_path, POOL)
    with crew(teacher, processes=2) as workers:
        told = screened(teacher, pool, question, by=workers)
    assert content(told) == content(screened(teacher, pool, question))


@pytest.mark.timeout(300)
def test_a_dask_cluster_gives_the_same_as_one_process(teacher, tmp_path, monkeypatch):
    monkeypatch.setattr("models.cluster.ANSWER_S", 2.0)
    distributed = pytest.importorskip("distributed")
    question, pool = Question(GRID, top=30, student=True), written(tmp_path, POOL)
    alone = screened(teacher, pool, question)
    local = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, local_directory=str(tmp_path)
    )
    with local, crew(teacher, cluster=local.scheduler_address) as workers:
        told = screened(teacher, pool, question, by=workers)
    assert content(told) == content(alone)
    with pytest.raises(BadInput, match="no Dask scheduler answers"), crew(teacher, cluster="tcp://127.0.0.1:1"):
        pass
