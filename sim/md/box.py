"""The box of a formulation: chains, ions, additives and fillers in their amounts."""

from dataclasses import dataclass

import numpy as np

from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.polymer import Architecture
from chemistry.units import polymer_weight_fraction
from sim.md.bead_spring import BeadSpring
from sim.md.mapping import DENSITY, CoarseGrained
from sim.md.molecule import Molecule, block_copolymer, chain, comb, homopolymer, random_copolymer, single
from sim.md.packing import crosslinked, packed
from sim.md.system import Species, System

CATION, ANION, ADDITIVE, FILLER = "Li", "anion", "additive", "filler"
TIMESTEP = 0.008
LARGEST_FILLER = 5.0
"""Beads: real particles are larger than the box. Their amount is right, their surface is not."""
FILLER_DENSITY_g_cm3 = 2.6
"""Of oxides such as SiO2 (CRC Handbook of Chemistry and Physics, 97th ed., 2016)."""


@dataclass(frozen=True, eq=False)
class Box:
    """What is simulated for a formulation.

    Attributes:
        system: the beads.
        model: their interactions.
        charges: of the ions, by name.
        notes: what had to be assumed.
    """

    system: System
    model: BeadSpring
    charges: dict[str, float]
    notes: tuple[str, ...]


def box_of(formulation: Formulation, grained: CoarseGrained, beads: int, random: np.random.Generator) -> Box:
    """A box of about so many beads.

    Raises:
        BadInput: the loading leaves no ion in it.
    """
    notes: list[str] = []
    polymer_share = polymer_weight_fraction(formulation)
    salt_per_bead = formulation.salt_molality_mol_kg * grained.bead_g_mol / 1000
    extra_per_bead = sum(c.weight_fraction for c in formulation.additives) / polymer_share
    chains = max(1, round(beads / (1 + 2 * salt_per_bead + extra_per_bead) / grained.chain_beads))
    ions = round(chains * grained.chain_beads * salt_per_bead)
    if ions < 1:
        raise BadInput(
            f"a box of {beads} beads holds {chains * grained.chain_beads * salt_per_bead:.2f} lithium at "
            f"{formulation.salt_molality_mol_kg:g} mol/kg: no ion is left",
            remedy="Raise the loading or the number of beads",
        )
    names = [f"unit {place}" for place in range(1, len(formulation.polymer.units) + 1)]
    molecules = _chains(formulation, names, chains, grained.chain_beads, random, notes)
    if formulation.additives:
        notes.append("additives are single beads of the polymer's size, without donors")
        molecules += [single(ADDITIVE)] * round(chains * grained.chain_beads * extra_per_bead)
    fillers, filler = _fillers(formulation, molecules, grained, polymer_share, notes)
    molecules += [single(CATION)] * ions + [single(ANION)] * ions + fillers
    species = [
        *(Species(name) for name in names),
        Species(CATION, 1.0, grained.cation_diameter),
        Species(ANION, -1.0, grained.anion_diameter),
        *([Species(ADDITIVE)] if formulation.additives else []),
        *([filler] if fillers else []),
    ]
    system = packed(species, molecules, random, density=DENSITY)
    if formulation.polymer.architecture is Architecture.CROSSLINKED:
        system = crosslinked(system, chains, random)
        notes.append("each chain bears two crosslinked beads on average")
    model = BeadSpring(
        stiffness=grained.stiffness,
        bjerrum_length=grained.bjerrum_length,
        coulomb_cutoff=min(6.0, system.edge / 2 - 0.5),
        wells={(CATION, name): depth for name, depth in zip(names, grained.wells, strict=True) if depth > 0},
        timestep=TIMESTEP,
    )
    return Box(system, model, {CATION: 1.0, ANION: -1.0}, tuple(notes))


def _chains(
    formulation: Formulation, names: list[str], count: int, beads: int, random: np.random.Generator, notes: list[str]
) -> list[Molecule]:
    """Chains of a polymer, by its architecture; fractions are of beads, as every unit is about one."""
    polymer = formulation.polymer
    shares = np.array(polymer.fractions)
    kind = polymer.architecture
    if len(names) == 1:
        if kind is Architecture.GRAFT:
            notes.append("side chains of a unit are no beads of their own")
        return [homopolymer(names[0], beads)] * count
    if kind is Architecture.BLEND:
        own = np.repeat(names, np.diff(np.round(np.concatenate([[0], shares.cumsum()]) * count).astype(int)))
        return [homopolymer(str(name), beads) for name in own]
    if kind is Architecture.ALTERNATING:
        return [chain([names[place % 2] for place in range(beads)])] * count
    if kind is Architecture.BLOCK:
        rims = np.round(np.concatenate([[0], shares.cumsum()]) * beads).astype(int)
        return [block_copolymer(list(zip(names, np.diff(rims).tolist(), strict=True)))] * count
    if kind is Architecture.GRAFT and len(names) == 2:
        backbone = int(np.argmax(shares))
        sides = max(1, round(beads * shares[1 - backbone] / 4))
        main = max(2, beads - 4 * sides)
        notes.append("side chains are of four beads")
        return [comb(names[backbone], main, names[1 - backbone], 4, max(1, main // sides))] * count
    drawn = dict(zip(names, shares.tolist(), strict=True))
    return [random_copolymer(drawn, beads, random) for _ in range(count)]


def _fillers(
    formulation: Formulation, molecules: list[Molecule], grained: CoarseGrained, polymer_share: float, notes: list[str]
) -> tuple[list[Molecule], Species]:
    share = sum(content.weight_fraction for content in formulation.fillers)
    if not share:
        return [], Species(FILLER)
    sizes = [content.filler.particle_size_nm for content in formulation.fillers]
    diameter = min([LARGEST_FILLER, *(size / grained.bead_nm for size in sizes if size)])
    beads = sum(len(molecule.species) for molecule in molecules)
    # In volumes of a bead: mass over density, where a bead holds its mass of polymer.
    polymer_density = grained.bead_g_mol / grained.bead_nm**3
    filler_density = FILLER_DENSITY_g_cm3 * 602.214 / DENSITY
    volume = share / polymer_share * beads * polymer_density / filler_density
    notes.append(f"fillers are neutral spheres of {diameter * grained.bead_nm:.1f} nm")
    return [single(FILLER)] * max(1, round(volume / diameter**3)), Species(FILLER, diameter=diameter, mass=diameter**3)
