"""Which class makes a learnt method of saved arrays: none is named by the file itself, so none can be smuggled in."""

from collections.abc import Mapping

import numpy as np

from chemistry.errors import IonloopError
from models.boosting import BoostedTrees
from models.kernel_machine import SupportVectors
from models.regressors import Learnt, TreeMean


class OtherWeights(IonloopError):
    """A saved surrogate that this version cannot load."""


def restored(kind: str, arrays: Mapping[str, np.ndarray]) -> Learnt:
    """The learnt method of a kind; raises `OtherWeights` for one that this version does not know."""
    if kind == TreeMean.kind:
        return TreeMean.of(arrays)
    if kind == BoostedTrees.kind:
        return BoostedTrees.of(arrays)
    if kind == SupportVectors.kind:
        return SupportVectors.of(arrays)
    raise OtherWeights(f"weights of a {kind!r} are unknown to this version; fit the surrogate again from the ledger")
