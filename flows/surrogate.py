"""The surrogate of a campaign: fitted when asked, never twice for the same films, packed for the ledger."""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.film import Film

if TYPE_CHECKING:
    from models.gaussian_process import FittedGaussianProcess


def fit_films(films: Sequence[Film]) -> "FittedGaussianProcess":
    """The Gaussian process of these films. A pure function, so what was fitted a moment ago is given again."""
    return _fit(tuple(films))


@lru_cache(maxsize=4)
def _fit(films: tuple[Film, ...]) -> "FittedGaussianProcess":
    from models.gaussian_process import GaussianProcess

    return GaussianProcess().fit(films)


def pack(fitted: "FittedGaussianProcess") -> bytes:
    """Weights and configuration as one archive."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        fitted.save(Path(folder))
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()
