"""Substructure searches that Ctrl-C neither cuts short nor is lost in.

RDKit takes SIGINT for itself while it searches: an interrupt that falls there ends the search with fewer matches than
there are, and is forgotten, so that the process goes on with wrong counts. Here it waits for the end of the search. An
interrupt of a process whose other threads do not hold it back may still reach RDKit through one of those.
"""

import contextlib
import signal
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdkit import Chem


def matches(structure: "Chem.Mol", pattern: "Chem.Mol", most: int = 1000) -> tuple[tuple[int, ...], ...]:
    """Atoms of each place where the pattern is found, `most` of them at the most."""
    with _interrupts_pending():
        return structure.GetSubstructMatches(pattern, maxMatches=most)


def matches_of_each(structure: "Chem.Mol", patterns: "Iterable[Chem.Mol]") -> list[tuple[tuple[int, ...], ...]]:
    """The same for many patterns, which hold an interrupt back once for all of them."""
    with _interrupts_pending():
        return [structure.GetSubstructMatches(pattern) for pattern in patterns]


def has(structure: "Chem.Mol", pattern: "Chem.Mol") -> bool:
    """Whether the pattern is found."""
    with _interrupts_pending():
        return structure.HasSubstructMatch(pattern)


@contextlib.contextmanager
def _interrupts_pending() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
