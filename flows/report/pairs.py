"""Which objectives are drawn against which."""

from itertools import combinations


def objective_pairs(count: int) -> list[tuple[int | None, int]]:
    """The panels of a front of `count` objectives, x and y; x is None where it is the experiment's number.

    >>> objective_pairs(1), objective_pairs(3)
    ([(None, 0)], [(0, 1), (0, 2), (1, 2)])
    """
    if count == 1:
        return [(None, 0)]
    return [*combinations(range(count), 2)]
