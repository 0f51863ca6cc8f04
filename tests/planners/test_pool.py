"""Choosing from a finite pool: likenesses, the exact process, and what every chooser must keep to."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from chemistry.generated_units import generated_units
from models.tanimoto import tanimoto as reference_tanimoto
from planners.pool import kin
from planners.pool.candidates import Pool, pool_of
from planners.pool.choosers import AtRandom, Kinship
from planners.pool.components import components
from planners.pool.likeness import likeness, tanimoto
from planners.pool.names import OWN, PEERS, chooser, installed
from planners.pool.process import learnt
from planners.pool.protocols import Told


@pytest.fixture(scope="module")
def pool() -> Pool:
    return pool_of(generated_units(80, seed=3))


@pytest.fixture(scope="module")
def values(pool: Pool) -> np.ndarray:
    """Best where much of the chain is oxygen: something that structure tells."""
    return np.array([unit.count("O") / len(unit) for unit in pool.units])


def told(values: np.ndarray, rows: list[int], taken: tuple[int, ...] = (), seed: int = 0) -> Told:
    return Told(tuple(rows), tuple(values[rows].tolist()), taken, seed)


def test_tanimoto_is_the_one_of_the_surrogates(pool: Pool) -> None:
    many, few = pool.counts[:, 10:60], pool.counts[:, [0, 12, 70]]
    ours = tanimoto(many, few)
    np.testing.assert_allclose(ours, reference_tanimoto(many.T, few.T), atol=1e-6)
    assert ours[2, 1] == pytest.approx(1.0)  # itself


def test_a_likeness_is_one_for_itself_symmetric_and_positive(pool: Pool) -> None:
    rows = np.arange(40)
    for view, matrix in likeness(pool, rows, rows, ("tanimoto", "root_tanimoto", "numbers")).items():
        np.testing.assert_allclose(np.diag(matrix), 1.0, atol=1e-5, err_msg=view)
        np.testing.assert_allclose(matrix, matrix.T, atol=1e-5)
        assert np.linalg.eigvalsh(matrix.astype(float)).min() > -1e-4


def test_the_process_is_the_textbook_posterior(pool: Pool, values: np.ndarray) -> None:
    """Rasmussen & Williams 2006, eqs 2.25 and 2.26, with the scale and the noise that it settled on."""
    known, others = np.arange(20), np.arange(20, 50)
    among = likeness(pool, known, known, ("tanimoto",))["tanimoto"].astype(float)
    cross = likeness(pool, others, known, ("tanimoto",))["tanimoto"].astype(float)
    process = learnt(among, values[known])
    mean, sd = process.at(cross)
    root = process.root / process.scale
    precision = root @ root.T  # (scale K + noise)⁻¹ in the units of the values
    np.testing.assert_allclose(precision, precision.T, atol=1e-9)
    noise = np.linalg.inv(precision) - process.scale * among
    np.testing.assert_allclose(noise, noise[0, 0] * np.eye(20), atol=1e-8)
    expected = process.mean + process.scale * cross @ precision @ (values[known] - process.mean)
    np.testing.assert_allclose(mean, expected, atol=1e-8)
    assert (sd <= np.sqrt(process.scale) + 1e-12).all()


def test_far_from_everything_the_process_knows_only_its_mean(pool: Pool, values: np.ndarray) -> None:
    known = np.arange(20)
    among = likeness(pool, known, known, ("tanimoto",))["tanimoto"]
    process = learnt(among, values[known])
    mean, sd = process.at(np.zeros((1, 20)))
    assert mean[0] == pytest.approx(process.mean)
    assert sd[0] == pytest.approx(np.sqrt(process.scale))


@pytest.mark.parametrize("name", OWN)
def test_a_choice_is_new_whole_and_the_same_every_time(pool: Pool, values: np.ndarray, name: str) -> None:
    known, taken = list(range(10)), (20, 21, 22)
    first = chooser(name).choose(7, pool, told(values, known, taken))
    assert first == chooser(name).choose(7, pool, told(values, known, taken))
    rows = [choice.row for choice in first]
    assert len(set(rows)) == 7
    assert not set(rows) & {*known, *taken}
    assert chooser(name).choose(500, pool, told(values, known, taken))[66:] != []
    assert len(chooser(name).choose(500, pool, told(values, known, taken))) == 80 - 13


def test_neither_the_order_of_results_nor_their_unit_changes_the_choice(pool: Pool, values: np.ndarray) -> None:
    known = list(range(0, 60, 3))
    rows = [choice.row for choice in Kinship().choose(5, pool, told(values, known))]
    assert rows == [choice.row for choice in Kinship().choose(5, pool, told(values, known[::-1]))]
    assert rows == [choice.row for choice in Kinship().choose(5, pool, told(1000 * values - 7, known))]


def test_a_pool_ranked_in_stretches_is_ranked_the_same(
    pool: Pool, values: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = list(range(25))
    whole = Kinship().choose(5, pool, told(values, known))
    monkeypatch.setattr(kin, "AT_ONCE", 17)
    parts = Kinship().choose(5, pool, told(values, known))
    assert [choice.row for choice in parts] == [choice.row for choice in whole]
    assert [choice.worth for choice in parts] == pytest.approx([choice.worth for choice in whole], rel=1e-5)


def test_a_choice_says_why(pool: Pool, values: np.ndarray) -> None:
    choices = Kinship().choose(3, pool, told(values, list(range(25))))
    alone = chooser("tanimoto").choose(3, pool, told(values, list(range(25))))
    worths = [choice.worth or 0.0 for choice in alone]
    assert worths == sorted(worths, reverse=True)
    assert alone[0].row in {choice.row for choice in choices}  # the second committee has a say in every batch
    for choice in choices:
        assert choice.expected is not None
        assert choice.sd is not None
        assert choice.worth == pytest.approx(choice.expected + Kinship().boldness * choice.sd)
        assert choice.nearest is not None
        similar = tanimoto(pool.counts[:, [choice.row]], pool.counts[:, list(range(25))])[0]
        assert choice.nearest == (int(similar.argmax()), pytest.approx(similar.max()))


def test_kinship_finds_the_best_sooner_than_chance(pool: Pool, values: np.ndarray) -> None:
    best = set(np.argsort(-values)[:8].tolist())
    found = {}
    for name in ("random", "kinship"):
        counts = []
        for seed in range(4):
            rows = [int(row) for row in np.random.default_rng(seed).permutation(80)[:10]]
            while len(rows) < 30:
                rows += [choice.row for choice in chooser(name).choose(5, pool, told(values, rows, seed=seed))]
            counts.append(len(best & set(rows)))
        found[name] = np.mean(counts)
    assert found["kinship"] > 2 * found["random"]


def test_all_components_keep_every_distance_and_the_first_ones_most_of_the_spread(pool: Pool) -> None:
    shares = pool.counts.T / pool.counts.sum(axis=0)[:, None]
    every, few = components(pool, len(pool)), components(pool, 5)
    squared = np.square(every[:, None] - every).sum(axis=-1)
    np.testing.assert_allclose(squared, np.square(shares[:, None] - shares).sum(axis=-1), atol=1e-9)
    np.testing.assert_allclose(few, every[:, :5])
    assert (np.diff(every.var(axis=0)) <= 1e-12).all()
    assert np.abs(every.T @ every - np.diag(np.square(every).sum(axis=0))).max() < 1e-8


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # peers call what they themselves have renamed
@pytest.mark.parametrize("name", installed())
def test_a_peer_chooses_what_is_new(pool: Pool, values: np.ndarray, name: str) -> None:
    rows = [choice.row for choice in chooser(name).choose(3, pool, told(values, list(range(10)), (20,)))]
    assert len(set(rows)) == 3
    assert not set(rows) & {*range(10), 20}


@pytest.mark.parametrize("known", [[], [1, 2]])
def test_with_too_few_results_it_chooses_at_random(pool: Pool, values: np.ndarray, known: list[int]) -> None:
    few = told(values, known, seed=5)
    assert Kinship().choose(4, pool, few) == AtRandom().choose(4, pool, few)


def test_with_equal_results_it_chooses_at_random(pool: Pool) -> None:
    equal = Told((1, 2, 3, 4), (0.5,) * 4, seed=5)
    assert Kinship().choose(4, pool, equal) == AtRandom().choose(4, pool, equal)


@pytest.mark.parametrize(
    ("smiles", "wrong"),
    [
        (["*CCO*"], "a pool of 1"),
        (["*CCO*", "*COC*"], "candidate 2 is the polymer"),
        (["*CCO*", "no polymer"], "candidate 2"),
    ],
)
def test_what_is_no_pool_is_refused(smiles: list[str], wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        pool_of(smiles)


def test_an_unknown_chooser_is_refused() -> None:
    with pytest.raises(BadInput, match="Known are random, kinship"):
        chooser("magic")


@pytest.mark.parametrize("name", [name for name in PEERS if name not in installed()])
def test_a_peer_that_is_not_installed_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="not installed"):
        chooser(name)
