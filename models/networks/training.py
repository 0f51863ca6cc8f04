"""Training by Adam with early stopping on polymers that are held out inside the training films.

Batches are whole polymers, so that each graph or row of tokens is read once a step however many readings it has. The
weights kept are those that foretold the held-out polymers best. A fit is a function of its seed, the rows and the
number of threads: torch's generators are forked and left as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from models.calibration import DOMINANT
from models.networks.property_network import PropertyNetwork
from models.networks.readings import Readings
from models.networks.settings import TrainingSettings
from models.splits import grouped_folds

LEAST_POLYMERS = 8
"""With fewer, none is held out, and all epochs are run."""
_KNEE = 1.0
"""Standard deviations of the target up to which an error counts by its square, and beyond by its size (Huber 1964)."""
_LONGEST_STEP = 1.0
_AT_ONCE = 4096


def device() -> torch.device:
    """A CUDA device where there is one, with TF32 products; single precision everywhere."""
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("high")
        return torch.device("cuda")
    return torch.device("cpu")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's generators at a seed, and afterwards as they were before."""
    with torch.random.fork_rng(devices=range(min(torch.cuda.device_count(), 1))):
        torch.manual_seed(seed)
        yield


def train(
    network: PropertyNetwork,
    readings: Readings,
    target: np.ndarray,
    weight: np.ndarray,
    groups: np.ndarray,
    settings: TrainingSettings,
    seed: int,
) -> PropertyNetwork:
    """The network after training, on the processor and ready to foretell.

    Args:
        network: with weights as drawn.
        readings: `n` rows.
        target: `n`, in the unit of the property.
        weight: `n`, trust.
        groups: `n`, the polymer of each row.
        settings: how.
        seed: of the batches, the drawn rows, dropout and the polymers held out.
    """
    where = device()
    network.to(where)
    random = np.random.default_rng(seed)
    learnt, judged = _inner_split(groups, settings, seed)
    goal = torch.from_numpy(target.astype(np.float32)).to(where)
    trust = torch.from_numpy((weight / weight.mean()).astype(np.float32)).to(where)
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.rate, weight_decay=settings.decay)
    judge = _drawn(judged, groups, settings.rows_of_a_polymer, random)
    spread = _spread(network, readings, judge)
    best, kept, idle = float("inf"), _copied(network), 0
    for _ in range(settings.epochs):
        network.train()
        for rows in _batches(_drawn(learnt, groups, settings.rows_of_a_polymer, random), groups, settings, random):
            index = torch.from_numpy(rows).to(where)
            batch = readings.batch(rows).to(where)
            loss = _loss(network(batch), goal[index], trust[index], network.scale_of(batch)) + network.penalty()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_STEP)
            optimiser.step()
        if not len(judge):
            continue
        error = float((np.abs(foretold(network, readings, judge) - target[judge]) / spread).mean())
        if error < best:
            best, kept, idle = error, _copied(network), 0
        else:
            idle += 1
            if idle >= settings.patience:
                break
    if len(judge):
        network.load_state_dict(kept)
    return network.cpu().eval()


@torch.no_grad()
def foretold(network: PropertyNetwork, readings: Readings, rows: np.ndarray) -> np.ndarray:
    """`m` values of some rows, on whichever device the network is."""
    network.eval()
    where = next(network.parameters()).device
    parts = [
        network(readings.batch(rows[start : start + _AT_ONCE]).to(where)).cpu().double().numpy()
        for start in range(0, len(rows), _AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _loss(value: Tensor, goal: Tensor, trust: Tensor, scale: Tensor | float) -> Tensor:
    error = (value - goal) / scale
    return (trust * nn.functional.huber_loss(error, torch.zeros_like(error), reduction="none", delta=_KNEE)).mean()


def _spread(network: PropertyNetwork, readings: Readings, rows: np.ndarray) -> np.ndarray | float:
    """What errors of some rows are told in; one number where all rows are of one kind."""
    if not len(rows):
        return 1.0
    scale = network.scale_of(readings.batch(rows).to(next(network.parameters()).device))
    return scale.detach().cpu().double().numpy() if isinstance(scale, Tensor) else scale


def _inner_split(groups: np.ndarray, settings: TrainingSettings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from, and rows that decide when to stop: those of one in so many polymers."""
    rows = np.arange(len(groups))
    shares = np.bincount(groups) / len(groups)
    dominant = {int(group) for group in np.flatnonzero(shares > DOMINANT)}
    if len(np.unique(groups)) - len(dominant) < max(LEAST_POLYMERS, settings.held_out):
        return rows, rows[:0]
    fold = grouped_folds(groups.tolist(), settings.held_out, seed, dominant)[0]
    return fold.train, fold.test


def _drawn(rows: np.ndarray, groups: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    """At most so many of the rows of each group, at random."""
    shuffled = rows[random.permutation(len(rows))]
    order = np.argsort(groups[shuffled], kind="stable")
    own = groups[shuffled][order]
    rank = np.arange(len(own)) - np.searchsorted(own, own)
    return shuffled[order][rank < most]


def _batches(
    rows: np.ndarray, groups: np.ndarray, settings: TrainingSettings, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Rows of so many polymers at a time, in random order."""
    names = random.permutation(np.unique(groups[rows]))
    for start in range(0, len(names), settings.polymers_in_batch):
        yield rows[np.isin(groups[rows], names[start : start + settings.polymers_in_batch])]


def _copied(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
