"""The glass transition of a polymer estimated from its repeat units, by models that never saw that polymer.

A conductivity model gains from T − Tg; the Tg of a polymer that nobody made is not known. So it is estimated for every
polymer, also for those whose Tg was measured, by the members of a cross-fit that were trained without it: what a
conductivity model is trained with is then as good, and as bad, as what it is given for a new polymer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.polymer import Polymer
from ledger.film import Film
from models.composition import GLASS_TRANSITION, GlassTransitions
from models.kernel_machine import KernelRidge, SupportVectors
from models.repeat_units import repeat_unit_matrix
from models.splits import grouped_folds, polymer_group

LEAST_POLYMERS = 50
"""Fewer different polymers teach no model; T − Tg is then left out, and said to be."""
_MEMBERS = 5
_COMMON = 20
"""Polymers that a substructure must be found in, of a large table."""
_METHOD = KernelRidge("glass", width=2.0)


@dataclass(frozen=True)
class GlassEstimate:
    """Kernel machines, and for each polymer that they were trained on the one member that was trained without it."""

    members: tuple[SupportVectors, ...]
    without: Mapping[str, int]
    """Polymer group → index of the member that never saw it."""

    def of(self, polymers: Sequence[Polymer]) -> GlassTransitions:
        """Estimated Tg (°C) of each polymer, and the standard deviation among the members (K)."""
        features = repeat_unit_matrix(polymers)
        foretold = np.stack([member.predict(features) for member in self.members])
        mean = foretold.mean(axis=0)
        for place, polymer in enumerate(polymers):
            own = self.without.get(polymer_group(polymer))
            if own is not None:
                mean[place] = foretold[own, place]
        return GlassTransitions(mean_C=mean, spread_K=foretold.std(axis=0))

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights of all members, `member/name`."""
        return {f"{i}/{name}": array for i, m in enumerate(self.members) for name, array in m.arrays().items()}

    @classmethod
    def restored(cls, arrays: Mapping[str, np.ndarray], without: Mapping[str, int]) -> "GlassEstimate":
        """From what `arrays` gave."""
        parts: dict[int, dict[str, np.ndarray]] = {}
        for key, array in arrays.items():
            member, name = key.split("/", 1)
            parts.setdefault(int(member), {})[name] = array
        return cls(tuple(SupportVectors.of(parts[i]) for i in sorted(parts)), dict(without))


def glass_estimate(films: Sequence[Film], seed: int = 0) -> GlassEstimate | None:
    """Learn from the glass transitions of neat polymers; None where there are fewer than `LEAST_POLYMERS`.

    Polymers are split into folds by group; each member is trained without one fold. The median of the readings of one
    polymer stands for it.
    """
    known: dict[str, tuple[Polymer, list[float]]] = {}
    for film in films:
        neat = film.formulation.salt is None and not film.formulation.additives and not film.formulation.fillers
        values = [reading.value for reading in film.readings if reading.property == GLASS_TRANSITION and neat]
        if values:
            polymer = film.formulation.polymer
            known.setdefault(polymer_group(polymer), (polymer, []))[1].extend(values)
    if len(known) < LEAST_POLYMERS:
        return None
    groups = sorted(known)
    features = repeat_unit_matrix([known[group][0] for group in groups])
    # A substructure of very few polymers would weigh as much as a common one: a constant column counts for nothing.
    rare = (features != 0).sum(axis=0) < max(2, min(_COMMON, len(groups) // 50))
    features[:, rare] = 0.0
    target = np.array([float(np.median(known[group][1])) for group in groups])
    folds = grouped_folds(groups, _MEMBERS, seed)
    weight = np.ones(len(groups))
    members = tuple(
        _METHOD.fit(features[f.train], target[f.train], weight[f.train], np.arange(len(f.train))) for f in folds
    )
    without = {groups[place]: k for k, fold in enumerate(folds) for place in fold.test.tolist()}
    return GlassEstimate(members, without)
