"""Fragments exchanged between repeat units: how new polymers are bred from known ones.

A chain is cut where a chemist would disconnect it: at the bonds that BRICS breaks (Degen et al., ChemMedChem 2008, 3,
1503), which are those that common reactions make: ethers, esters, carbonates, amides, sulfonamides, bonds to rings. Its
rules also say which cut ends may be joined to which, so that what is put together again could be made by one of these
reactions. Two kinds of exchange: a stretch of the chain takes the place of a stretch of another one, or a side group
that of another's. Every child is one repeat unit with two open ends, canonical, and free of `chemistry.unwanted`.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from chemistry.canonical import canonical_repeat_unit, chain_segments, spelled, stretch, turned
from chemistry.joining import joined
from chemistry.structures import UnreadableSmiles, labelled_end, labelled_unit, structure_of, text_of
from chemistry.unwanted import unwanted_groups

_TRIES = 24
_FAR = 3
"""Segments between a cut and the end of the stretch in which it is looked at: what decides lies nearer."""
_JOINT = 77
"""Isotope that marks a cut; the open ends have 1 and 2."""


@dataclass(frozen=True)
class Piece:
    """A stretch of chain between two cuts, with the BRICS class of the atom at either end."""

    segments: tuple[str, ...]
    left: str
    right: str

    def reversed(self) -> "Piece":
        """The same stretch passed through from its end."""
        return Piece(tuple(turned(segment) for segment in reversed(self.segments)), self.right, self.left)


@dataclass(frozen=True)
class Sides:
    """A unit cut at the bond to one of its side groups: two SMILES that share a mark, and the classes of both ends."""

    core: str
    core_class: str
    side: str
    side_class: str


def can_exchange(unit: str) -> bool:
    """Whether a repeat unit can be cut anywhere: then it has something to give and something to lose."""
    return bool(pieces(unit) or side_cuts(unit))


def exchanged(one: str, other: str, most_atoms: int, draw: random.Random) -> str | None:
    """A child of two repeat units: `one` with a stretch of chain or a side group of `other`; None where none was found.

    Args:
        one: Canonical repeat unit that most is kept of.
        other: Canonical repeat unit that lends; it may be the same one, whose pieces are then doubled or left out.
        most_atoms: Heavy atoms that the child may have.
        draw: Where chance comes from.
    """
    for _ in range(_TRIES):
        by_side = draw.random() < 0.3
        child = _side_swapped(one, other, draw) if by_side else _chain_swapped(one, other, most_atoms, draw)
        if child is not None and child != one and _may_be(child, most_atoms):
            return child
    return None


@lru_cache(maxsize=4096)
def pieces(unit: str) -> tuple[Piece, ...]:
    """The pieces of one period, in the order of the chain and from cut to cut; empty where no bond can be cut.

    >>> [(piece.left, "".join(piece.segments), piece.right) for piece in pieces("*CCO*")]
    [('4', '[1*]C[2*][1*]C[2*]', '4'), ('3', '[1*]O[2*]', '3')]
    """
    word = chain_segments(unit)
    n = len(word)
    cuts = _chain_cuts(unit)
    if not cuts:
        return ()
    places = sorted(cuts)
    found = []
    for begin, end in pairwise([*places, places[0] + n]):
        run = tuple(word[place % n] for place in range(begin, end))
        found.append(Piece(run, cuts[begin][1], cuts[end % n][0]))
    return tuple(found)


@lru_cache(maxsize=4096)
def side_cuts(unit: str) -> tuple[Sides, ...]:
    """Each way to cut a side group off a repeat unit."""
    from rdkit import Chem
    from rdkit.Chem import BRICS

    molecule = labelled_unit(unit)
    head, tail = labelled_end(molecule, 1), labelled_end(molecule, 2)
    chain = set(Chem.GetShortestPath(molecule, head, tail))
    found = []
    for (near, far), (near_class, far_class) in BRICS.FindBRICSBonds(molecule):
        bond = molecule.GetBondBetweenAtoms(near, far)
        if {near, far} <= chain or bond.GetBondType() != Chem.BondType.SINGLE:
            continue
        cut = Chem.FragmentOnBonds(molecule, [bond.GetIdx()], dummyLabels=[(_JOINT, _JOINT)])
        members: list[tuple[int, ...]] = []
        halves = Chem.GetMolFrags(cut, asMols=True, frags=None, fragsMolAtomMapping=members)
        core = next(place for place, atoms in enumerate(members) if head in atoms)
        if tail not in members[core]:
            continue
        classes = (near_class, far_class) if near in members[core] else (far_class, near_class)
        found.append(Sides(text_of(halves[core]), classes[0], text_of(halves[1 - core]), classes[1]))
    return tuple(sorted(set(found), key=lambda sides: (sides.core, sides.side)))


def _chain_cuts(unit: str) -> dict[int, tuple[str, str]]:
    """Place of a segment that a cut comes before → classes of the two atoms of the cut."""
    from rdkit import Chem
    from rdkit.Chem import BRICS

    n = len(chain_segments(unit))
    around = -(-_FAR // n)
    molecule = stretch(unit, 2 * around + 1)
    path = list(Chem.GetShortestPath(molecule, labelled_end(molecule, 1), labelled_end(molecule, 2)))[1:-1]
    classes = {}
    for (one, other), (of_one, of_other) in BRICS.FindBRICSBonds(molecule):
        classes[one, other], classes[other, one] = (of_one, of_other), (of_other, of_one)
    cuts: dict[int, tuple[str, str]] = {}
    segment = 0
    for near, far in pairwise(path):
        bond = molecule.GetBondBetweenAtoms(near, far)
        if bond.GetBondType() != Chem.BondType.SINGLE or bond.IsInRing():
            continue
        segment += 1
        if around * n <= segment < (around + 1) * n and (near, far) in classes:
            cuts[segment % n] = classes[near, far]
    return cuts


def _chain_swapped(one: str, other: str, most_atoms: int, draw: random.Random) -> str | None:
    """A stretch of `one` kept, closed to a ring of pieces by a stretch of `other`; None where they do not fit."""
    kept, lent = _run(pieces(one), draw), _run(pieces(other), draw)
    if not kept or not lent:
        return None
    if draw.random() < 0.5:
        lent = [piece.reversed() for piece in reversed(lent)]
    if not (_joins(kept[-1].right, lent[0].left) and _joins(lent[-1].right, kept[0].left)):
        return None
    word = tuple(segment for piece in (*kept, *lent) for segment in piece.segments)
    if sum(_size(segment) for segment in word) > most_atoms:  # known before it is put together, which takes long
        return None
    return _of_word(word)


@lru_cache(maxsize=65536)
def _size(segment: str) -> int:
    """Heavy atoms of a segment."""
    return structure_of(segment, unit=True).GetNumAtoms() - 2


def _run(ring: tuple[Piece, ...], draw: random.Random) -> list[Piece]:
    if not ring:
        return []
    begin, length = draw.randrange(len(ring)), draw.randint(1, len(ring))
    return [ring[(begin + place) % len(ring)] for place in range(length)]


def _side_swapped(one: str, other: str, draw: random.Random) -> str | None:
    """`one` with a side group of `other` in the place of one of its own."""
    mine, theirs = side_cuts(one), side_cuts(other)
    if not mine or not theirs:
        return None
    core, side = draw.choice(mine), draw.choice(theirs)
    return _of_halves(core.core, side.side) if _joins(core.core_class, side.side_class) else None


# Remembered, because parents that are alike make the same few children again and again.
@lru_cache(maxsize=16384)
def _of_word(word: tuple[str, ...]) -> str | None:
    return _canonical(spelled(word))


@lru_cache(maxsize=16384)
def _of_halves(core: str, side: str) -> str | None:
    """The unit that a core makes with a side group at the cut that both are marked with."""
    halves = f"{core}.{side}".replace(f"[{_JOINT}*]", "[*:1]")
    return _canonical(text_of(joined(halves, 1)).replace("[1*]", "*").replace("[2*]", "*"))


def _joins(one: str, other: str) -> bool:
    return frozenset((one, other)) in _rules()


@lru_cache(maxsize=1)
def _rules() -> frozenset[frozenset[str]]:
    """Pairs of classes that a single bond may join."""
    from rdkit.Chem import BRICS

    return frozenset(
        frozenset((one, other)) for group in BRICS.reactionDefs for one, other, bond in group if bond == "-"
    )


def _canonical(smiles: str) -> str | None:
    try:
        return canonical_repeat_unit(smiles)
    except UnreadableSmiles:  # two ends at one atom of a ring, say: no such child
        return None


def _may_be(unit: str, most_atoms: int) -> bool:
    return heavy_atoms(unit) <= most_atoms and not unwanted_groups(unit)


def heavy_atoms(unit: str) -> int:
    """Heavy atoms of a repeat unit without its open ends.

    >>> heavy_atoms("*CCO*")
    3
    """
    return labelled_unit(unit).GetNumAtoms() - 2
