"""The method of transfer learning by name and settings; torch is loaded when it learns."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models.networks.settings import EncoderSettings, PretrainingSettings
from models.structured_points import StructuredPoints

if TYPE_CHECKING:
    from models.networks.embedding_process import LearntTransfer


@dataclass(frozen=True)
class Transfer:
    """Pretrained graph network → embedding → Gaussian process: a `models.structured_points.StructureRegressor`.

    Attributes:
        encoder: of the graph network.
        pretraining: on unlabelled polymers.
        unlabelled: further repeat units.
        learn_films: films that hyperparameters are learnt from, at three temperatures each.
        most_readings: that the posterior rests on; memory and time grow with its square and cube.
        rows_of_a_polymer: at most so many of them of one polymer.
    """

    name: str = "graph_transfer"
    encoder: EncoderSettings = field(default_factory=lambda: EncoderSettings("graph", width=96))
    pretraining: PretrainingSettings = field(default_factory=PretrainingSettings)
    unlabelled: tuple[str, ...] = ()
    learn_films: int = 120
    most_readings: int = 2400
    rows_of_a_polymer: int = 60
    seed: int = 0

    def learn(
        self, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
    ) -> "LearntTransfer":
        """Learn hyperparameters and posterior; the graph network is pretrained once in a process."""
        from models.networks.embedding_process import learnt_transfer

        return learnt_transfer(self, points, target, weight, groups)
