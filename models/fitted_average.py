"""A fitted average of unlike methods: prediction at any number of points, and weights as plain arrays."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from models.calibration import Member, Regime, predictions
from models.composition import polymer_fingerprints
from models.glass_estimate import GlassEstimate
from models.interval_width import Width
from models.learning_table import Points, grid
from models.protocols import Condition, Foretold, Posterior
from models.saved_methods import OtherWeights, restored
from models.splits import polymer_group
from models.structured_points import StructureLearnt, structured_points
from models.tanimoto import farness
from models.unit_features import FINGERPRINT_BITS
from models.weights_hash import HASH, refuse_other_weights, weights_hash

FORMAT = 2
_AT_ONCE = 20_000
"""Points whose features are in memory at once."""


@dataclass(frozen=True)
class LearntAverage:
    """What was learnt of one property.

    Attributes:
        members: the methods that learnt.
        with_glass: whether T − Tg is among the features.
        unseen: how members are averaged, and how wide intervals are, for polymers that were not trained on.
        seen: the same for those that were.
        film_sd: standard deviation of a new film about its formulation.
        polymers: groups that were trained on.
        fingerprints: `g x b`, of these.
        lowest, highest: `d`, range of each feature in training.
    """

    members: tuple[Member, ...]
    with_glass: bool
    unseen: Regime
    seen: Regime
    film_sd: float
    polymers: tuple[str, ...]
    fingerprints: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


@dataclass(frozen=True)
class FittedAverage:
    """A `models.protocols.Foreteller`."""

    name: str
    chemistry: bool
    learnt: dict[str, LearntAverage]
    glass: GlassEstimate | None
    notes: tuple[str, ...] = ()
    """What had to be left out, and why."""
    trained_on: str = ""
    """`models.film_content.training_hash` of the films."""

    def posterior(self, formulations: Sequence[Formulation], conditions: Sequence[Condition]) -> Posterior:
        """Mean and standard deviation of each property; raises `KeyError` for a property it never saw."""
        shape = (len(formulations), len(conditions))
        mean, sd = np.empty(shape), np.empty(shape)
        film_sd = np.array([self.learnt[condition.property].film_sd for condition in conditions])
        for column, condition in enumerate(conditions):
            told = self.foretell(grid(formulations, [condition]), condition.property)
            mean[:, column] = told.mean
            # The interval is that of a reading; a formulation's true value is known better by the effect of a film.
            sd[:, column] = np.sqrt(np.maximum(told.sd**2 - film_sd[column] ** 2, (0.2 * told.sd) ** 2))
        return Posterior(mean=mean, sd=sd, film_sd=film_sd)

    def foretell(self, points: Points, name: str) -> Foretold:
        """Predictions of one property at any number of points; features of a part of them are in memory at a time."""
        self.learnt[name]  # a property that was never seen is refused before any feature is made
        parts = [
            self._part(points.take(np.arange(start, min(start + _AT_ONCE, len(points)))), name)
            for start in range(0, len(points), _AT_ONCE)
        ]
        if not parts:
            return Foretold(np.empty(0), np.empty(0), np.empty(0, dtype=bool), np.empty(0, dtype=int))
        return Foretold(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def save(self, folder: Path) -> None:
        """Write `weights.npz` (arrays only) and `configuration.json` into a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, np.ndarray] = {}
        for name, learnt in self.learnt.items():
            for i, member in enumerate(learnt.members):
                arrays |= {f"{name}/{i}/{key}": value for key, value in member.arrays().items()}
            arrays |= {f"{name}/of/{key}": getattr(learnt, key) for key in _ARRAYS}
        if self.glass is not None:
            arrays |= {f"glass/{key}": value for key, value in self.glass.arrays().items()}
        weights = folder / "weights.npz"
        np.savez_compressed(weights, allow_pickle=False, **arrays)  # pyright: ignore[reportArgumentType]
        configuration = {
            "surrogate": self.name,
            "format": FORMAT,
            HASH: weights_hash(weights),
            "chemistry": self.chemistry,
            "notes": self.notes,
            "trained_on": self.trained_on,
            "glass": None if self.glass is None else dict(self.glass.without),
            "properties": {
                name: {
                    "members": [member.kind for member in learnt.members],
                    "configurations": [_configuration(member) for member in learnt.members],
                    "with_glass": learnt.with_glass,
                    "unseen": asdict(learnt.unseen),
                    "seen": asdict(learnt.seen),
                    "film_sd": learnt.film_sd,
                    "polymers": learnt.polymers,
                }
                for name, learnt in self.learnt.items()
            },
        }
        (folder / "configuration.json").write_text(json.dumps(configuration, indent=1), encoding="utf-8")

    def _part(self, points: Points, name: str) -> tuple[np.ndarray, ...]:
        learnt = self.learnt[name]
        glass = self.glass.of(points.polymers) if self.glass is not None and learnt.with_glass else None
        given = structured_points(name, points, self.chemistry, glass)
        foretold = predictions(learnt.members, given)
        seen = np.isin([polymer_group(polymer) for polymer in points.polymers], learnt.polymers)
        away = np.where(seen, 0.0, farness(polymer_fingerprints(points.polymers), learnt.fingerprints))
        known, distance = seen[points.polymer], away[points.polymer]
        mean, sd = np.empty(len(points)), np.empty(len(points))
        for rows, regime in ((known, learnt.seen), (~known, learnt.unseen)):
            mean[rows], spread = regime.mean_and_spread(foretold.take(rows))
            sd[rows] = regime.width.sd(spread, distance[rows])
        with np.errstate(invalid="ignore"):  # what is not known (NaN) is not outside
            outside = ((given.matrix < learnt.lowest) | (given.matrix > learnt.highest)).sum(axis=1)
        return mean, sd, known, outside


def _configuration(member: Member) -> dict[str, object] | None:
    return dict(member.configuration()) if isinstance(member, StructureLearnt) else None


_ARRAYS = ("fingerprints", "lowest", "highest")


def load_average(folder: Path) -> FittedAverage:
    """The surrogate that `FittedAverage.save` wrote, with the same predictions.

    Raises:
        BadInput: no saved surrogate is in the folder.
        OtherWeights: saved by another version, or another kind of surrogate.
    """
    configuration = folder / "configuration.json"
    if not configuration.exists():
        raise BadInput("no saved surrogate is here", place=str(folder), remedy="Give the folder that was saved into")
    told = json.loads(configuration.read_text(encoding="utf-8"))
    if told.get("format") != FORMAT or "chemistry" not in told:
        raise OtherWeights(f"saved by another version: format {told.get('format')!r}, and this one reads {FORMAT}")
    refuse_other_weights(told, folder / "weights.npz")
    with np.load(folder / "weights.npz", allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    learnt = {}
    for name, numbers in told["properties"].items():
        kinds = zip(numbers["members"], numbers["configurations"], strict=True)
        members = tuple(restored(kind, _below(arrays, f"{name}/{i}/"), own) for i, (kind, own) in enumerate(kinds))
        learnt[name] = LearntAverage(
            members=members,
            with_glass=numbers["with_glass"],
            unseen=_regime(numbers["unseen"]),
            seen=_regime(numbers["seen"]),
            film_sd=numbers["film_sd"],
            polymers=tuple(numbers["polymers"]),
            **_below(arrays, f"{name}/of/"),
        )
        if learnt[name].fingerprints.shape != (len(numbers["polymers"]), FINGERPRINT_BITS):
            raise OtherWeights(f"the fingerprints of {name} are not those of its {len(numbers['polymers'])} polymers")
    glass = None if told["glass"] is None else GlassEstimate.restored(_below(arrays, "glass/"), told["glass"])
    return FittedAverage(
        name=told["surrogate"],
        chemistry=told["chemistry"],
        learnt=learnt,
        glass=glass,
        notes=tuple(told["notes"]),
        trained_on=told["trained_on"],
    )


def _regime(told: dict[str, Any]) -> Regime:
    return Regime(tuple(told["weights"]), Width(**told["width"]))


def _below(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
