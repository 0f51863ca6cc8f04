"""What encoders learn before any reading: hidden tokens of repeat units, or descriptors that follow from structure.

Both are learnt from polymers that nobody measured, generated here (`chemistry.generated_units`) or named by the user,
so that no reading of a tested polymer is seen. What was pretrained once in a process is given again, to every member of
an ensemble and every fold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from chemistry.errors import BadInput
from chemistry.generated_units import generated_units
from models.networks.encoders import Encoder, MaskedLanguage, TokenEncoder, encoder_of
from models.networks.settings import EncoderSettings, PretrainingSettings
from models.networks.tokens import masked, padded, tokens_of
from models.networks.training import device, seeded
from models.unit_features import COUNTS, unit_counts

EMBEDDING = 32
_SEED = 0
_JUDGED = 10
"""One in so many units is held out to say how well descriptors are foretold."""
_HEAVY = COUNTS.index("heavy atoms")


class DescriptorNetwork(nn.Module):
    """Descriptors of a repeat unit by way of an embedding of `EMBEDDING` numbers."""

    def __init__(self, encoder: EncoderSettings, descriptors: int) -> None:
        super().__init__()
        self.encoder: Encoder = encoder_of(encoder)
        self.neck = nn.Sequential(nn.SiLU(), nn.Linear(encoder.width, EMBEDDING))
        self.head = nn.Sequential(nn.SiLU(), nn.Linear(EMBEDDING, encoder.width), nn.SiLU())
        self.last = nn.Linear(encoder.width, descriptors)

    def embedding(self, units: Sequence[str]) -> Tensor:
        """`u x EMBEDDING`."""
        return self.neck(self.encoder(units))

    def forward(self, units: Sequence[str]) -> Tensor:
        """`u x descriptors`, as standard scores."""
        return self.last(self.head(self.embedding(units)))


@dataclass(frozen=True)
class Embedder:
    """A pretrained network, and the scale of its embedding over the units that it learnt from.

    Attributes:
        centre, scale: `EMBEDDING`.
        explained: share of the variance of the descriptors that is foretold on units held out, mean over descriptors.
    """

    network: DescriptorNetwork
    centre: np.ndarray
    scale: np.ndarray
    explained: float

    @torch.no_grad()
    def of(self, units: Sequence[str]) -> np.ndarray:
        """`u x EMBEDDING` standard scores."""
        parts = [self.network.embedding(units[i : i + 256]).double().numpy() for i in range(0, len(units), 256)]
        return (np.concatenate(parts) - self.centre) / self.scale if parts else np.empty((0, EMBEDDING))


def unlabelled_units(settings: PretrainingSettings, more: Sequence[str]) -> tuple[str, ...]:
    """Generated units and the given ones, each once.

    Raises:
        BadInput: fewer than ten.
    """
    units = tuple(dict.fromkeys([*generated_units(settings.units), *more]))
    if len(units) < 10:
        raise BadInput(f"{len(units)} repeat units to pretrain on", remedy="Ask for ten or more")
    return units


@lru_cache(maxsize=4)
def language_weights(
    encoder: EncoderSettings, settings: PretrainingSettings, more: tuple[str, ...] = ()
) -> dict[str, Tensor]:
    """The `state_dict` of an encoder of tokens that has learnt to guess hidden ones.

    Raises:
        BadInput: the encoder reads no tokens, or there are too few units.
    """
    rows = [tokens_of(smiles) for smiles in unlabelled_units(settings, more)]
    where, random = device(), np.random.default_rng(_SEED)
    with seeded(_SEED):
        reader = encoder_of(encoder)
        if not isinstance(reader, TokenEncoder):
            raise BadInput(
                f"a {encoder.kind} network reads no tokens", remedy="Pretrain a transformer or recurrent one"
            )
        network = MaskedLanguage(reader).to(where)
        hiding = torch.Generator().manual_seed(_SEED)
        optimiser = torch.optim.Adam(network.parameters(), lr=settings.rate)
        for chosen in _steps(len(rows), settings, random, [len(row) for row in rows]):
            tokens = padded([rows[place] for place in chosen])
            given, hidden = masked(tokens, settings.hidden_share, hiding)
            guessed = network(given.to(where))[hidden.to(where)]
            _step(optimiser, network, nn.functional.cross_entropy(guessed, tokens[hidden].to(where)))
    return {name: value.detach().cpu() for name, value in reader.state_dict().items()}


@lru_cache(maxsize=4)
def embedder(encoder: EncoderSettings, settings: PretrainingSettings, more: tuple[str, ...] = ()) -> Embedder:
    """A network that has learnt the descriptors of unlabelled units."""
    units = unlabelled_units(settings, more)
    counts = np.array([unit_counts(unit) for unit in units])
    shares = np.delete(counts, _HEAVY, axis=1) / counts[:, [_HEAVY]]
    spread = shares.std(axis=0)
    shares = shares[:, spread > 1e-9]
    scores = np.clip((shares - shares.mean(axis=0)) / shares.std(axis=0), -4, 4).astype(np.float32)
    goal = torch.from_numpy(scores)
    random = np.random.default_rng(_SEED)
    judged = random.permutation(len(units)) % _JUDGED == 0
    own = np.flatnonzero(~judged)
    where = device()
    with seeded(_SEED):
        network = DescriptorNetwork(encoder, goal.shape[1]).to(where)
        optimiser = torch.optim.Adam(network.parameters(), lr=settings.rate)
        for step in _steps(len(own), settings, random, [len(units[place]) for place in own]):
            chosen = own[step]
            told = network([units[place] for place in chosen])
            _step(optimiser, network, nn.functional.mse_loss(told, goal[torch.from_numpy(chosen)].to(where)))
    network.cpu().eval()
    with torch.no_grad():
        left = network([unit for unit, out in zip(units, judged, strict=True) if out]).numpy() - scores[judged]
        vectors = network.embedding(units).double().numpy()
    explained = 1 - float((left**2).mean() / np.maximum(scores[judged].var(axis=0), 1e-9).mean())
    return Embedder(network, vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6), explained)


def _steps(
    count: int, settings: PretrainingSettings, random: np.random.Generator, lengths: Sequence[int]
) -> Iterator[np.ndarray]:
    """Places of the units of each step; units of like length stand together, so that little is padding."""
    size = np.asarray(lengths)
    for _ in range(settings.epochs):
        order = random.permutation(count)
        order = order[np.argsort(size[order] // 8, kind="stable")]
        starts = np.arange(0, count, settings.batch)
        for start in random.permutation(starts):
            yield order[start : start + settings.batch]


def _step(optimiser: torch.optim.Optimizer, network: nn.Module, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
