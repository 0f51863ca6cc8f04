"""Networks that read a structure: message passing over graphs, a transformer or a recurrent network over tokens.

Each turns a list of SMILES, repeat units or salts, into one vector for each; what depends on composition and
temperature is put on top (`models.networks.property_network`). Sizes are in `EncoderSettings`, so that a larger one is
a matter of configuration.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.networks.graphs import feature_sizes, graph_of
from models.networks.settings import EncoderSettings
from models.networks.tokens import ALPHABET, padded, tokens_of


class Encoder(nn.Module):
    """Reads structures; `forward` gives `b x width` for b SMILES."""

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__()
        self.settings = settings

    def forward(self, structures: Sequence[str]) -> Tensor:
        """One vector for each structure."""
        raise NotImplementedError


class GraphEncoder(Encoder):
    """Bond-centred message passing of chemprop 2, and the mean over the atoms."""

    def __init__(self, settings: EncoderSettings) -> None:
        from chemprop.nn import BondMessagePassing

        super().__init__(settings)
        atoms, bonds = feature_sizes()
        # Its base inherits the hyperparameters that its protocol declares, which a type checker does not see.
        self.passing = BondMessagePassing(d_v=atoms, d_e=bonds, d_h=settings.width, depth=settings.depth)  # pyright: ignore[reportAbstractUsage]

    def forward(self, structures: Sequence[str]) -> Tensor:
        """Mean over the atoms of each graph, which for a periodic graph is that of one unit."""
        from chemprop.data import BatchMolGraph

        batch = BatchMolGraph([graph_of(smiles) for smiles in structures])
        batch.to(next(self.parameters()).device)
        atoms = self.passing(batch)
        total = atoms.new_zeros(len(structures), atoms.shape[1]).index_add(0, batch.batch, atoms)
        return total / torch.bincount(batch.batch, minlength=len(structures))[:, None]


class TokenEncoder(Encoder):
    """Reads rows of tokens; a structure is the mean over its own tokens."""

    def hidden(self, tokens: Tensor) -> Tensor:
        """`b x l x width` of `b x l` token numbers; what stands at padding means nothing."""
        raise NotImplementedError

    def forward(self, structures: Sequence[str]) -> Tensor:
        """Mean over the tokens of each structure."""
        tokens = padded([tokens_of(smiles) for smiles in structures]).to(next(self.parameters()).device)
        # The first is the padding; the others that stand for no SMILES belong to the row all the same.
        real = (tokens > 0).unsqueeze(-1)
        return (self.hidden(tokens) * real).sum(dim=1) / real.sum(dim=1)


class Transformer(TokenEncoder):
    """Self-attention with sinusoidal positions (Vaswani et al., NeurIPS 2017), normalised before each layer."""

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__(settings)
        width = settings.width
        self.embedding = nn.Embedding(len(ALPHABET), width, padding_idx=0)
        layer = nn.TransformerEncoderLayer(
            width, settings.heads, 2 * width, dropout=0.0, batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, settings.depth, nn.LayerNorm(width), enable_nested_tensor=False)

    def hidden(self, tokens: Tensor) -> Tensor:
        """Attention over the row, padding left aside."""
        given = self.embedding(tokens) * math.sqrt(self.settings.width)
        return self.layers(given + _positions(given), src_key_padding_mask=tokens == 0)


class Recurrent(TokenEncoder):
    """Gated recurrent units in both directions (Cho et al., EMNLP 2014)."""

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__(settings)
        self.embedding = nn.Embedding(len(ALPHABET), settings.width, padding_idx=0)
        self.layers = nn.GRU(settings.width, settings.width // 2, settings.depth, batch_first=True, bidirectional=True)

    def hidden(self, tokens: Tensor) -> Tensor:
        """What was read up to each token, from either side."""
        length = (tokens > 0).sum(dim=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), length, batch_first=True, enforce_sorted=False
        )
        told, _ = self.layers(packed)
        return nn.utils.rnn.pad_packed_sequence(told, batch_first=True, total_length=tokens.shape[1])[0]


class MaskedLanguage(nn.Module):
    """Guesses hidden tokens from those around them."""

    def __init__(self, encoder: TokenEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.guess = nn.Linear(encoder.settings.width, len(ALPHABET))

    def forward(self, tokens: Tensor) -> Tensor:
        """`b x l x a` scores of each token of the alphabet at each place."""
        return self.guess(self.encoder.hidden(tokens))


def encoder_of(settings: EncoderSettings) -> Encoder:
    """The encoder of these settings, its weights drawn by torch's generator."""
    kinds = {"graph": GraphEncoder, "transformer": Transformer, "recurrent": Recurrent}
    return kinds[settings.kind](settings)


def _positions(given: Tensor) -> Tensor:
    """`l x width` sines and cosines of the place in the row."""
    length, width = given.shape[1:]
    place = torch.arange(length, dtype=given.dtype, device=given.device)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, dtype=given.dtype, device=given.device) * (-math.log(1e4) / width))
    return torch.stack([torch.sin(place * rate), torch.cos(place * rate)], dim=-1).reshape(length, width)
