"""What theory and experiment say of one formulation at one temperature, side by side."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.formulation import Formulation
from ledger.film import Film, Reading, Source
from models.splits import polymer_group

LOADING_WITHIN = 0.15
"""Relative difference of two loadings that are taken as one: nobody simulates what was weighed in to the last digit.
Near the best loading log10 σ of PEO/LiTFSI at 90 °C changes by less than 0.1 over so much."""
WITHIN_K = 3.0
"""Of temperature: simulations at 353 K stand beside experiments at 80 °C."""
_EXPERIMENTS = (Source.MEASURED, Source.LITERATURE)


@dataclass(frozen=True)
class Pair:
    """Two numbers for one formulation and temperature.

    Attributes:
        formulation: what theory was asked of.
        temperature_C: that of the theory reading; None where the property has none.
        theory, experiment: in the unit of the property; means where there are several readings.
        experiment_sd: of the mean of the experiments, from what each states and from how far they differ.
    """

    formulation: Formulation
    temperature_C: float | None
    theory: float
    experiment: float
    experiment_sd: float


def theory_pairs(films: Sequence[Film], name: str, source: Source) -> list[Pair]:
    """Every pair of a property, in the order of their formulations' keys and of temperature.

    Experiments pair with a theory reading of the same polymer (whatever its chain length), salt, additives and fillers
    whose loading and temperature are within the tolerances; the nearest temperature of each film counts.
    """
    experiments: dict[Hashable, list[tuple[Film, list[Reading]]]] = {}
    asked: dict[tuple[str, float | None], list[tuple[Film, Reading]]] = {}
    for film in films:
        own = [reading for reading in film.readings if reading.property == name and not reading.derived]
        observed = [reading for reading in own if reading.source in _EXPERIMENTS]
        if observed:
            experiments.setdefault(_composition(film.formulation), []).append((film, observed))
        for reading in own:
            if reading.source is source:
                asked.setdefault((film.formulation.key, reading.temperature_C), []).append((film, reading))
    pairs = []
    for key in sorted(asked, key=lambda key: (key[0], key[1] or 0.0)):
        film, _ = asked[key][0]
        near = _near(film.formulation, key[1], experiments.get(_composition(film.formulation), []))
        if near:
            theory = float(np.mean([reading.value for _, reading in asked[key]]))
            pairs.append(Pair(film.formulation, key[1], theory, *_mean(near)))
    return pairs


def theory_values(films: Sequence[Film], name: str, source: Source) -> list[float]:
    """Every reading of a theory source, with an experiment beside it or not."""
    return [
        reading.value
        for film in films
        for reading in film.readings
        if reading.property == name and reading.source is source and not reading.derived
    ]


def _composition(formulation: Formulation) -> Hashable:
    """All that must be the same but the loading."""
    return (
        polymer_group(formulation.polymer),
        tuple(round(fraction, 2) for fraction in formulation.polymer.fractions),
        formulation.salt,
        tuple((content.additive, round(content.weight_fraction, 2)) for content in formulation.additives),
        tuple((content.filler, round(content.weight_fraction, 2)) for content in formulation.fillers),
    )


def _near(
    formulation: Formulation, temperature_C: float | None, films: Sequence[tuple[Film, list[Reading]]]
) -> list[Reading]:
    """The reading of each film that is near enough."""
    found = []
    for film, readings in films:
        loading, other = formulation.salt_molality_mol_kg, film.formulation.salt_molality_mol_kg
        if abs(loading - other) > LOADING_WITHIN * max(loading, other):
            continue
        nearest = min(readings, key=lambda reading: _apart_K(reading, temperature_C))
        if _apart_K(nearest, temperature_C) <= WITHIN_K:
            found.append(nearest)
    return found


def _apart_K(reading: Reading, temperature_C: float | None) -> float:
    if reading.temperature_C is None or temperature_C is None:
        return 0.0 if reading.temperature_C == temperature_C else np.inf
    return abs(reading.temperature_C - temperature_C)


def _mean(readings: Sequence[Reading]) -> tuple[float, float]:
    """Mean and its standard deviation; no smaller than the readings' own errors or their spread say."""
    values = np.array([reading.value for reading in readings])
    stated = np.mean([reading.sd**2 / reading.trust for reading in readings]) / len(readings)
    spread = values.var(ddof=1) / len(readings) if len(readings) > 1 else 0.0
    return float(values.mean()), float(np.sqrt(max(stated, spread)))
