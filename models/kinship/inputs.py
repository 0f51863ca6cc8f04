"""Formulations as a kinship kernel wants them: each distinct polymer and salt once, and columns beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.column_groups import marked, places
from models.composition import GLASS_NAMES, MIXTURE_NAMES, polymer_fingerprints
from models.networks.readings import Columns
from models.structured_points import StructuredPoints
from models.tanimoto import tanimoto
from models.unit_features import FINGERPRINT_BITS, molecule_fingerprint

KIN = ("polymer", "salt")
"""Groups that are compared by their fingerprints; they come before those of `GROUPS`."""
_LENGTH = ("log10 molar mass", "length unknown")
_LOADING = ("log10 molality", "lithium, mol/kg", "lithium per site", "salt, w/w")
GLASS = GLASS_NAMES[0]
GROUPS = {"loading": _LOADING, "length": _LENGTH, "mixture": MIXTURE_NAMES}
"""Columns of the other groups; what is not known in a row has a mark of its own beside it."""
_WANTED = frozenset({*_LOADING, *_LENGTH, *MIXTURE_NAMES, GLASS})


@dataclass(frozen=True)
class Inputs:
    """n formulations.

    Attributes:
        polymers: `p x b`, counts of the distinct ones.
        salts: `s x b`, the same; the last is no salt.
        polymer, salt: `n`, index into them.
        columns: `n x 2c`, standard scores and marks (`models.column_groups`).
    """

    polymers: np.ndarray
    salts: np.ndarray
    polymer: np.ndarray
    salt: np.ndarray
    columns: Tensor

    def __len__(self) -> int:
        return len(self.polymer)

    def take(self, rows: np.ndarray) -> "Inputs":
        """Some of them, with the polymers and salts that they are of."""
        polymers, polymer = np.unique(self.polymer[rows], return_inverse=True)
        salts, salt = np.unique(self.salt[rows], return_inverse=True)
        return Inputs(
            self.polymers[polymers], self.salts[salts], polymer.ravel(), salt.ravel(), self.columns[torch.tensor(rows)]
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Plain numbers."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Inputs":
        """From what `arrays` gave."""
        return cls(**{**arrays, "columns": torch.from_numpy(np.array(arrays["columns"]))})


def columns_of(points: StructuredPoints) -> Columns:
    """Centres and scales of the columns on the training rows."""
    return Columns.of(points, "chemical", "plain").only(_WANTED)


def inputs_of(points: StructuredPoints, columns: Columns) -> Inputs:
    """The formulation of each point; fingerprints are worked out once for each distinct polymer and salt."""
    salts = [molecule_fingerprint(salt.smiles) for salt in points.points.salts]
    none = len(salts)
    return Inputs(
        polymers=polymer_fingerprints(points.points.polymers),
        salts=np.array([*salts, np.zeros(FINGERPRINT_BITS)], dtype=np.float32),
        polymer=points.points.polymer,
        salt=np.where(points.points.salt < 0, none, points.points.salt),
        columns=marked(columns, points),
    )


def groups_of(columns: Columns) -> dict[str, tuple[int, ...]]:
    """Places of the columns of each of `GROUPS`."""
    return places(columns.names, GROUPS)


def glass_place(columns: Columns) -> int | None:
    """Where the standard score of the glass transition stands; None where nobody estimates it."""
    return 2 * columns.names.index(GLASS) if GLASS in columns.names else None


@dataclass(frozen=True)
class Kinship:
    """How unlike the polymers and salts of some formulations are those of others: 1 - Tanimoto, distinct ones once.

    Attributes:
        polymers: `p x q`, of distinct polymers.
        salts: `s x t`, of distinct salts.
    """

    polymers: Tensor
    salts: Tensor

    @classmethod
    def of(cls, one: Inputs, other: Inputs) -> "Kinship":
        """Between all distinct ones."""
        return cls(
            torch.from_numpy(1.0 - tanimoto(one.polymers, other.polymers)),
            torch.from_numpy(1.0 - tanimoto(one.salts, other.salts)),
        )

    def between(self, one: Inputs, rows: slice, other: Inputs) -> Tensor:
        """`2 x a x b`, of some rows of the one to all of the other."""
        polymer, salt = torch.from_numpy(one.polymer[rows]), torch.from_numpy(one.salt[rows])
        return torch.stack(
            [
                self.polymers[polymer][:, torch.from_numpy(other.polymer)],
                self.salts[salt][:, torch.from_numpy(other.salt)],
            ]
        )
