"""Readings as tensors: standard scores of the columns with what is unknown marked, and the structures of each row."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from chemistry.polymer import Polymer
from models.composition import LOADING_NAMES, MIXTURE_NAMES, TEMPERATURE_NAMES
from models.networks.laws import LawName, in_kelvin
from models.regressors import CLIP
from models.structured_points import StructuredPoints

Descriptors = Literal["composition", "chemical"]
_COMPOSITION = (
    *MIXTURE_NAMES,
    *LOADING_NAMES,
    "crosslinked",
    "repeat units",
    "glass transition, degC",
    "glass transition spread, K",
)
_WITH_TEMPERATURE = (*TEMPERATURE_NAMES, "T - Tg, K")
"""A law alone knows the temperature; a column that holds it would let the value fall."""


@dataclass(frozen=True)
class Columns:
    """Which features a network sees beside structures, and their standard scores on the training rows.

    Attributes:
        names: `c`.
        centre, scale: `c`; an infinite scale marks a column that was constant or never known.
    """

    names: tuple[str, ...]
    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, points: StructuredPoints, descriptors: Descriptors, law: LawName) -> "Columns":
        """Those of a training set."""
        names = tuple(
            name
            for name in points.columns
            if (descriptors == "chemical" or name in _COMPOSITION or name in TEMPERATURE_NAMES)
            and (law == "plain" or name not in _WITH_TEMPERATURE)
        )
        matrix = points.matrix[:, [points.columns.index(name) for name in names]]
        known = ~np.isnan(matrix)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, matrix, 0.0).sum(axis=0) / count
        scale = np.sqrt((np.where(known, matrix - centre, 0.0) ** 2).sum(axis=0) / count)
        return cls(names, centre, np.where(scale > 1e-9 * (1 + np.abs(centre)), scale, np.inf))

    def only(self, names: Container[str]) -> "Columns":
        """Some of the columns, by name."""
        kept = [place for place, name in enumerate(self.names) if name in names]
        return Columns(tuple(self.names[place] for place in kept), self.centre[kept], self.scale[kept])

    def scores(self, points: StructuredPoints) -> tuple[Tensor, Tensor]:
        """`n x c` standard scores, no further out than `CLIP`, and which of them are known."""
        matrix = points.matrix[:, [points.columns.index(name) for name in self.names]]
        known = ~np.isnan(matrix)
        scores = np.clip((np.where(known, matrix, self.centre) - self.centre) / self.scale, -CLIP, CLIP)
        return torch.from_numpy(scores.astype(np.float32)), torch.from_numpy(known)

    def arrays(self) -> dict[str, np.ndarray]:
        """Plain numbers; the names go with the configuration."""
        return {"columns/centre": self.centre, "columns/scale": self.scale}

    @classmethod
    def restored(cls, names: Sequence[str], arrays: Mapping[str, np.ndarray]) -> "Columns":
        """From what `arrays` gave."""
        return cls(tuple(names), arrays["columns/centre"], arrays["columns/scale"])


@dataclass(frozen=True)
class Batch:
    """Rows for a network; each distinct structure once.

    Attributes:
        scores, known: `n x c`.
        temperature_K: `n`, NaN where the property has none.
        units: u distinct repeat units.
        share: `p x u`, mole fractions of the units of each distinct polymer.
        polymer: `n`, row of `share`.
        salts: s SMILES.
        salt: `n`, index into the salts; s where there is none.
        fidelity: `n`, which head a row is for; 0 is the one that is foretold.
    """

    scores: Tensor
    known: Tensor
    temperature_K: Tensor
    units: tuple[str, ...]
    share: Tensor
    polymer: Tensor
    salts: tuple[str, ...]
    salt: Tensor
    fidelity: Tensor

    def __len__(self) -> int:
        return len(self.scores)

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        moved = {name: part.to(device) for name, part in vars(self).items() if isinstance(part, Tensor)}
        return Batch(**{**vars(self), **moved})


class Readings:
    """n points as tensors, from which batches are taken."""

    def __init__(
        self, points: StructuredPoints, columns: Columns, law: LawName, fidelity: np.ndarray | None = None
    ) -> None:
        """`fidelity` is all zero where left out; raises `BadInput` where a law wants a temperature that is missing."""
        own = np.zeros(len(points), dtype=int) if fidelity is None else fidelity
        self.fidelity = torch.from_numpy(own)
        self.scores, self.known = columns.scores(points)
        self.temperature_K = in_kelvin(torch.from_numpy(points.points.temperature_C.astype(np.float32)), law)
        self.polymers: tuple[Polymer, ...] = points.points.polymers
        self.salts = [salt.smiles for salt in points.points.salts]
        self.polymer, self.salt = points.points.polymer, points.points.salt

    def __len__(self) -> int:
        return len(self.scores)

    def batch(self, rows: np.ndarray) -> Batch:
        """Some rows, with the structures that they need."""
        used, polymer = np.unique(self.polymer[rows], return_inverse=True)
        polymers = [self.polymers[place] for place in used]
        units = tuple(dict.fromkeys(unit.smiles for polymer in polymers for unit in polymer.units))
        share = torch.zeros(len(polymers), len(units))
        for row, own in enumerate(polymers):
            for fraction, unit in zip(own.fractions, own.units, strict=True):
                share[row, units.index(unit.smiles)] = fraction
        salted = self.salt[rows]
        known_salts, salt = np.unique(salted[salted >= 0], return_inverse=True)
        place = np.full(len(rows), len(known_salts))
        place[salted >= 0] = salt
        index = torch.from_numpy(rows)
        return Batch(
            scores=self.scores[index],
            known=self.known[index],
            temperature_K=self.temperature_K[index],
            units=units,
            share=share,
            polymer=torch.from_numpy(polymer.ravel()),
            salts=tuple(self.salts[place] for place in known_salts),
            salt=torch.from_numpy(place),
            fidelity=self.fidelity[index],
        )
