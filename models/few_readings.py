"""Which of many readings a method learns from: a few of each group, or of each of a few films.

Those that are drawn here are drawn with a seed; processes of campaigns, whose fit knows no chance, take theirs evenly
(`models.film_choice`).
"""

import numpy as np


def few_of_each(groups: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Places of at most so many rows of each group (`n`), drawn with a seed, in their order."""
    random = np.random.default_rng(seed)
    return np.sort(
        np.concatenate([random.permutation(np.flatnonzero(groups == own))[:most] for own in np.unique(groups)])
    )


def rank_in_group(groups: np.ndarray) -> np.ndarray:
    """`n`, how many rows of the same group stand before each.

    >>> rank_in_group(np.array([7, 5, 7, 7, 5])).tolist()
    [0, 0, 1, 2, 1]
    """
    order = np.argsort(groups, kind="stable")
    own = groups[order]
    rank = np.empty(len(groups), dtype=int)
    rank[order] = np.arange(len(own)) - np.searchsorted(own, own)
    return rank


def few_films(film: np.ndarray, films: int, readings: int) -> np.ndarray:
    """`n`, rows of the first films to come, and of each the first readings."""
    kept = list(dict.fromkeys(film.tolist()))[:films]
    return np.isin(film, kept) & (rank_in_group(film) < readings)


def few_of_each_group(
    film: np.ndarray, groups: np.ndarray, films: int, readings: int, most: int, seed: int
) -> np.ndarray:
    """Rows of so many films of each group and so many readings of each film, drawn with a seed.

    Where there are more than `most`, every group has its first film before any has its second.
    """
    order = np.random.default_rng(seed).permutation(len(film))
    order = order[rank_in_group(film[order]) < readings]
    known, first = np.unique(film[order], return_index=True)
    came = np.argsort(first)  # films as they were drawn
    rank = np.empty(known.max(initial=-1) + 1, dtype=int)
    rank[known[came]] = rank_in_group(groups[order[first[came]]])
    order = order[np.argsort(rank[film[order]], kind="stable")]
    return order[rank[film[order]] < films][:most]
