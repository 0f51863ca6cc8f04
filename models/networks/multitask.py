"""A multitask network as a learning method: one encoder over repeat units, a head for each fidelity, trained together.

Many short simulations and few long ones, or many simulations and few experiments, share what they say of structure
(Xie et al., Nat. Commun. 2022, 13, 3415; review: Digital Discovery 2023, 2, 1660, section 3.2). What is foretold is the
fidelity nearest to experiment. Where an experiment's polymer is held out, for stopping or for the width of intervals,
what theory says of that polymer is held out as well: intervals are those of a polymer of which there is no theory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from models.fidelity_tables import Beside, joined
from models.networks.method import LearntNetwork, encoder_settings, load_weights
from models.networks.settings import EncoderSettings, TrainingSettings
from models.structured_points import StructuredPoints

if TYPE_CHECKING:
    from models.networks.laws import LawName
    from models.networks.readings import Descriptors


@dataclass(frozen=True)
class MultitaskNetwork:
    """One member of an ensemble: a `models.fidelity_tables.LearnsBeside`.

    Attributes:
        encoder, descriptors, law, may_fall, width, training: as those of `models.networks.method.Network`.
        apart: weight of the penalty on what the heads have apart.
        balance: 1 gives each fidelity the same say in training whatever its number of readings, 0 each reading.
        theory: what is learnt beside; None for a network of one task.
    """

    name: str
    seed: int = 0
    encoder: EncoderSettings | None = None
    descriptors: "Descriptors" = "composition"
    law: "LawName" = "vtf"
    may_fall: bool = False
    width: int = 64
    training: TrainingSettings = field(default_factory=TrainingSettings)
    apart: float = 0.01
    balance: float = 0.5
    theory: Beside | None = None

    def beside(self, theory: Beside | None) -> "MultitaskNetwork":
        """The same method with readings to learn beside."""
        return replace(self, theory=theory)

    def learn(
        self, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
    ) -> "LearntMultitask":
        """Train; the same seed, rows and number of threads give the same weights."""
        from models.networks.laws import ACTIVATED, Readout
        from models.networks.multitask_network import MultitaskPropertyNetwork
        from models.networks.readings import Columns, Readings
        from models.networks.training import seeded, train

        law = self.law if points.property in ACTIVATED else "plain"
        fidelity, names = np.zeros(len(points), dtype=int), ()
        if self.theory is not None:
            theory, names = _known(self.theory, groups), self.theory.names
            points = joined(points, theory.points)
            fidelity = np.concatenate([fidelity, theory.fidelity + 1])
            target, weight, groups = (
                np.concatenate([own, other])
                for own, other in ((target, theory.value), (weight, theory.weight), (groups, theory.group))
            )
        temperatures = points.points.temperature_C
        coldest = float(np.nanmin(temperatures)) if not np.isnan(temperatures).all() else 0.0
        readouts = [
            Readout(law, self.may_fall, *_centre_and_scale(target[fidelity == place], target), coldest + 273.15)
            for place in range(1 + len(names))
        ]
        columns = Columns.of(points, self.descriptors, law)
        readings = Readings(points, columns, law, fidelity)
        counts = np.bincount(fidelity, minlength=len(readouts))
        say = (len(fidelity) / (len(counts) * np.maximum(counts, 1))) ** self.balance
        sizes = (len(columns.names), self.width, self.training.dropout)
        with seeded(self.seed):
            network = MultitaskPropertyNetwork(self.encoder, *sizes, readouts, self.apart)
            train(network, readings, target, weight * say[fidelity], groups, self.training, self.seed)
        return LearntMultitask(network, columns, self.encoder, self.width, names)


@dataclass(frozen=True)
class LearntMultitask(LearntNetwork):
    """A trained network: a `models.structured_points.StructureLearnt` of its first fidelity."""

    kind: ClassVar[str] = "multitask_network"

    fidelities: tuple[str, ...]
    """Names of the other heads."""

    def configuration(self) -> dict[str, Any]:
        """That of a network, with the readouts of the other heads."""
        from models.networks.multitask_network import MultitaskPropertyNetwork

        if not isinstance(self.network, MultitaskPropertyNetwork):
            raise TypeError("a multitask network has a head for each fidelity")
        others = [law.readout.as_json() for law in self.network.laws[1:]]
        return {**super().configuration(), "fidelities": list(self.fidelities), "other_readouts": others}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], configuration: Mapping[str, Any]) -> "LearntMultitask":
        """From the arrays and the configuration of another; raises `OtherWeights` for those of another version."""
        import torch

        from models.networks.laws import Readout
        from models.networks.multitask_network import MultitaskPropertyNetwork
        from models.networks.readings import Columns

        encoder, width = encoder_settings(configuration), configuration["width"]
        told = (configuration["readout"], *configuration["other_readouts"])
        columns = Columns.restored(configuration["columns"], arrays)
        readouts = [Readout(**one) for one in told]
        network = MultitaskPropertyNetwork(encoder, len(columns.names), width, 0.0, readouts, 0.0)
        load_weights(network, arrays, "state/")
        with torch.no_grad():
            return cls(network.eval(), columns, encoder, width, tuple(configuration["fidelities"]))


def _known(theory: Beside, groups: np.ndarray) -> Beside:
    """Theory on polymers that are trained on, and on those of which there is no experiment at all."""
    return theory.take(np.flatnonzero(np.isin(theory.group, groups) | (theory.group >= theory.polymers)))


def _centre_and_scale(own: np.ndarray, every: np.ndarray) -> tuple[float, float]:
    """Mean and spread of a fidelity; with fewer than three values the spread is that of all."""
    some = own if len(own) else every
    return float(some.mean()), float(own.std() if len(own) > 2 else every.std()) or 1.0
