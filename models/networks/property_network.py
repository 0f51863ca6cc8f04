"""The network that all share: structures read by an encoder, columns beside them, a law at the end.

A polymer is the mean of its repeat units' vectors by mole fraction. What is not known is no zero: a column that a row
does not have is filled by a number that is learnt, with a mark that says so, and a film without salt gets a vector of
its own in the place of the salt's.
"""

import torch
from torch import Tensor, nn

from models.networks.encoders import encoder_of
from models.networks.laws import Readout
from models.networks.readings import Batch
from models.networks.settings import EncoderSettings


class PropertyNetwork(nn.Module):
    """From rows to values of one property."""

    def __init__(
        self, encoder: EncoderSettings | None, columns: int, width: int, dropout: float, readout: Readout
    ) -> None:
        """`columns` is the number of features beside structures; without an encoder they are all there is."""
        super().__init__()
        self.encoder = None if encoder is None else encoder_of(encoder)
        self.missing = nn.Parameter(torch.zeros(columns))
        read = 0 if encoder is None else encoder.width
        self.no_salt = nn.Parameter(torch.zeros(read))
        self.law = readout.module()
        self.body = nn.Sequential(
            nn.Linear(2 * columns + 2 * read, width),
            nn.SiLU(),
            nn.Dropout(dropout),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Dropout(dropout),
        )
        self.head = nn.Linear(width, self.law.outputs)
        nn.init.zeros_(self.head.bias)
        nn.init.normal_(self.head.weight, std=0.1 / width**0.5)

    def forward(self, batch: Batch) -> Tensor:
        """`n` values in the unit of the property."""
        return self.law(self.outputs(batch), batch.temperature_K)

    def outputs(self, batch: Batch) -> Tensor:
        """`n x outputs`, what the law is made of."""
        return self.head(self.hidden(batch))

    def scale_of(self, batch: Batch) -> Tensor | float:
        """Spread of the training values that an error of each row is told in."""
        return self.law.readout.scale

    def penalty(self) -> Tensor | float:
        """What is added to the loss for weights that should be small."""
        return 0.0

    def hidden(self, batch: Batch) -> Tensor:
        """`n x width`, what the head reads."""
        known = batch.known
        parts = [torch.where(known, batch.scores, self.missing), known.to(batch.scores.dtype)]
        if self.encoder is not None:
            polymers = batch.share @ self.encoder(batch.units)
            salts = self.no_salt[None]
            if batch.salts:
                salts = torch.cat([self.encoder(batch.salts), salts])
            parts += [polymers[batch.polymer], salts[batch.salt]]
        return self.body(torch.cat(parts, dim=1))
