"""Molecules and boxes: what hangs together, how full a box is, and what is refused."""

import numpy as np
import pytest

from chemistry.errors import BadInput
from sim.md.molecule import Molecule, block_copolymer, chain, comb, homopolymer, random_copolymer, single, star
from sim.md.packing import BOND, FOLD, crosslinked, packed
from sim.md.system import Species

A, B = Species("A"), Species("B")


def test_a_chain_of_n_has_its_bonds_and_angles() -> None:
    found = homopolymer("A", 7)
    assert (len(found.bonds), len(found.angles), found.linear) == (6, 5, True)


def test_blocks_follow_one_another() -> None:
    assert block_copolymer([("A", 2), ("B", 3)]).species == ("A", "A", "B", "B", "B")


def test_random_copolymer_has_its_fractions_and_its_seed() -> None:
    drawn = [random_copolymer({"A": 0.8, "B": 0.2}, 4000, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert drawn[0].species.count("B") / 4000 == pytest.approx(0.2, abs=0.02)
    assert drawn[0] == drawn[1] != drawn[2]


def test_branched_molecules_are_trees() -> None:
    for tree in (comb("A", 12, "B", 3, every=4), star("A", arms=3, arm_beads=5)):
        assert len(tree.bonds) == len(tree.species) - 1
        assert not tree.linear
    assert comb("A", 12, "B", 3, every=4).species.count("B") == 9
    assert sorted(map(len, star("A", 3, 5).neighbours))[-1] == 3


def test_a_molecule_hangs_together() -> None:
    with pytest.raises(BadInput, match="only 2 of 3 beads"):
        Molecule(("A", "A", "A"), ((0, 1),))
    with pytest.raises(BadInput, match="has no bond"):
        Molecule(("A",), ((0, 1),))


def test_packing_has_its_density_and_bond_lengths() -> None:
    box = packed([A, B], [block_copolymer([("A", 5), ("B", 5)])] * 30, np.random.default_rng(1), density=0.85)
    assert box.n / box.volume == pytest.approx(0.85)
    bonds = box.positions[box.bonds[:, 1]] - box.positions[box.bonds[:, 0]]
    assert np.linalg.norm(bonds, axis=1) == pytest.approx(BOND)
    second = box.positions[box.angles[:, 2]] - box.positions[box.angles[:, 0]]
    assert np.linalg.norm(second, axis=1).min() > FOLD


def test_chains_grow_round_fillers() -> None:
    filler = Species("F", diameter=4.0)
    box = packed([A, filler], [homopolymer("A", 10)] * 60 + [single("F")] * 2, np.random.default_rng(2))
    assert (box.n - 2 + 2 * 64) / box.volume == pytest.approx(0.85)
    for place in box.positions[box.names == "F"]:
        apart = box.positions[box.names == "A"] - place
        apart -= box.edge * np.round(apart / box.edge)
        assert (np.linalg.norm(apart, axis=1) < 2.5).mean() < 0.01


def test_crosslinks_join_chains() -> None:
    box = packed([A], [homopolymer("A", 20)] * 20, np.random.default_rng(3))
    linked = crosslinked(box, 15, np.random.default_rng(4))
    new = linked.bonds[len(box.bonds) :]
    assert len(new) == 15
    assert len(np.unique(new)) == 30
    assert (linked.molecules[new[:, 0]] != linked.molecules[new[:, 1]]).all()
    with pytest.raises(BadInput, match="of 1000 crosslinks"):
        crosslinked(box, 1000, np.random.default_rng(4))


def test_a_box_is_neutral() -> None:
    with pytest.raises(BadInput, match=r"sum to \+3 e, not 0"):
        packed([Species("Li", 1.0)], [single("Li")] * 3, np.random.default_rng(5))


def test_unknown_species_and_empty_boxes_are_refused() -> None:
    with pytest.raises(BadInput, match="no species is called C"):
        packed([A], [chain("AC")], np.random.default_rng(6))
    with pytest.raises(BadInput, match="without molecules"):
        packed([A], [], np.random.default_rng(6))
