"""The hash that ties weights to their configuration: the files of two checkpoints are never mixed in silence."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.regressors import OtherWeights

HASH = "weights_sha256"
"""Its name in `configuration.json`."""


def weights_hash(weights: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def refuse_other_weights(configuration: Mapping[str, Any], weights: Path) -> None:
    """Refuse weights that a configuration was not written with; one from before there was a hash says nothing.

    Raises:
        OtherWeights: they are of another checkpoint, or were changed.
    """
    if HASH in configuration and configuration[HASH] != weights_hash(weights):
        raise OtherWeights(f"{weights.name} is not the file that configuration.json was written with")
