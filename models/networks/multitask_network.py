"""A network with a head for each fidelity on one body: what all have in common, and what each has apart.

The head of fidelity s is w_0 + v_s, with v_s drawn to zero by a penalty (Evgeniou and Pontil, KDD 2004, 109): a
fidelity of few readings is that of the many but for what its readings insist on. Each has a centre and a spread of its
own, so that a constant bias of theory costs nothing.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.networks.laws import Readout
from models.networks.property_network import PropertyNetwork
from models.networks.readings import Batch
from models.networks.settings import EncoderSettings


class MultitaskPropertyNetwork(PropertyNetwork):
    """From rows of several fidelities to values of one property, each in the way of its own."""

    def __init__(
        self,
        encoder: EncoderSettings | None,
        columns: int,
        width: int,
        dropout: float,
        readouts: Sequence[Readout],
        apart: float,
    ) -> None:
        """`readouts` of each fidelity, of one law, the one that is foretold first; `apart` weighs the penalty."""
        super().__init__(encoder, columns, width, dropout, readouts[0])
        self.laws = tuple(readout.module() for readout in readouts)
        self.weighs_apart = apart
        self.register_buffer("scales", torch.tensor([readout.scale for readout in readouts]), persistent=False)
        self.apart = nn.ModuleList(nn.Linear(width, self.law.outputs) for _ in readouts)
        for own in self.apart:
            for parameter in own.parameters():
                nn.init.zeros_(parameter)

    def forward(self, batch: Batch) -> Tensor:
        """`n` values in the unit of the property."""
        raw = self.outputs(batch)
        value = torch.zeros_like(raw[:, 0])
        for place, law in enumerate(self.laws):
            own = batch.fidelity == place
            value = value.masked_scatter(own, law(raw[own], batch.temperature_K[own]))
        return value

    def outputs(self, batch: Batch) -> Tensor:
        """`n x outputs`, of each row's fidelity."""
        hidden = self.hidden(batch)
        each = torch.stack([own(hidden) for own in self.apart])
        return self.head(hidden) + each[batch.fidelity, torch.arange(len(batch), device=hidden.device)]

    def scale_of(self, batch: Batch) -> Tensor | float:
        """Spread of each row's fidelity."""
        scales = self.scales
        if not isinstance(scales, Tensor):
            raise TypeError("the spreads of the fidelities are no tensor")
        return scales[batch.fidelity]

    def penalty(self) -> Tensor | float:
        """How far the heads are apart."""
        squares = [(parameter**2).sum() for own in self.apart for parameter in own.parameters()]
        return self.weighs_apart * torch.stack(squares).sum()
