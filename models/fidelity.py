"""Of which fidelity a reading is: how near its source comes to an experiment here.

Experiments here, those of others, simulations (MD) and quantum chemistry (DFT) each have an error and a bias of their
own. Simulations come in two lengths, many short and few long ones (Xie et al., Nat. Commun. 2022, 13, 3415; review:
Digital Discovery 2023, 2, 1660, section 3.2). What tells them apart is the error that they state: it falls with the
square root of the length, so that a run which errs by more than `SHORT` times the least is at most a quarter as long.
"""

from collections.abc import Sequence

from ledger.film import THEORY, Reading, Source

SHORT_MD = "short md"
FIDELITIES = (
    *(Source.MEASURED.value, Source.LITERATURE.value),
    *(Source.MD.value, SHORT_MD, Source.DFT.value, Source.PREDICTED.value),
)
"""From that of an experiment here downwards."""
SHORT = 2.0
"""Times the least standard deviation that a simulation of the property states, beyond which one is a short run."""


def fidelities(readings: Sequence[Reading]) -> list[str]:
    """The fidelity of each reading, `n`, one of `FIDELITIES`; the readings are of one property."""
    stated = [noise(reading) for reading in readings if reading.source is Source.MD and noise(reading) > 0]
    longest = SHORT * min(stated, default=0.0) * (1 + 1e-9)
    return [
        SHORT_MD if reading.source is Source.MD and noise(reading) > longest > 0 else reading.source.value
        for reading in readings
    ]


def noise(reading: Reading) -> float:
    """Standard deviation that a reading is given: what it states, and more where it is trusted less."""
    return reading.sd / reading.trust**0.5


def of_theory(fidelity: str) -> bool:
    """Whether no experiment stands behind it."""
    return fidelity == SHORT_MD or Source(fidelity) in THEORY
