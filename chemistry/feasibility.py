"""Why a formulation should not be made: every reason at once, none if it may be.

The rules are coarse on purpose. They refuse what no laboratory would try, and leave what is merely poor to the planner.

- Solubility. Polyethers take up salt to one Li⁺ per three oxygen atoms, the richest of the crystalline complexes of
  PEO (Lascaud et al., Macromolecules 1994, 27, 7469); beyond it salt is left over. Polycarbonates and polyesters bind
  Li⁺ weakly and stay homogeneous as polymer-in-salt to one Li⁺ per carbonyl and more (Tominaga, Yamazaki, Chem.
  Commun. 2014, 50, 4448), as do nitriles (Angell et al., Nature 1993, 362, 137). A salt with a small hard anion (LiF,
  any anion below 0.045 nm³) has more lattice energy than a chain can repay and is refused: the
  hard-soft rule of Armand (Annu. Rev. Mater. Sci. 1986, 16, 245).
- Casting. A film whose glass transition, softened by its additives (Fox), lies above the temperature at which it is
  cast cracks on drying.
- Hazards and the least share of polymer that still makes a film are a matter of `Policy`.
"""

from pydantic import Field

from chemistry.formulation import Formulation
from chemistry.polymer import Polymer
from chemistry.process import Cast, Process
from chemistry.remembered import remembered
from chemistry.salt import Additive, Salt
from chemistry.units import polymer_weight_fraction
from chemistry.value import Value

_RICHEST_LI_PER_SITE = {
    "ether": 0.34,
    "hydroxyl": 0.34,
    "amine": 0.34,
    "aromatic nitrogen": 0.34,
    "imine": 0.34,
    "sulfoxide": 0.5,
    "sulfonyl": 0.5,
    "phosphoryl": 0.5,
    "carbonyl": 1.5,
    "nitrile": 1.5,
}
"""Li⁺ per site that a host of each kind can hold; a third is written .34 so that 1/3 itself passes."""
_SMALLEST_SOLUBLE_ANION_nm3 = 0.045
"""Thermochemical volume below which a lithium salt does not dissolve in a chain: between fluoride (0.025) and chloride
(0.047; Jenkins et al., Inorg. Chem. 1999, 38, 3609)."""


class Policy(Value):
    """What a laboratory allows."""

    refused_hazard_codes: frozenset[str] = frozenset({"H200", "H201", "H202", "H300", "H310", "H330", "H340", "H350"})
    """GHS hazard statements that no component may carry: by default explosives, what is fatal, what causes genetic
    defects or cancer."""
    refuse_unclassified: bool = False
    """Whether a component of unknown hazards is refused too."""
    least_polymer_fraction: float = Field(default=0.2, ge=0, lt=1)
    """Weight fraction of polymer below which a film does not hold together."""


def reasons_against(formulation: Formulation, policy: Policy | None = None) -> tuple[str, ...]:
    """Why the formulation should not be made, each reason a sentence with its numbers; empty if it may be.

    Facts of components are looked up once and remembered, so that thousands of loadings are judged in a second.
    """
    rules = policy or _DEFAULT_POLICY
    polymer, salt = formulation.polymer, formulation.salt
    reasons: list[str] = list(_refused_component(polymer, rules))
    if salt is not None:
        reasons += _refused_component(salt, rules)
        reasons += _refused_host(polymer)
        reasons += _too_much_salt(formulation, salt)
    for content in formulation.additives:
        reasons += _refused_component(content.additive, rules)
    left = polymer_weight_fraction(formulation)
    if left < rules.least_polymer_fraction:
        reasons.append(f"only {left:.3f} of the weight is polymer, below the least, {rules.least_polymer_fraction:g}")
    reasons += _too_stiff_to_cast(formulation)
    return tuple(reasons)


def refused_polymer(polymer: Polymer, policy: Policy | None = None) -> tuple[str, ...]:
    """Why no film should be made of a polymer, whatever is put into it; empty if one may be."""
    return (*_refused_component(polymer, policy or _DEFAULT_POLICY), *_refused_host(polymer))


_DEFAULT_POLICY = Policy()


def richest_li_per_site(polymer: Polymer) -> float:
    """Li⁺ per coordinating site that a host can dissolve; 0 without sites, the mean over its sites where kinds mix."""
    return _host(polymer)[1]


def _too_much_salt(formulation: Formulation, salt: Salt) -> list[str]:
    reasons = []
    if _insoluble(salt):
        reasons.append(f"{salt.label} does not dissolve in a polymer: the lattice of so small an anion holds it")
    sites, richest = _host(formulation.polymer)
    if sites and (ratio := formulation.salt_molality_mol_kg / sites) > richest:
        reasons.append(
            f"Li/O = {ratio:.3f} is beyond what {formulation.polymer.label} dissolves, about {richest:.2f} per site"
        )
    return reasons


def _too_stiff_to_cast(formulation: Formulation) -> list[str]:
    casting = _casting_temperature_C(formulation.process)
    glass = _glass_transition_C(formulation.polymer)
    if casting is None or glass is None or glass <= casting:
        return []
    softened = _softened_C(formulation, glass)
    if softened <= casting:
        return []
    return [
        f"the glass transition of {formulation.polymer.label} with its additives, about {softened:.0f} °C, "
        f"lies above the casting temperature of {casting:g} °C: the film would crack"
    ]


def _softened_C(formulation: Formulation, glass_C: float) -> float:
    """Glass transition of polymer and additives together (Fox), in °C; additives without a known one are left out."""
    from chemistry.mixing import fox_glass_transition_C

    weights, glasses = [polymer_weight_fraction(formulation)], [glass_C]
    for content in formulation.additives:
        softener = _additive_glass_transition_C(content.additive)
        if softener is not None:
            weights.append(content.weight_fraction)
            glasses.append(softener)
    total = sum(weights)
    return fox_glass_transition_C([weight / total for weight in weights], glasses)


@remembered
def _refused_component(component: Polymer | Salt | Additive, policy: Policy) -> tuple[str, ...]:
    from chemistry.catalogue import additive_facts, polymer_facts, salt_facts

    if isinstance(component, Polymer):
        facts = polymer_facts(component)
    else:
        facts = salt_facts(component) if isinstance(component, Salt) else additive_facts(component)
    if facts.hazards is None:
        return (f"the hazards of {component.label} are not known",) if policy.refuse_unclassified else ()
    refused = sorted(set(facts.hazard_codes) & policy.refused_hazard_codes)
    return (f"{component.label} carries {', '.join(refused)}, which the hazard policy refuses",) if refused else ()


@remembered
def _refused_host(polymer: Polymer) -> tuple[str, ...]:
    return () if _host(polymer)[0] else (f"{polymer.label} has no group that coordinates lithium",)


@remembered
def _host(polymer: Polymer) -> tuple[float, float]:
    """Coordinating sites in mol/kg, and Li⁺ per site at most."""
    from chemistry.coordination import coordinating_groups

    held = sites = 0.0
    for fraction, unit in zip(polymer.fractions, polymer.units, strict=True):
        for group, count in coordinating_groups(unit.smiles).items():
            sites += fraction * count
            held += fraction * count * _RICHEST_LI_PER_SITE[group]
    return (polymer.sites_mol_kg, held / sites) if sites else (0.0, 0.0)


@remembered
def _insoluble(salt: Salt) -> bool:
    from chemistry.catalogue import salt_facts

    volume = salt_facts(salt).anion_volume_nm3
    return volume is not None and volume.value < _SMALLEST_SOLUBLE_ANION_nm3


@remembered
def _glass_transition_C(polymer: Polymer) -> float | None:
    from chemistry.catalogue import polymer_facts

    fact = polymer_facts(polymer).glass_transition_C
    return None if fact is None else fact.value


@remembered
def _additive_glass_transition_C(additive: Additive) -> float | None:
    from chemistry.catalogue import additive_facts

    fact = additive_facts(additive).glass_transition_C
    return None if fact is None else fact.value


@remembered
def _casting_temperature_C(process: Process) -> float | None:
    """The highest temperature of the casting steps; None where nothing is cast."""
    return max((step.temperature_C for step in process.steps if isinstance(step, Cast)), default=None)
