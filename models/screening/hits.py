"""The places of a ranking: what the surrogate itself says of the finalists, and why it may be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.polymer import Polymer
from models.composition import polymer_fingerprints
from models.learning_table import Points
from models.screening.grid import polymer_of
from models.screening.judge import Judge, Known
from models.screening.question import Question
from models.screening.ranking import Candidates
from models.tanimoto import nearest

_DIGITS = 6
_UNTOLD: tuple[str, float | None] = ("", None)


@dataclass(frozen=True)
class Hit:
    """One formulation at one temperature.

    Attributes:
        row: line of the pool.
        polymer: canonical repeat unit.
        name: of the polymer in the catalogue; empty where it has none.
        loading: in the unit that was asked for.
        mean, sd: of a new reading, film effect and noise in the bargain.
        lower: the quantile that was asked for.
        known: whether the model was trained on this polymer; None, with the next two, where it keeps no polymers.
        neighbour: the known polymer most like it.
        similarity: Tanimoto similarity to it, 0 to 1.
        outside: features beyond the range of the training rows, by name; the domain is left where there are any.
    """

    place: int
    row: int
    polymer: str
    name: str
    salt: str
    loading: float
    loading_unit: str
    molality_mol_kg: float
    temperature_C: float
    mean: float
    sd: float
    lower: float
    known: bool | None
    neighbour: str
    similarity: float | None
    outside: tuple[str, ...]


def judged(surrogate: Judge, question: Question, finalists: Candidates) -> tuple[Hit, ...]:
    """The finalists in the surrogate's own order, cut to the places of the ranking."""
    told = surrogate.foretell(_points(question, finalists), question.asked)
    scored = Candidates(**{**vars(finalists), "mean": np.round(told.mean, _DIGITS), "sd": np.round(told.sd, _DIGITS)})
    best = question.ranking(question.top, question.of_each).best(scored)
    points = _points(question, best)
    seen = surrogate.foretell(points, question.asked).seen
    outside = surrogate.outside(points, question.asked)
    learnt = surrogate.known(question.asked)
    near = [_UNTOLD] * len(points.polymers) if learnt is None else _neighbours(points.polymers, learnt)
    hits = []
    for i in range(len(best)):
        polymer = points.polymers[points.polymer[i]]
        neighbour, similarity = near[points.polymer[i]]
        label = polymer.label
        mean, sd = float(best.mean[i]), float(best.sd[i])
        hits.append(
            Hit(
                place=i + 1,
                row=int(best.row[i]),
                polymer=str(best.unit[i]),
                name="" if label == polymer.chain else label,
                salt=question.grid.salts[best.salt[i]].label,
                loading=question.grid.loadings[best.loading[i]],
                loading_unit=question.grid.unit,
                molality_mol_kg=round(float(best.molality_mol_kg[i]), _DIGITS),
                temperature_C=question.grid.temperatures_C[best.temperature[i]],
                mean=mean,
                sd=sd,
                lower=round(mean - question.below * sd, _DIGITS),
                known=None if learnt is None else bool(seen[i]),
                neighbour=neighbour,
                similarity=similarity,
                outside=outside[i],
            )
        )
    return tuple(hits)


def _neighbours(polymers: Sequence[Polymer], known: Known) -> list[tuple[str, float | None]]:
    """The known polymer most like each one, and how like it is."""
    places, similarity = nearest(polymer_fingerprints(polymers), known.fingerprints)
    return [
        (known.polymers[place] if place >= 0 else "", round(float(likeness), 4))
        for place, likeness in zip(places, similarity, strict=True)
    ]


def _points(question: Question, candidates: Candidates) -> Points:
    units = sorted(set(candidates.unit.tolist()))
    place = {unit: i for i, unit in enumerate(units)}
    return Points(
        polymers=tuple(polymer_of(unit) for unit in units),
        salts=question.grid.salts,
        mixtures=(((), ()),),
        polymer=np.array([place[unit] for unit in candidates.unit], dtype=int),
        salt=candidates.salt,
        mixture=np.zeros(len(candidates), dtype=int),
        molality_mol_kg=candidates.molality_mol_kg,
        temperature_C=np.array(question.grid.temperatures_C)[candidates.temperature],
    )
