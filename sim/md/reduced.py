"""A polymer electrolyte in the numbers of the model alone: a chain, its side beads, an anion, a medium. No chemistry.

These are what a search can turn one by one, where real polymers and salts change many of them together. The backbone is
PEO's (`sim.md.mapping`): a bead is one donor, of 0.393 nm. So lengths and times have the units of that mapping, and a
conductivity is S/cm where a glass transition is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log, log10, sqrt
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from chemistry.errors import BadInput
from sim.md.bead_spring import WCA, BeadSpring
from sim.md.box import ANION, CATION, TIMESTEP, Box
from sim.md.mapping import DENSITY, LEAST_DIAMETER, BJERRUM_nm_K, LITHIUM_RADIUS_nm, peo_bead, time_ps
from sim.md.model import reduced
from sim.md.molecule import Molecule, comb, homopolymer, single
from sim.md.packing import packed
from sim.md.recipe import LEAST_SD, Number, Settings, followed
from sim.md.simulation import Progress
from sim.md.stages import Produced
from sim.md.system import Species
from sim.md.transport import Estimate, Transport
from sim.md.units import BOLTZMANN_J_K, Units

BACKBONE, SIDE = "backbone", "side"
OPTICAL = 2.13
"""Relative permittivity of PEO at optical frequencies: the square of a refractive index of 1.46, which is quoted from
memory."""
VACUUM_PERMITTIVITY, DEBYE = 8.8541878128e-12, 3.33564e-30
"""F/m (CODATA 2018), and one debye in C m."""
ONE_SD = 0.8413
"""Share of a normal distribution below one standard deviation."""
NEAREST_TO_GLASS_K = 10.0
FEWEST_IONS = 5
"""Lithium ions in a box: of fewer the mean displacement is that of their luck."""
PRESSURE = 5.0
"""About that of the salt-free chains at their density, in kT/σ³ (5.05 for 20 beads, by our own runs,
docs/explanation/md.md). With salt the box draws together: at the volume of its beads a salt would only thin the
chains out, and quicken all."""
LIMITS: Mapping[str, tuple[float, float]] = {
    "chain_beads": (2, 200),
    "loading": (0.001, 1.0),
    "anion_diameter": (LEAST_DIAMETER, 3.0),
    "dipole_D": (0.0, 5.0),
    "side_diameter": (0.5, 1.5),
    "well_kT": (0.0, 8.0),
}
"""What each number may be. Side beads are bonded as near as others, so that a larger one would overlap."""


@dataclass(frozen=True)
class Reduced:
    """One polymer electrolyte.

    Attributes:
        temperature_K: sets kT, and with it the Bjerrum length of a medium.
        chain_beads: of the backbone.
        loading: lithium ions for each backbone bead, which is one donor.
        anion_diameter: in σ, the diameter of a backbone bead.
        dipole_D: dipole moment of a backbone bead in debye, which sets the permittivity of the medium.
        side_diameter: of one bead beside each `side_every`-th backbone bead, in σ; 0 for chains without.
        side_every: backbone beads from one side bead to the next.
        well_kT: depth of the attraction between lithium and a backbone bead.
        pressure: in kT/σ³, to which the box is brought before it keeps its volume; None for the volume that all beads
            have at the density of the salt-free chains.
    """

    temperature_K: float
    chain_beads: int
    loading: float
    anion_diameter: float
    dipole_D: float
    side_diameter: float = 0.0
    side_every: int = 2
    well_kT: float = 4.0
    pressure: float | None = PRESSURE

    def __post_init__(self) -> None:
        told = {name: getattr(self, name) for name in LIMITS if name != "side_diameter" or self.side_diameter}
        wrong = [name for name, value in told.items() if not LIMITS[name][0] <= value <= LIMITS[name][1]]
        if wrong:
            raise BadInput(
                "; ".join(f"{told[name]:g} is out of {LIMITS[name][0]:g} to {LIMITS[name][1]:g}" for name in wrong),
                place=", ".join(wrong),
                remedy="Give numbers within these limits",
            )

    @property
    def relative_permittivity(self) -> float:
        """Of the medium."""
        return onsager_permittivity(self.dipole_D, DENSITY / peo_bead()[0] ** 3, self.temperature_K)

    @property
    def bjerrum_length(self) -> float:
        """In σ."""
        return BJERRUM_nm_K / (self.relative_permittivity * self.temperature_K) / peo_bead()[0]


@dataclass(frozen=True, eq=False)
class ReducedResult:
    """What a run came to.

    Attributes:
        conductivity: of lithium alone, N D / V, in 1/στ; its error is that of blocks of time.
        log10: its logarithm; None where chance has made it negative, so that it has none.
        diffusive: whether lithium diffuses over the lags from which its diffusivity was read.
        equilibrated: whether the test of equilibrium was passed before production.
        whole: False where a failure cut the run short.
        transport: all that the ions do.
        box: what was simulated.
        produced: the run.
    """

    conductivity: Estimate
    log10: Number | None
    diffusive: bool
    equilibrated: bool
    whole: bool
    transport: Transport
    box: Box
    produced: Produced


def onsager_permittivity(dipole_D: float, per_nm3: float, temperature_K: float, optical: float = OPTICAL) -> float:
    """Relative permittivity of a liquid of point dipoles that are not correlated.

    The positive root of (ε - ε∞)(2ε + ε∞) / ε (ε∞ + 2)² = ρ μ² / 9 ε₀ kT (Onsager, J. Am. Chem. Soc. 1936, 58, 1486).

    Args:
        dipole_D: in debye.
        per_nm3: dipoles in a cubic nanometre.
        temperature_K: of the liquid.
        optical: ε∞, what is left without dipoles.
    """
    moments = per_nm3 * 1e27 * (dipole_D * DEBYE) ** 2 / (9 * VACUUM_PERMITTIVITY * BOLTZMANN_J_K * temperature_K)
    linear = optical + moments * (optical + 2) ** 2
    return (linear + sqrt(linear**2 + 8 * optical**2)) / 4


def units_above_glass(above_glass_K: float) -> Units:
    """What a bead diameter and a Lennard-Jones time are, so far above the glass transition.

    Raises:
        BadInput: it is a glass there, or nearly.
    """
    if above_glass_K < NEAREST_TO_GLASS_K:
        raise BadInput(
            f"the temperature is {above_glass_K:.0f} K above the glass transition: a glass, or nearly (the least is "
            f"{NEAREST_TO_GLASS_K:g} K)",
            remedy="Give a higher temperature",
        )
    return Units("σ", "τ", peo_bead()[0] * 1e-9, time_ps(above_glass_K) * 1e-12)


def reduced_box(given: Reduced, beads: int, random: np.random.Generator) -> Box:
    """A box of about so many beads, ions included.

    Raises:
        BadInput: the loading leaves no ion in it.
    """
    chains, sides, ions = content(given, beads)
    bead_nm, stiffness = peo_bead()
    species = [
        Species(BACKBONE),
        *([Species(SIDE, diameter=given.side_diameter)] if sides else []),
        Species(CATION, 1.0, max(LEAST_DIAMETER, 2 * LITHIUM_RADIUS_nm / bead_nm)),
        Species(ANION, -1.0, given.anion_diameter),
    ]
    molecules = [_chain(given, sides)] * chains + [single(CATION)] * ions + [single(ANION)] * ions
    system = packed(species, molecules, random, density=DENSITY)
    model = BeadSpring(
        stiffness=stiffness,
        bjerrum_length=given.bjerrum_length,
        coulomb_cutoff=min(6.0, system.edge / 2 - 0.5),
        wells={(CATION, BACKBONE): given.well_kT} if given.well_kT else {},
        timestep=TIMESTEP,
        pressure=given.pressure,
    )
    return Box(system, model, {CATION: 1.0, ANION: -1.0}, ())


def content(given: Reduced, beads: int) -> tuple[int, int, int]:
    """Chains, side beads of a chain, and lithium ions of a box of about so many beads.

    Raises:
        BadInput: too few ions are left in it, or it is too small for an anion and its images.
    """
    sides = given.chain_beads // given.side_every if given.side_diameter else 0
    chains = max(1, round(beads / (given.chain_beads * (1 + 2 * given.loading) + sides)))
    ions = round(chains * given.chain_beads * given.loading)
    if ions < FEWEST_IONS:
        raise BadInput(
            f"a box of {beads} beads holds {ions} lithium ions at a loading of {given.loading:g} for each bead (the "
            f"least is {FEWEST_IONS})",
            remedy="Raise the loading or the number of beads",
        )
    cubes = [given.chain_beads + sides * given.side_diameter**3] * chains + [1 + given.anion_diameter**3] * ions
    edge = (sum(cubes) / DENSITY) ** (1 / 3)
    least = 2 * (WCA * given.anion_diameter + reduced(1.0).skin)
    if edge < least:
        raise BadInput(
            f"a box of {beads} beads has an edge of {edge:.3g}, and anions of {given.anion_diameter:g} need one of "
            f"{least:.3g}",
            remedy="Take more beads, or smaller anions",
        )
    return chains, sides, ions


def simulate_reduced(
    given: Reduced, folder: Path, seed: int, settings: Settings | None = None, progress: Progress | None = None
) -> ReducedResult:
    """Transport of one polymer electrolyte, until that of lithium is precise; a run that was killed goes on.

    Raises:
        BadInput: the box holds no ion or is too small, or LAMMPS is not installed.
        EngineFailed: LAMMPS stopped before anything was produced.
    """
    settings = settings or Settings()
    box = reduced_box(given, settings.beads, np.random.default_rng([seed, 1]))
    produced, found = followed(box, folder, seed, settings, progress, of=_of_lithium)
    lithium = _of_lithium(found)
    return ReducedResult(
        conductivity=lithium,
        log10=_logarithm(lithium),
        diffusive=found.diffusivities[CATION].diffusive,
        equilibrated=produced.equilibrium.reached,
        whole=produced.whole,
        transport=found,
        box=box,
        produced=produced,
    )


def _of_lithium(found: Transport) -> Estimate:
    """Its part of the conductivity; what a scatter over few blocks of time tells is itself uncertain (Student's t)."""
    blocks = found.diffusivities[CATION].blocks
    return Estimate(found.cations.value, found.cations.error * float(student.ppf(ONE_SD, blocks - 1)))


def _logarithm(one: Estimate) -> Number | None:
    if not one.value > 0:
        return None
    return Number(log10(one.value), max(LEAST_SD, one.relative_error / log(10)), "log10(1/στ)")


def _chain(given: Reduced, sides: int) -> Molecule:
    if not sides:
        return homopolymer(BACKBONE, given.chain_beads)
    return comb(BACKBONE, given.chain_beads, SIDE, 1, given.side_every)
