"""Sizes and habits of networks, as plain values: no torch is loaded to name a surrogate."""

from dataclasses import dataclass
from typing import Literal

EncoderKind = Literal["graph", "transformer", "recurrent"]


@dataclass(frozen=True)
class EncoderSettings:
    """What reads a structure, and how large it is.

    Attributes:
        width: of the vector of a structure.
        depth: passes of messages, or layers.
        heads: of attention; the width is a multiple of it. Transformer only.
    """

    kind: EncoderKind
    width: int = 64
    depth: int = 3
    heads: int = 4


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained: Adam, with early stopping on polymers that are held out.

    Attributes:
        epochs: at most so many.
        patience: epochs without a better score on the polymers held out, after which training ends.
        rate: Adam's step size.
        polymers_in_batch: polymers whose readings make a step.
        rows_of_a_polymer: readings of one polymer in an epoch, drawn anew in each, so that the much-measured polymers
            do not decide everything.
        dropout: share of hidden units left out in training.
        decay: weight decay.
        held_out: one in so many polymers decides when to stop.
    """

    epochs: int = 80
    patience: int = 12
    rate: float = 2e-3
    polymers_in_batch: int = 16
    rows_of_a_polymer: int = 30
    dropout: float = 0.1
    decay: float = 1e-5
    held_out: int = 8


@dataclass(frozen=True)
class PretrainingSettings:
    """What a network learns from polymers that nobody measured.

    Attributes:
        units: number of generated repeat units.
        epochs: over all of them.
        rate: Adam's step size.
        batch: units in a step.
        hidden_share: share of the tokens that are hidden (masked language only).
    """

    units: int = 600
    epochs: int = 20
    rate: float = 2e-3
    batch: int = 64
    hidden_share: float = 0.15
