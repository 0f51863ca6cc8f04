"""The numbers of a pool kept on disk, so that they are worked out once for each list of polymers."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from models.unit_features import COUNTS, FINGERPRINT_BITS, RADIUS
from planners.pool.candidates import Pool, counted

_FORMAT = 1
"""Of the files, and of the way in which the numbers are worked out."""


def kept_pool(units: tuple[str, ...], folder: Path, told: Callable[[int], None] = lambda _: None) -> Pool:
    """The pool of canonical units, all different, from files of `folder`, or worked out and written there.

    The files are named by the content that they follow from. They are read a page at a time: of a million polymers no
    more is in memory than is compared. `told` hears how many units are done.

    Raises:
        OSError: the folder cannot be written to.
    """
    counts, numbers = (folder / f"{_key(units)}-{kind}.npy" for kind in ("counts", "numbers"))
    if not (counts.exists() and numbers.exists()):
        pool = counted(units, told)
        _write(counts, pool.counts)
        _write(numbers, pool.numbers)
    return Pool(units, np.load(counts, mmap_mode="r"), np.load(numbers, mmap_mode="r"))


def _key(units: tuple[str, ...]) -> str:
    digest = hashlib.sha256(repr((_FORMAT, FINGERPRINT_BITS, RADIUS, COUNTS)).encode())
    for unit in units:
        digest.update(unit.encode() + b"\n")
    return digest.hexdigest()[:32]


def _write(path: Path, content: np.ndarray) -> None:
    """Whole or not at all: another process may be looking."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=path.parent, suffix=".part", delete=False) as file:
        np.save(file, content)
    Path(file.name).replace(path)
