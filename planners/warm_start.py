"""Which published films a campaign learns from before its first experiment."""

from collections.abc import Iterable

from ledger.film import Film
from planners.space import DesignSpace

MOST_FILMS = 200
"""Published films that a surrogate is given. More of them slow every fit down and say little that is new: a table of
thousands repeats few hosts, and one film of ours outweighs many whose cells nobody knows."""


def relevant_films(films: Iterable[Film], space: DesignSpace, most: int = MOST_FILMS) -> tuple[Film, ...]:
    """The published films nearest to a design space: its polymers first, then its salts in other hosts.

    Where there are too many of a kind an even share is taken, in the order of their formulations, so that the answer
    depends on nothing but what the films hold.
    """
    hosts = {polymer.units for polymer in space.polymers}
    salts = set(space.salts)
    same_host: list[Film] = []
    same_salt: list[Film] = []
    for film in sorted(films, key=lambda film: (film.formulation.key, film.film_id)):
        if film.formulation.polymer.units in hosts:
            same_host.append(film)
        elif film.formulation.salt in salts:
            same_salt.append(film)
    chosen = _evenly(same_host, most)
    return (*chosen, *_evenly(same_salt, most - len(chosen)))


def _evenly(films: list[Film], most: int) -> list[Film]:
    if len(films) <= most:
        return films
    return [films[place * len(films) // most] for place in range(most)]
