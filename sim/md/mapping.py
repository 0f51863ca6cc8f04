"""From chemistry to the numbers of the bead-spring model, and back to physical units.

`docs/explanation/md.md` tells its limits.

One bead is one Kuhn-scale piece of chain. Its size and the bending stiffness follow from PEO's chain dimensions: the
model has as many Kuhn segments in a Kuhn volume as the polymer (Everaers, Karimi-Varzaneh, Fleck, Hojdis and Svaneborg,
Macromolecules 2020, 53, 1901). Other polymers are given PEO's chain, with their own density, donors, permittivity and
glass transition.
"""

from dataclasses import dataclass
from math import exp, isfinite, pi, sqrt, tanh

from chemistry.catalogue import additive_facts, polymer_facts, salt_facts
from chemistry.errors import BadInput
from chemistry.formulation import Formulation
from chemistry.mixing import fox_glass_transition_C
from chemistry.units import polymer_weight_fraction
from sim.md.units import Units

AVOGADRO_per_nm3 = 0.602214
"""Particles in 1 nm³ of a substance of 1 g/cm³ and 1 kg/mol (CODATA 2018)."""
BJERRUM_nm_K = 16710.0
"""e² / 4π ε₀ k_B in nm K (CODATA 2018)."""
DENSITY, BOND = 0.85, 0.965
"""Beads per σ³ and bond length of the Kremer-Grest melt (Kremer and Grest, J. Chem. Phys. 1990, 92, 5057)."""
PEO_R2_PER_MASS_nm2 = 0.00805
"""⟨R²⟩ / M of PEO at 353 K in nm² mol/g (Fetters, Lohse, Richter, Witten and Zirkel, Macromolecules 1994, 27, 4639)."""
PEO_DENSITY_353K = 1.064
"""g/cm³, from the same table."""
PEO_UNIT_g_mol, PEO_UNIT_nm = 44.05, 0.365
"""Molar mass of a unit and its length on the stretched chain: bonds of 0.143 and 0.154 nm at 112°."""
LITHIUM_RADIUS_nm = 0.076
"""Ionic radius of Li⁺ in sixfold coordination (Shannon, Acta Cryst. A 1976, 32, 751)."""
LEAST_DIAMETER = 0.5
"""Of an ion in beads: a smaller one needs shorter time steps, and the beads round it set the distance anyway."""
ANION_nm3_PER_g_mol = 8.2e-4
"""Volume of an anion over its molar mass, where the catalogue knows none: that of TFSI⁻, ClO4⁻, PF6⁻ and BF4⁻ within
9 %. Small halides take more room than it says, anions of heavy atoms less."""
WELL_kT = 4.0
"""Depth of the attraction between Li⁺ and a bead with one donor at 353 K. Our choice: what such contacts and what ion
pairs at the permittivity of PEO come to is then about the same energy, so that a salt dissociates in part."""
DEEPEST_kT = 6.0
WELL_REFERENCE_K = 353.15
PERMITTIVITY, BULK_DENSITY = 5.0, 1.1
"""Of polymers that the catalogue does not know."""
WLF_1, WLF_2_K = 17.44, 51.6
"""Universal constants (Williams, Landel and Ferry, J. Am. Chem. Soc. 1955, 77, 3701)."""
SEGMENT_AT_GLASS_s = 100.0
"""Relaxation time of a segment at the glass transition (Angell, J. Non-Cryst. Solids 1991, 131-133, 13)."""
FRICTION = 25.0
"""Of a bead, per τ (Kremer and Grest 1990): a segment relaxes in ζ σ² / 3 π² kT = 0.84 τ."""
LONGEST_CHAIN = 20
"""Beads: longer chains move no ions faster or slower, but must be waited for."""


@dataclass(frozen=True)
class Known:
    """Facts that somebody gives in place of the catalogue's."""

    glass_transition_C: float | None = None
    density_g_cm3: float | None = None
    relative_permittivity: float | None = None
    well_kT: float | None = None
    """Depth of the Li⁺-donor attraction, the parameter to calibrate first."""


@dataclass(frozen=True)
class CoarseGrained:
    """A formulation at one temperature in the units of the model.

    Attributes:
        temperature_K: of the formulation; kT is 1.
        bead_nm: diameter σ of a bead.
        bead_g_mol: mass of polymer in it.
        time_ps: the Lennard-Jones time τ.
        stiffness: κ of the bending potential, kT.
        bjerrum_length: in σ.
        cation_diameter: in σ.
        anion_diameter: in σ.
        wells: depth of the attraction between Li⁺ and a bead of each repeat unit, kT; zero for units without donors.
        chain_beads: of a chain.
        glass_transition_C: of polymer and additives, without salt.
        relative_permittivity: of the same.
        notes: what had to be assumed.
    """

    temperature_K: float
    bead_nm: float
    bead_g_mol: float
    time_ps: float
    stiffness: float
    bjerrum_length: float
    cation_diameter: float
    anion_diameter: float
    wells: tuple[float, ...]
    chain_beads: int
    glass_transition_C: float
    relative_permittivity: float
    notes: tuple[str, ...]

    @property
    def units(self) -> Units:
        """What a bead diameter and a Lennard-Jones time are."""
        return Units("σ", "τ", self.bead_nm * 1e-9, self.time_ps * 1e-12)


def coarse_grained(formulation: Formulation, temperature_C: float, known: Known | None = None) -> CoarseGrained:
    """The model of a formulation.

    Raises:
        BadInput: no salt, no glass transition to be found, or a temperature at which the film is a glass.
    """
    polymer, salt, known = formulation.polymer, formulation.salt, known or Known()
    if salt is None:
        raise BadInput(
            f"{formulation.label} has no salt, so nothing of it is an ion of its own",
            remedy="Give a salt and a loading above zero",
        )
    if not isfinite(temperature_C):
        raise BadInput(f"a temperature of {temperature_C:g} °C", remedy="Give a number of °C")
    notes: list[str] = []
    glass_C = _glass_transition_C(formulation, known, notes)
    temperature_K, above = temperature_C + 273.15, temperature_C - glass_C
    if above < 10:
        raise BadInput(
            f"{temperature_C:g} °C is less than 10 K above the glass transition at {glass_C:.0f} °C: a glass",
            remedy="Ask for a higher temperature",
        )
    if above > 150:
        notes.append(f"{above:.0f} K above the glass transition the WLF constants are extrapolated")
    facts = polymer_facts(polymer)
    density = _fact(known.density_g_cm3, facts.density_g_cm3, BULK_DENSITY, "density", "g/cm³", notes)
    permittivity = _permittivity(formulation, known, notes)
    bead_nm, stiffness = peo_bead()
    bead_g_mol = bead_nm**3 * density * AVOGADRO_per_nm3 * 1000 / DENSITY
    if {unit.smiles for unit in polymer.units} != {"*CCO*"}:
        notes.append("the chain has the dimensions of PEO's")
    depth = (known.well_kT or WELL_kT) * WELL_REFERENCE_K / temperature_K
    donors = [unit.coordinating_sites / unit.molar_mass * bead_g_mol for unit in polymer.units]
    length = polymer.molar_mass_kg_mol
    beads = LONGEST_CHAIN if length is None else max(2, round(1000 * length / bead_g_mol))
    if beads > LONGEST_CHAIN:
        notes.append(f"chains are cut to {LONGEST_CHAIN} of their {beads} beads")
    return CoarseGrained(
        temperature_K=temperature_K,
        bead_nm=bead_nm,
        bead_g_mol=bead_g_mol,
        time_ps=time_ps(temperature_C - glass_C),
        stiffness=stiffness,
        bjerrum_length=BJERRUM_nm_K / (permittivity * temperature_K) / bead_nm,
        cation_diameter=max(LEAST_DIAMETER, 2 * LITHIUM_RADIUS_nm / bead_nm),
        anion_diameter=max(LEAST_DIAMETER, anion_diameter_nm(formulation, notes) / bead_nm),
        wells=tuple(min(DEEPEST_kT, depth * share) for share in donors),
        chain_beads=min(beads, LONGEST_CHAIN),
        glass_transition_C=glass_C,
        relative_permittivity=permittivity,
        notes=tuple(notes),
    )


def kuhn_length(stiffness: float) -> float:
    """Kuhn length of a Kremer-Grest melt in σ.

    That of the chain with its bending potential alone, and what excluded volume adds (Svaneborg and Everaers,
    Macromolecules 2020, 53, 1917).
    """
    k = stiffness
    bare = 1.0 if k < 1e-3 else (2 * k + exp(-2 * k) - 1) / (1 - exp(-2 * k) * (2 * k + 1))
    return BOND * bare + 0.77 * (tanh(-0.03 * k**2 - 0.41 * k + 0.16) + 1)


def peo_bead() -> tuple[float, float]:
    """Diameter of a bead of PEO in nm, and the stiffness with which the model has PEO's Kuhn number.

    Kuhn length l = ⟨R²⟩ / L; Kuhn number n = ρ_K l³, in the model 0.85 · 0.965 · l² with l in σ.
    """
    from scipy.optimize import brentq

    kuhn_nm = PEO_R2_PER_MASS_nm2 * PEO_UNIT_g_mol / PEO_UNIT_nm
    segment_g_mol = kuhn_nm**2 / PEO_R2_PER_MASS_nm2
    number = PEO_DENSITY_353K * AVOGADRO_per_nm3 * 1000 / segment_g_mol * kuhn_nm**3
    kuhn = sqrt(number / (DENSITY * BOND))
    stiffness = float(brentq(lambda k: kuhn_length(k) - kuhn, 0.0, 10.0))  # pyright: ignore[reportArgumentType]
    return kuhn_nm / kuhn, stiffness


def time_ps(above_glass_K: float) -> float:
    """τ in ps at a temperature above the glass transition, by the WLF law and the friction of a bead."""
    segment_s = SEGMENT_AT_GLASS_s * 10 ** (-WLF_1 * above_glass_K / (WLF_2_K + above_glass_K))
    return segment_s * 1e12 * 3 * pi**2 / FRICTION


def anion_diameter_nm(formulation: Formulation, notes: list[str]) -> float:
    """Diameter of the sphere that has the anion's volume."""
    salt = formulation.salt
    if salt is None:
        raise BadInput("no salt, no anion", remedy="Give a salt")
    volume = salt_facts(salt).anion_volume_nm3
    if volume is not None:
        return (6 * volume.value / pi) ** (1 / 3)
    notes.append("the volume of the anion was estimated from its molar mass")
    return (6 * ANION_nm3_PER_g_mol * (salt.molar_mass - 6.94) / pi) ** (1 / 3)


def _glass_transition_C(formulation: Formulation, known: Known, notes: list[str]) -> float:
    polymer = known.glass_transition_C
    if polymer is None:
        fact = polymer_facts(formulation.polymer).glass_transition_C
        if fact is None:
            raise BadInput(
                f"the catalogue has no glass transition of {formulation.polymer.label}, which sets the time",
                remedy="Give `glass_transition` in °C",
            )
        polymer = fact.value
    weights, glasses = [polymer_weight_fraction(formulation)], [polymer]
    for content in formulation.additives:
        fact = additive_facts(content.additive).glass_transition_C
        if fact is None:
            notes.append(f"the glass transition of {content.additive.label} is not known: it softens nothing here")
            continue
        weights.append(content.weight_fraction)
        glasses.append(fact.value)
    return fox_glass_transition_C([w / sum(weights) for w in weights], glasses)


def _permittivity(formulation: Formulation, known: Known, notes: list[str]) -> float:
    fact = polymer_facts(formulation.polymer).relative_permittivity
    own = _fact(known.relative_permittivity, fact, PERMITTIVITY, "permittivity", "", notes)
    weights, values = [polymer_weight_fraction(formulation)], [own]
    for content in formulation.additives:
        fact = additive_facts(content.additive).relative_permittivity
        if fact is not None:
            weights.append(content.weight_fraction)
            values.append(fact.value)
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


def _fact(given: float | None, fact: object, default: float, name: str, unit: str, notes: list[str]) -> float:
    from chemistry.component_facts import Fact

    if given is not None:
        return given
    if isinstance(fact, Fact):
        return fact.value
    notes.append(f"no {name} is known: {default:g} {unit}".rstrip() + " was taken")
    return default
