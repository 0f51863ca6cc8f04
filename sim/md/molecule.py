"""Molecules as graphs of beads: linear, block, random and branched chains, ions, fillers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chemistry.errors import BadInput


@dataclass(frozen=True)
class Molecule:
    """Beads and the bonds between them.

    Attributes:
        species: name of the species of each bead.
        bonds: pairs of beads, counted from zero.
        linear: whether the beads form one unbranched chain in their order, so that it has an end-to-end distance.
    """

    species: tuple[str, ...]
    bonds: tuple[tuple[int, int], ...] = ()
    linear: bool = False

    def __post_init__(self) -> None:
        n = len(self.species)
        wrong = [bond for bond in self.bonds if not (0 <= bond[0] < n and 0 <= bond[1] < n and bond[0] != bond[1])]
        if wrong:
            raise BadInput(f"a molecule of {n} beads has no bond {wrong[0]}", remedy="Count beads from zero")
        if n and len(self.walk) != n:
            raise BadInput(
                f"only {len(self.walk)} of {n} beads of a molecule hang together",
                remedy="Bond them all, or make several molecules",
            )

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """Beads bonded to each bead."""
        found: list[list[int]] = [[] for _ in self.species]
        for one, other in self.bonds:
            found[one].append(other)
            found[other].append(one)
        return tuple(tuple(beads) for beads in found)

    @cached_property
    def angles(self) -> tuple[tuple[int, int, int], ...]:
        """Angles between consecutive bonds along unbranched stretches; none at a branch point."""
        pairs = ((middle, ends) for middle, ends in enumerate(self.neighbours) if len(ends) == 2)
        return tuple((ends[0], middle, ends[1]) for middle, ends in pairs)

    @cached_property
    def walk(self) -> tuple[tuple[int, int | None], ...]:
        """Each bead with the one it grows from, in an order in which that one comes first."""
        order: list[tuple[int, int | None]] = [(0, None)]
        seen = {0}
        for bead, _ in order:  # the list grows while it is read
            fresh = [other for other in self.neighbours[bead] if other not in seen]
            seen.update(fresh)
            order += [(other, bead) for other in fresh]
        return tuple(order)


def single(species: str) -> Molecule:
    """One bead: an ion, a solvent, a filler."""
    return Molecule((species,))


def chain(species: Sequence[str]) -> Molecule:
    """A linear chain of these beads, in this order."""
    if not species:
        raise BadInput("a chain of no beads", remedy="Give it at least one")
    return Molecule(tuple(species), tuple((i, i + 1) for i in range(len(species) - 1)), linear=True)


def homopolymer(species: str, beads: int) -> Molecule:
    """A linear chain of one species."""
    return chain([species] * beads)


def block_copolymer(blocks: Sequence[tuple[str, int]]) -> Molecule:
    """A linear chain of blocks, each a species and its number of beads."""
    return chain([species for species, beads in blocks for _ in range(beads)])


def random_copolymer(fractions: Mapping[str, float], beads: int, random: np.random.Generator) -> Molecule:
    """A linear chain in which each bead is drawn by itself, with these probabilities."""
    names, shares = list(fractions), np.array(list(fractions.values()), float)
    if (shares < 0).any() or not np.isclose(shares.sum(), 1):
        raise BadInput(f"fractions of beads {dict(fractions)} do not sum to 1", remedy="Give shares from 0 to 1")
    return chain([names[i] for i in random.choice(len(names), size=beads, p=shares)])


def comb(backbone: str, beads: int, side: str, side_beads: int, every: int) -> Molecule:
    """A backbone that bears a side chain on each `every`-th bead: a graft polymer."""
    if side_beads < 1 or every < 1:
        raise BadInput(f"side chains of {side_beads} beads on each {every}-th bead", remedy="Give whole numbers from 1")
    species, bonds = [backbone] * beads, [(i, i + 1) for i in range(beads - 1)]
    for root in range(every - 1, beads, every):
        previous = root
        for _ in range(side_beads):
            species.append(side)
            bonds.append((previous, len(species) - 1))
            previous = len(species) - 1
    return Molecule(tuple(species), tuple(bonds))


def star(species: str, arms: int, arm_beads: int) -> Molecule:
    """Arms of equal length on one bead."""
    if arms < 1 or arm_beads < 1:
        raise BadInput(f"a star of {arms} arms with {arm_beads} beads", remedy="Give whole numbers from 1")
    bonds = []
    for arm in range(arms):
        first = 1 + arm * arm_beads
        bonds.append((0, first))
        bonds += [(i, i + 1) for i in range(first, first + arm_beads - 1)]
    return Molecule((species,) * (1 + arms * arm_beads), tuple(bonds))
