"""SMILES of repeat units and salts as rows of tokens.

The alphabet is fixed here and not taken from data, so that a saved network reads every SMILES as it did when it learnt.
A bracket atom that is not in the alphabet is `<unknown>`: seen, and not known. Units are canonical and periodic, so one
chain has one row of tokens however it was written; `*` stands at both cuts.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

PADDING, MASK, UNKNOWN, START, END = "<padding>", "<mask>", "<unknown>", "<start>", "<end>"
_ATOMS = ["C", "N", "O", "F", "S", "P", "B", "I", "Cl", "Br", "c", "n", "o", "s", "p", "b"]
# fmt: off
_BRACKETS = [
    "[Li+]", "[N-]", "[n-]", "[O-]", "[S-]", "[C-]", "[B-]", "[P-]", "[Al-]", "[As-]", "[Sb-]", "[F-]", "[Cl-]",
    "[Br-]", "[I-]", "[N+]", "[n+]", "[NH+]", "[NH2+]", "[NH3+]", "[P+]", "[S+]", "[Si]", "[SiH]", "[SiH2]",
    "[Si-]", "[Ca]", "[nH]", "[O]", "[S]", "[F]", "[Cl]", "[C@]", "[C@@]", "[C@H]", "[C@@H]", "[Cl+3]", "[Ge]",
    "[Sn]", "[Se]", "[Al]", "[B]",
]
# fmt: on
_MARKS = [*"()=#-.*/\\:", *"123456789", "%10", "%11", "%12"]
ALPHABET: tuple[str, ...] = (PADDING, MASK, UNKNOWN, START, END, *_ATOMS, *_BRACKETS, *_MARKS)
"""Every token, in the order of its number."""
SPECIAL = 5
"""How many of them, at the beginning, stand for no part of a SMILES."""
ALPHABET_HASH = hashlib.sha256(" ".join(ALPHABET).encode()).hexdigest()[:12]
"""Tells whether a saved network read the same alphabet."""

_NUMBER = {token: number for number, token in enumerate(ALPHABET)}
_PIECES = re.compile(r"\[[^\]]+\]|Cl|Br|%\d\d|.")


@lru_cache(maxsize=65536)
def tokens_of(smiles: str) -> tuple[int, ...]:
    """Numbers of the tokens, between start and end.

    >>> [ALPHABET[number] for number in tokens_of("*CCO*")]
    ['<start>', '*', 'C', 'C', 'O', '*', '<end>']
    """
    inside = (_NUMBER.get(piece, _NUMBER[UNKNOWN]) for piece in _PIECES.findall(smiles))
    return (_NUMBER[START], *inside, _NUMBER[END])


def padded(rows: Sequence[tuple[int, ...]]) -> Tensor:
    """`b x l` token numbers, the shorter rows padded at their end."""
    width = max(map(len, rows))
    return torch.tensor([[*row, *(0,) * (width - len(row))] for row in rows], dtype=torch.long)


def masked(tokens: Tensor, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Tokens with some hidden, and which were: `b x l` each.

    Of the chosen ones, eight in ten become the mask, one in ten another token, one in ten stays (Devlin et al., NAACL
    2019). Start, end and padding are never chosen; of every row at least one token is.
    """
    draw = torch.rand(tokens.shape, generator=generator)
    real = tokens >= SPECIAL
    draw = torch.where(real, draw, torch.full_like(draw, 2.0))
    chosen = draw < share
    least = torch.zeros_like(chosen).scatter_(1, draw.argmin(dim=1, keepdim=True), True)
    chosen = (chosen | least) & real
    fate = torch.rand(tokens.shape, generator=generator)
    other = torch.randint(SPECIAL, len(ALPHABET), tokens.shape, generator=generator)
    hidden = torch.where(fate < 0.8, torch.full_like(tokens, _NUMBER[MASK]), torch.where(fate < 0.9, other, tokens))
    return torch.where(chosen, hidden, tokens), chosen
