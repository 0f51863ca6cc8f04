"""What a film says, whatever its name: the order in which films are learnt, and the hash of a training set."""

import hashlib
from collections.abc import Iterable

from ledger.film import Film, Reading


def film_content(film: Film) -> str:
    """What a film says, as text: films are sorted by it, so that neither order nor names matter."""
    return "|".join([film.formulation.key, *sorted(_said(r) + _since(r) for r in film.readings)])


def film_key(film: Film) -> str:
    """sha256 (16 hex digits) of what one film says, whatever its name and whatever came after it."""
    said = "|".join([film.formulation.key, *sorted(map(_said, film.readings))])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def training_hash(films: Iterable[Film]) -> str:
    """sha256 (16 hex digits) of what a fit learns from, whatever the order and the names of the films."""
    return hashlib.sha256("\n".join(sorted(film_content(film) for film in films)).encode()).hexdigest()[:16]


def _said(reading: Reading) -> str:
    return reading.model_dump_json(exclude={"shifts_since"})


def _since(reading: Reading) -> str:
    return f" {reading.shifts_since} shifts ago" if reading.shifts_since else ""
