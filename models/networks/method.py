"""A network as a learning method: what it is made of, one fit, and weights that save as plain arrays."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from models.networks.settings import EncoderSettings, PretrainingSettings, TrainingSettings
from models.regressors import OtherWeights
from models.structured_points import StructuredPoints

if TYPE_CHECKING:
    from models.networks.laws import LawName
    from models.networks.property_network import PropertyNetwork
    from models.networks.readings import Columns, Descriptors

VERSION = 1
"""Of what a saved network means; another is refused."""


@dataclass(frozen=True)
class Network:
    """One member of a deep ensemble: a `models.structured_points.StructureRegressor`.

    Attributes:
        encoder: what reads structures; None for columns alone.
        descriptors: which columns beside structures: composition alone, or all chemical features.
        law: readout of a property that follows one (`models.networks.laws.ACTIVATED`).
        may_fall: whether such a property may fall with temperature.
        width: of the hidden layers after the encoder.
        pretraining: of the encoder by masked language; None for weights as drawn.
        unlabelled: further repeat units to pretrain on.
    """

    name: str
    seed: int = 0
    encoder: EncoderSettings | None = None
    descriptors: "Descriptors" = "composition"
    law: "LawName" = "vtf"
    may_fall: bool = False
    width: int = 64
    training: TrainingSettings = field(default_factory=TrainingSettings)
    pretraining: PretrainingSettings | None = None
    unlabelled: tuple[str, ...] = ()

    def learn(
        self, points: StructuredPoints, target: np.ndarray, weight: np.ndarray, groups: np.ndarray
    ) -> "LearntNetwork":
        """Train; the same seed, rows and number of threads give the same weights."""
        from models.networks.laws import ACTIVATED, Readout
        from models.networks.property_network import PropertyNetwork
        from models.networks.readings import Columns, Readings
        from models.networks.training import seeded, train

        law = self.law if points.property in ACTIVATED else "plain"
        temperatures = points.points.temperature_C
        coldest = float(np.nanmin(temperatures)) if not np.isnan(temperatures).all() else 0.0
        readout = Readout(law, self.may_fall, float(target.mean()), float(target.std()) or 1.0, coldest + 273.15)
        columns = Columns.of(points, self.descriptors, law)
        readings = Readings(points, columns, law)
        with seeded(self.seed):
            network = PropertyNetwork(self.encoder, len(columns.names), self.width, self.training.dropout, readout)
            if self.encoder is not None and network.encoder is not None and self.pretraining is not None:
                from models.networks.pretraining import language_weights

                network.encoder.load_state_dict(language_weights(self.encoder, self.pretraining, self.unlabelled))
            train(network, readings, target, weight, groups, self.training, self.seed)
        return LearntNetwork(network, columns, self.encoder, self.width)


@dataclass(frozen=True)
class LearntNetwork:
    """A trained network: a `models.structured_points.StructureLearnt`."""

    kind: ClassVar[str] = "network"

    network: "PropertyNetwork"
    columns: "Columns"
    encoder: EncoderSettings | None
    width: int

    def foretell(self, points: StructuredPoints) -> tuple[np.ndarray, np.ndarray]:
        """`n` values; one network has no opinion of its own error, the ensemble has."""
        from models.networks.readings import Readings
        from models.networks.training import foretold

        readings = Readings(points, self.columns, self.network.law.readout.law)
        told = foretold(self.network, readings, np.arange(len(points)))
        return told, np.zeros(len(points))

    def constants(self, points: StructuredPoints) -> dict[str, np.ndarray]:
        """Constants of the law of each row, such as `log10_A` and `E_kJ_mol`."""
        import torch

        from models.networks.readings import Readings

        readings = Readings(points, self.columns, self.network.law.readout.law)
        with torch.no_grad():
            raw = self.network.outputs(readings.batch(np.arange(len(points))))
            return {name: value.numpy() for name, value in self.network.law.constants(raw).items()}

    def arrays(self) -> dict[str, np.ndarray]:
        """The `state_dict`, and the standard scores of the columns."""
        weights = {f"state/{name}": value.numpy() for name, value in self.network.state_dict().items()}
        return {**weights, **self.columns.arrays()}

    def configuration(self) -> dict[str, Any]:
        """Sizes, law and columns, with what tells another version."""
        return {
            "version": VERSION,
            "reads": alphabet_of(self.encoder),
            "encoder": None if self.encoder is None else asdict(self.encoder),
            "width": self.width,
            "columns": list(self.columns.names),
            "readout": self.network.law.readout.as_json(),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], configuration: Mapping[str, Any]) -> "LearntNetwork":
        """From the arrays and the configuration of another.

        Raises:
            OtherWeights: of another version, with another alphabet or other features, or of other sizes.
        """
        import torch

        from models.networks.laws import Readout
        from models.networks.property_network import PropertyNetwork
        from models.networks.readings import Columns

        encoder = encoder_settings(configuration)
        readout = Readout(**configuration["readout"])
        columns = Columns.restored(configuration["columns"], arrays)
        network = PropertyNetwork(encoder, len(columns.names), configuration["width"], 0.0, readout)
        load_weights(network, arrays, "state/")
        with torch.no_grad():
            return cls(network.eval(), columns, encoder, configuration["width"])


def encoder_settings(configuration: Mapping[str, Any]) -> EncoderSettings | None:
    """The encoder of a saved network; raises `OtherWeights` where this version reads structures differently."""
    if configuration.get("version") != VERSION:
        raise OtherWeights("a network was saved by another version; fit the surrogate again from the ledger")
    told = configuration["encoder"]
    encoder = None if told is None else EncoderSettings(**told)
    if configuration["reads"] != alphabet_of(encoder):
        raise OtherWeights(
            "a saved network reads structures otherwise than this version does; fit the surrogate again from the ledger"
        )
    return encoder


def alphabet_of(encoder: EncoderSettings | None) -> str:
    """What the encoder's input is made of: another alphabet makes the same weights mean something else."""
    if encoder is None:
        return "columns"
    if encoder.kind == "graph":
        from models.networks.graphs import feature_sizes

        return "graph " + " ".join(map(str, feature_sizes()))
    from models.networks.tokens import ALPHABET_HASH

    return f"tokens {ALPHABET_HASH}"


def load_weights(network: Any, arrays: Mapping[str, np.ndarray], prefix: str) -> None:
    """Put saved arrays into a network; raises `OtherWeights` where a name or a size is not the network's own."""
    import torch

    own = {
        key.removeprefix(prefix): torch.from_numpy(np.array(a)) for key, a in arrays.items() if key.startswith(prefix)
    }
    try:
        network.load_state_dict(own)
    except RuntimeError as error:
        raise OtherWeights(
            "weights do not fit the network that their configuration tells; fit the surrogate again from the ledger"
        ) from error
