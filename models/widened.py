"""A surrogate that is made less sure: while results do not come as foretold, a planner is to look further around."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from botorch.models.model import Model

from chemistry.formulation import Formulation
from models.protocols import Condition, JointModel, Posterior, Teachable
from models.rescaled import Rescaled
from models.teaching import Teaching


@dataclass(frozen=True)
class Widened:
    """A `models.protocols.Fitted` and `JointModel` whose standard deviations are multiplied; means stay.

    Attributes:
        model: what was learnt: a `Fitted` that is a `JointModel` too.
        factors: property → what its standard deviations are multiplied by, 1 where it is left out.
    """

    model: JointModel
    factors: Mapping[str, float]

    def posterior(self, formulations: Sequence[Formulation], conditions: Sequence[Condition]) -> Posterior:
        """Mean as it was learnt, standard deviation of the true value wider; the scatter of films is what it was."""
        told: Posterior = self.model.posterior(formulations, conditions)  # pyright: ignore[reportAttributeAccessIssue]
        return Posterior(mean=told.mean, sd=told.sd * np.array(self._of(conditions)), film_sd=told.film_sd)

    def save(self, folder: Path) -> None:
        """What was learnt, without the widening: that belongs to a moment of the campaign."""
        self.model.save(folder)  # pyright: ignore[reportAttributeAccessIssue]

    def botorch_model(self, conditions: Sequence[Condition]) -> Model:
        """The joint model with each output's covariance multiplied by the square of its factor."""
        wider = torch.tensor(self._of(conditions), dtype=torch.double)
        return Rescaled(self.model.botorch_model(conditions), torch.ones_like(wider), wider)

    def features(self, formulations: Sequence[Formulation]) -> np.ndarray:
        """`n x d` inputs of `botorch_model`."""
        return self.model.features(formulations)

    def teaching(
        self, asked: Condition, of: np.ndarray, told: Condition, fidelity: str, rows: np.ndarray, sd: float
    ) -> Teaching:
        """What readings would teach (`models.protocols.Teachable`): more by as much as less is known."""
        if not isinstance(self.model, Teachable):
            raise TypeError(f"{type(self.model).__name__} does not say what a reading would teach")
        known, wider = self.model.teaching(asked, of, told, fidelity, rows, sd), self.factors.get(asked.property, 1.0)
        return Teaching(known.with_asked * wider**2, known.among * wider**2)

    def _of(self, conditions: Sequence[Condition]) -> list[float]:
        return [self.factors.get(condition.property, 1.0) for condition in conditions]
