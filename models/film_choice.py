"""Which films, and which of their readings, a process learns from where there are too many."""

import numpy as np

from ledger.film import THEORY, Reading

FilmRows = list[tuple[int, Reading]]
"""Readings of a property, each with the place of its film."""


def without_theory(rows: FilmRows) -> FilmRows:
    """The experiments where there are any: theory is of another fidelity and is not learnt as if it were the same."""
    return [row for row in rows if row[1].source not in THEORY] or rows


def even(films: list[FilmRows], most: int) -> list[FilmRows]:
    """Films evenly taken, so that about `most` readings remain; all of them where they are no more."""
    total = sum(map(len, films))
    if total <= most:
        return films
    wanted = max(int(len(films) * most / total), 0)
    return [films[int(i * len(films) / wanted)] for i in range(wanted)]


def thinned(rows: FilmRows, films: int, temperatures: int) -> FilmRows:
    """At most so many films, evenly taken, and of each at most so many readings, coldest and hottest among them."""
    by_film: dict[int, FilmRows] = {}
    for place, reading in rows:
        by_film.setdefault(place, []).append((place, reading))
    groups = list(by_film.values())
    chosen = [groups[int(i * len(groups) / min(films, len(groups)))] for i in range(min(films, len(groups)))]
    thin = []
    for own in chosen:
        picks = sorted({round(i) for i in np.linspace(0, len(own) - 1, min(temperatures, len(own)))})
        thin += [own[pick] for pick in picks]
    return thin
