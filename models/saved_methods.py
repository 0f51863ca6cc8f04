"""Which class makes a learnt method of saved arrays: none is named by the file itself, so none can be smuggled in."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.boosting import BoostedTrees
from models.kernel_machine import SupportVectors
from models.regressors import Learnt, OtherWeights, TreeMean
from models.structured_points import StructureLearnt

__all__ = ["OtherWeights", "restored"]


def restored(
    kind: str, arrays: Mapping[str, np.ndarray], configuration: Mapping[str, Any] | None = None
) -> Learnt | StructureLearnt:
    """The learnt method of a kind; raises `OtherWeights` for one that this version does not know.

    `configuration` is what a `StructureLearnt` gave with its arrays; other kinds have none.
    """
    if kind == TreeMean.kind:
        return TreeMean.of(arrays)
    if kind == BoostedTrees.kind:
        return BoostedTrees.of(arrays)
    if kind == SupportVectors.kind:
        return SupportVectors.of(arrays)
    if kind == "network":
        from models.networks.method import LearntNetwork

        return LearntNetwork.of(arrays, configuration or {})
    if kind == "multitask_network":
        from models.networks.multitask import LearntMultitask

        return LearntMultitask.of(arrays, configuration or {})
    if kind == "transfer":
        from models.networks.embedding_process import LearntTransfer

        return LearntTransfer.of(arrays, configuration or {})
    if kind == "tanimoto_process":
        from models.kinship.learnt import LearntKinship

        return LearntKinship.of(arrays, configuration or {})
    raise OtherWeights(f"weights of a {kind!r} are unknown to this version; fit the surrogate again from the ledger")
