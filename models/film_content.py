"""What a film says, whatever its name: the order in which films are learnt, and the hash of a training set."""

import hashlib
from collections.abc import Iterable

from ledger.film import Film


def film_content(film: Film) -> str:
    """What a film says, as text: films are sorted by it, so that neither order nor names matter."""
    return "|".join([film.formulation.key, *sorted(reading.model_dump_json() for reading in film.readings)])


def film_key(film: Film) -> str:
    """sha256 (16 hex digits) of what one film says, whatever its name."""
    return hashlib.sha256(film_content(film).encode()).hexdigest()[:16]


def training_hash(films: Iterable[Film]) -> str:
    """sha256 (16 hex digits) of what a fit learns from, whatever the order and the names of the films."""
    return hashlib.sha256("\n".join(sorted(film_content(film) for film in films)).encode()).hexdigest()[:16]
