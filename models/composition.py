"""Features of points: those of each distinct component once, composition and temperature on top of them in numpy.

Two kinds. *Chemical* features say what a chemist would count: coordinating groups per kilogram and how they are spaced,
polarity, flexibility, rings, the anion, lithium per site, chain ends, 1/T, and T − Tg where a glass transition is
estimated. *Fingerprint* features are counted circular substructures with the bare composition: the reference of the
field.

What is not known is NaN, and a column says so: chain length (`length unknown`), the anion of a film without salt
(`salt absent`), lithium per site of a chain without sites (`no site`). Nothing unknown is written as zero; each model
fills NaN with what it learnt from its own training rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chemistry.polymer import Architecture, Polymer
from chemistry.remembered import remembered_of_many
from chemistry.salt import Salt
from models.learning_table import Mixture, Points
from models.unit_features import (
    COUNTS,
    FINGERPRINT_BITS,
    SPACINGS,
    molecule_counts,
    molecule_fingerprint,
    unit_counts,
    unit_fingerprint,
    unit_spacings,
)

GLASS_TRANSITION = "glass_transition"
ZERO_C_K = 273.15
_MASS, _HEAVY = COUNTS.index("mass"), COUNTS.index("heavy atoms")
_ANION, _CATION = COUNTS.index("anion"), COUNTS.index("cation")
_SITES = tuple(place for place, name in enumerate(COUNTS) if name.endswith(" site"))
_PER_MASS = tuple(place for place in range(len(COUNTS)) if place != _MASS)
_CHAIN_ATOMS = COUNTS.index("chain atoms")

HOST_NAMES: tuple[str, ...] = (
    *(f"{COUNTS[place]}, mol/kg" for place in _PER_MASS),
    "sites, mol/kg",
    "kinds of sites",
    "chain share",
    "chain ring share",
    "chain hetero share",
    *SPACINGS,
    "no site",
    "crosslinked",
    "repeat units",
)
"""Columns of `host_matrix`. Amounts are per kilogram of polymer; shares are of heavy atoms or of chain atoms."""
SALT_NAMES: tuple[str, ...] = tuple(
    f"salt {name}" for name in COUNTS[: COUNTS.index("chain atoms")] if not name.startswith("refractive")
)
MIXTURE_NAMES = (
    "additive, w/w",
    "additive donors, mol/kg",
    "additive permittivity",
    "filler, w/w",
    "active filler, w/w",
)
LOADING_NAMES = (
    "molality, mol/kg",
    "log10 molality",
    "lithium, mol/kg",
    "lithium per site",
    "log10 lithium per site",
    "salt, w/w",
    "log10 molar mass",
    "chain ends, mol/kg",
    "length unknown",
    "salt absent",
)
TEMPERATURE_NAMES = ("temperature, degC", "1000 K/T")
GLASS_NAMES = ("glass transition, degC", "T - Tg, K", "glass transition spread, K")
CHEMICAL_NAMES = (*HOST_NAMES, *SALT_NAMES, *MIXTURE_NAMES, *LOADING_NAMES, *TEMPERATURE_NAMES)


@dataclass(frozen=True)
class GlassTransitions:
    """Estimated glass transition (°C) of each distinct polymer of some points, and how far estimates differ (K)."""

    mean_C: np.ndarray
    spread_K: np.ndarray


def chemical_matrix(points: Points, glass: GlassTransitions | None = None) -> np.ndarray:
    """`n x d` chemical features, columns `CHEMICAL_NAMES` and, with an estimate of Tg, `GLASS_NAMES` after them."""
    salts = np.array([_salt_row(salt) for salt in points.salts]).reshape(-1, len(SALT_NAMES))
    none = np.full((1, len(SALT_NAMES)), np.nan)
    mixtures = np.array([_mixture_row(mixture) for mixture in points.mixtures]).reshape(-1, len(MIXTURE_NAMES))
    blocks = [
        host_matrix(points.polymers)[points.polymer],
        np.concatenate([salts, none])[points.salt],  # the index -1 takes the last row: no salt
        mixtures[points.mixture],
        _loading(points),
        _temperature(points.temperature_C),
    ]
    if glass is not None:
        own = glass.mean_C[points.polymer]
        blocks.append(np.stack([own, points.temperature_C - own, glass.spread_K[points.polymer]], axis=1))
    return np.concatenate(blocks, axis=1)


def fingerprint_matrix(points: Points) -> np.ndarray:
    """`n x d` float32: counted substructures of polymer and salt, loading, length, 1/T, what is unknown."""
    polymers = polymer_fingerprints(points.polymers)
    salts = np.array([molecule_fingerprint(salt.smiles) for salt in points.salts]).reshape(-1, FINGERPRINT_BITS)
    salts = np.concatenate([salts, np.zeros((1, FINGERPRINT_BITS))])
    columns = [LOADING_NAMES.index(name) for name in ("molality, mol/kg", "log10 molar mass", "length unknown")]
    rest = (_loading(points)[:, columns], (points.salt < 0)[:, None], _temperature(points.temperature_C)[:, 1:])
    return np.concatenate([polymers[points.polymer], salts[points.salt], *rest], axis=1).astype(np.float32)


def polymer_fingerprints(polymers: Sequence[Polymer]) -> np.ndarray:
    """`p x FINGERPRINT_BITS` counts per repeat unit, the units of a copolymer weighted by mole fraction."""
    rows = [_mean(polymer, [unit_fingerprint(unit.smiles) for unit in polymer.units]) for polymer in polymers]
    return np.array(rows).reshape(-1, FINGERPRINT_BITS)


def host_matrix(polymers: Sequence[Polymer]) -> np.ndarray:
    """`p x len(HOST_NAMES)` chemical features of polymers, whatever their chain length."""
    return np.array([_host_row(polymer) for polymer in polymers]).reshape(-1, len(HOST_NAMES))


@remembered_of_many
def _host_row(polymer: Polymer) -> np.ndarray:
    counts = _mean(polymer, [np.array(unit_counts(unit.smiles)) for unit in polymer.units])
    sites = counts[list(_SITES)]
    chain = counts[_CHAIN_ATOMS]
    hetero = counts[_CHAIN_ATOMS + 2 : _CHAIN_ATOMS + 5].sum()
    return np.array(
        [
            *(1000.0 * counts[list(_PER_MASS)] / counts[_MASS]),
            1000.0 * sites.sum() / counts[_MASS],
            float((sites > 0).sum()),
            chain / counts[_HEAVY],
            counts[_CHAIN_ATOMS + 1] / chain,
            hetero / chain,
            *_spacings(polymer),
            float(not sites.any()),
            float(polymer.architecture is Architecture.CROSSLINKED),
            float(len(polymer.units)),
        ]
    )


def _spacings(polymer: Polymer) -> np.ndarray:
    """Spacings of the sites of all units, weighted by how many each brings; NaN for a polymer without sites."""
    total, weight = np.zeros(len(SPACINGS)), 0.0
    for fraction, unit in zip(polymer.fractions, polymer.units, strict=True):
        spacings = unit_spacings(unit.smiles)
        if spacings is not None:
            own = fraction * unit.coordinating_sites
            total, weight = total + own * np.array(spacings), weight + own
    return total / weight if weight else np.full(len(SPACINGS), np.nan)


def _mean(polymer: Polymer, of_units: Sequence[np.ndarray]) -> np.ndarray:
    """Mean over the repeat units by mole fraction."""
    return sum(f * counts for f, counts in zip(polymer.fractions, of_units, strict=True)) + np.zeros(1)


@remembered_of_many
def _salt_row(salt: Salt) -> np.ndarray:
    """Per lithium: what the anion is made of."""
    counts = np.array(molecule_counts(salt.smiles)) * salt.molar_mass / max(molecule_counts(salt.smiles)[_MASS], 1e-9)
    return counts[[COUNTS.index(name.removeprefix("salt ")) for name in SALT_NAMES]]


@remembered_of_many
def _mixture_row(mixture: Mixture) -> np.ndarray:
    """What is mixed in, by weight fraction of the film; an additive of unknown permittivity counts as 10."""
    from models.component_facts import additive_numbers

    additives, fillers = mixture
    numbers = [(content.weight_fraction, additive_numbers(content.additive)) for content in additives]
    return np.array(
        [
            sum(weight for weight, _ in numbers),
            sum(weight * (known["donors_mol_kg"] or 0.0) for weight, known in numbers),
            sum(weight * (known["relative_permittivity"] or 10.0) for weight, known in numbers),
            sum(content.weight_fraction for content in fillers),
            sum(content.weight_fraction for content in fillers if content.filler.conducting),
        ],
        dtype=float,
    )


def _loading(points: Points) -> np.ndarray:
    """Columns `LOADING_NAMES` of each point."""
    sites = np.array([polymer.sites_mol_kg for polymer in points.polymers])[points.polymer]
    tethered = np.array([_tethered_mol_kg(polymer) for polymer in points.polymers])[points.polymer]
    molar_mass = np.array([polymer.molar_mass_kg_mol or np.nan for polymer in points.polymers])[points.polymer]
    salt_kg_mol = np.append([salt.molar_mass / 1000 for salt in points.salts], 0.0)[points.salt]
    salted = points.salt >= 0
    molality = np.where(salted, points.molality_mol_kg, np.nan)
    lithium = points.molality_mol_kg + tethered
    with np.errstate(divide="ignore", invalid="ignore"):
        per_site = np.where(sites > 0, lithium / sites, np.nan)
        log_per_site = np.log10(np.where(per_site > 0, per_site, np.nan))
        salt_mass = points.molality_mol_kg * salt_kg_mol
        return np.stack(
            [
                molality,
                np.log10(molality),
                lithium,
                per_site,
                log_per_site,
                salt_mass / (1 + salt_mass),
                np.log10(molar_mass),
                2.0 / molar_mass,
                np.isnan(molar_mass),
                ~salted,
            ],
            axis=1,
        ).astype(float)


@remembered_of_many
def _tethered_mol_kg(polymer: Polymer) -> float:
    """Lithium that balances anions on the chain, mol/kg of polymer; zero for a neutral or a cationic chain."""
    counts = _mean(polymer, [np.array(unit_counts(unit.smiles)) for unit in polymer.units])
    return max(0.0, 1000.0 * float(counts[_ANION] - counts[_CATION]) / float(counts[_MASS]))


def _temperature(temperature_C: np.ndarray) -> np.ndarray:
    return np.stack([temperature_C, 1000.0 / (temperature_C + ZERO_C_K)], axis=1)
