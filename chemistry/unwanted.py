"""Groups that a repeat unit drawn by a program must not hold: what would fall apart, burst, or react with lithium.

Polymers that people name are not asked: they exist. A unit is looked at inside its chain, so that a group which only
comes about where one unit meets the next is found too.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from chemistry.canonical import chain_segments, stretch
from chemistry.substructure import matches

if TYPE_CHECKING:
    from rdkit import Chem

UNWANTED = {
    "peroxide": "[OX2][OX2]",
    "bond from nitrogen to oxygen": "[#7+0;!$([#7](=O))]-[OX2]",
    "bond from nitrogen to nitrogen": "[#7+0]~[#7+0;!a]",
    "bond of divalent sulfur to oxygen, nitrogen or sulfur": "[SX2]-[O,N,S]",
    "bond of silicon to anything but carbon and oxygen": "[Si]-[!#6;!#8;!#0]",
    "anhydride": "[#6X3](=O)[OX2][#6X3]=O",
    "acyl halide": "[CX3](=O)[F,Cl,Br,I]",
    "orthoester": "[CX4]([OX2,NX3])([OX2,NX3])[OX2,NX3]",
    "hemiacetal": "[OX2H][CX4][OX2,NX3]",
    "enol": "[OX2H][CX3]=[CX3]",
    "cumulated double bonds": "*=[CX2]=*",
    "aldehyde": "[CX3H1](=O)[#6]",
    "alpha-haloether": "[CX4;!$(C(F)F)]([OX2])[F,Cl,Br,I]",
}
"""SMARTS of each group."""
_SHORTEST_STRETCH = 8
"""Segments of chain that are looked at, at least: no group of the list spans more."""


@lru_cache(maxsize=65536)
def unwanted_groups(unit: str) -> tuple[str, ...]:
    """Names of the unwanted groups (keys of `UNWANTED`) of a repeat unit inside its chain.

    >>> unwanted_groups("*OCO*"), unwanted_groups("*CCO*")
    (('peroxide',), ())
    """
    periods = 1 + -(-_SHORTEST_STRETCH // len(chain_segments(unit)))
    chain = stretch(unit, periods)
    return tuple(name for name, pattern in _patterns().items() if matches(chain, pattern))


@lru_cache(maxsize=1)
def _patterns() -> "dict[str, Chem.Mol]":
    from rdkit import Chem

    return {name: Chem.MolFromSmarts(pattern) for name, pattern in UNWANTED.items()}
