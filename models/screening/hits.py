"""The places of a ranking: what the surrogate itself says of the finalists, and why it may be believed."""

from dataclasses import dataclass

import numpy as np

from models.composition import CHEMICAL_NAMES, GLASS_NAMES, polymer_fingerprints, structured_points
from models.fitted_average import FittedAverage
from models.interval_width import nearest
from models.learning_table import Points
from models.screening.grid import polymer_of
from models.screening.question import Question
from models.screening.ranking import Candidates

_DIGITS = 6


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
        known: whether the model was trained on this polymer.
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
    known: bool
    neighbour: str
    similarity: float
    outside: tuple[str, ...]


def judged(surrogate: FittedAverage, question: Question, finalists: Candidates) -> tuple[Hit, ...]:
    """The finalists in the surrogate's own order, cut to the places of the ranking."""
    told = surrogate.foretell(_points(question, finalists), question.asked)
    scored = Candidates(**{**vars(finalists), "mean": np.round(told.mean, _DIGITS), "sd": np.round(told.sd, _DIGITS)})
    best = question.ranking(question.top, question.of_each).best(scored)
    points = _points(question, best)
    learnt = surrogate.learnt[question.asked]
    places, similarity = nearest(polymer_fingerprints(points.polymers), learnt.fingerprints)
    seen = surrogate.foretell(points, question.asked).seen
    outside = outside_domain(surrogate, points, question.asked)
    hits = []
    for i in range(len(best)):
        polymer = points.polymers[points.polymer[i]]
        near = places[points.polymer[i]]
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
                known=bool(seen[i]),
                neighbour=learnt.polymers[near] if near >= 0 else "",
                similarity=round(float(similarity[points.polymer[i]]), 4),
                outside=outside[i],
            )
        )
    return tuple(hits)


def outside_domain(surrogate: FittedAverage, points: Points, name: str) -> list[tuple[str, ...]]:
    """For each point the features that lie beyond the range of the training rows."""
    learnt = surrogate.learnt[name]
    glass = surrogate.glass.of(points.polymers) if surrogate.glass is not None and learnt.with_glass else None
    features = structured_points(name, points, surrogate.chemistry, glass).matrix
    names = (
        (*CHEMICAL_NAMES, *GLASS_NAMES)
        if surrogate.chemistry
        else tuple(f"substructure or composition {i}" for i in range(features.shape[1]))
    )
    with np.errstate(invalid="ignore"):  # what is not known (NaN) is not outside
        beyond = (features < learnt.lowest) | (features > learnt.highest)
    return [tuple(names[column] for column in np.flatnonzero(row)) for row in beyond]


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
