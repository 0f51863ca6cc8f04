"""A surrogate's model with every objective turned into one to maximise."""

from collections.abc import Sequence

import torch
from botorch.models.model import Model

from models.rescaled import Rescaled


def upwards(model: object, signs: Sequence[float]) -> Model:
    """The model with minimised outputs negated, so that all are to maximise; `TypeError` for what is not BoTorch's."""
    factors = torch.tensor(signs, dtype=torch.double)
    raised = Rescaled(model, factors, factors)
    return raised if (factors < 0).any() else raised.model
