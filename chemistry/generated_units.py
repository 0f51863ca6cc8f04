"""Repeat units made up from fragments and rules: unlabelled polymers to pretrain on, with nothing to be downloaded.

A unit is a row of fragments along the chain, some of them with a side group. Two rules keep out what no chemist would
draw: no bond between two atoms that are neither carbon nor silicon (peroxides, N-O, N-N), also not where one unit meets
the next, and silicon bonds to carbon or oxygen alone. Side groups hang on carbon, silicon or nitrogen. Every unit is
canonical (`chemistry.canonical`), no two are alike, and the first n for a seed are always the same.
"""

import random
from dataclasses import dataclass

from chemistry.canonical import canonical_repeat_unit
from chemistry.errors import BadInput


@dataclass(frozen=True)
class _Fragment:
    """SMILES of a piece of chain, `{}` where its side group goes; and what its two ends are (C, N, O, S or Si)."""

    smiles: str
    left: str
    right: str
    weight: float


_FRAGMENTS = (
    _Fragment("C", "C", "C", 10),
    _Fragment("O", "O", "O", 9),
    _Fragment("C{}", "C", "C", 6),
    _Fragment("C(=O)O", "C", "O", 3),
    _Fragment("OC(=O)", "O", "C", 3),
    _Fragment("OC(=O)O", "O", "O", 2),
    _Fragment("C(=O)N", "C", "N", 1),
    _Fragment("NC(=O)O", "N", "O", 1),
    _Fragment("N{}", "N", "N", 1),
    _Fragment("C(=O)", "C", "C", 0.5),
    _Fragment("S", "S", "S", 0.7),
    _Fragment("S(=O)(=O)", "S", "S", 0.5),
    _Fragment("[Si](C){}", "Si", "Si", 1.5),
    _Fragment("C(F)(F)", "C", "C", 1),
    _Fragment("C(C){}", "C", "C", 1.5),
    _Fragment("C=C", "C", "C", 0.5),
    _Fragment("c1ccc(cc1)", "C", "C", 1.2),
    _Fragment("c1cccc(c1)", "C", "C", 0.4),
    _Fragment("C1CCC(CC1)", "C", "C", 0.3),
    _Fragment("OB({})O", "O", "O", 0.3),
)
_SIDES = (
    ("C", 5.0),
    ("CC", 1.5),
    ("CCCC", 0.7),
    ("COC", 1.0),
    ("COCCOC", 1.0),
    ("COCCOCCOC", 0.8),
    ("C(=O)OC", 1.5),
    ("C(=O)OCCOCCOC", 0.7),
    ("C(=O)N(C)C", 0.5),
    ("CC#N", 0.7),
    ("c1ccccc1", 1.0),
    ("C(F)(F)F", 0.7),
    ("C1COC(=O)O1", 0.5),
    ("CN(C)C", 0.3),
    ("CCS(=O)(=O)C", 0.4),
    ("CCl", 0.3),
    ("CO", 0.5),
)
_MOST_FRAGMENTS = 8
_TRIES_EACH = 60
"""Attempts for one new unit before the fragments are said to be used up."""


def generated_units(count: int, seed: int = 0) -> tuple[str, ...]:
    """`count` distinct canonical repeat units.

    Raises:
        BadInput: a negative count, or more units than the rules easily give.

    >>> generated_units(3) == generated_units(5)[:3]
    True
    """
    if count < 0:
        raise BadInput(f"{count} repeat units", remedy="Ask for none or more")
    draw = random.Random(seed)
    found: dict[str, None] = {}
    idle = 0
    while len(found) < count:
        before = len(found)
        drawn = _drawn(draw)
        if drawn is not None:
            found.setdefault(canonical_repeat_unit(drawn))
        idle = 0 if len(found) > before else idle + 1
        if idle > _TRIES_EACH * 20:
            raise BadInput(f"the rules give hardly more than {len(found)} of {count} units", remedy="Ask for fewer")
    return tuple(found)


def _drawn(draw: random.Random) -> str | None:
    """One unit as SMILES; None where the row of fragments breaks a rule."""
    length = min(1 + int(draw.expovariate(0.33)), _MOST_FRAGMENTS)
    row = draw.choices(_FRAGMENTS, [fragment.weight for fragment in _FRAGMENTS], k=length)
    if any(not _bonded(one.right, other.left) for one, other in zip(row, [*row[1:], row[0]], strict=True)):
        return None
    return "*" + "".join(_with_side(fragment, draw) for fragment in row) + "*"


def _with_side(fragment: _Fragment, draw: random.Random) -> str:
    if "{}" not in fragment.smiles:
        return fragment.smiles
    (side,) = draw.choices([smiles for smiles, _ in _SIDES], [weight for _, weight in _SIDES])
    # Where the braces stand in parentheses already (boron), the side group needs none of its own.
    return fragment.smiles.format(side if "({})" in fragment.smiles else f"({side})")


def _bonded(one: str, other: str) -> bool:
    """Whether two ends may be bonded to one another."""
    if "Si" in (one, other):
        return {one, other} in ({"Si", "C"}, {"Si", "O"})
    return "C" in (one, other)
