"""How a polymer carries lithium: the parameters of its conductivity law, from the literature or from its groups.

One law serves all hosts (`sim.twin.transport`); a host is told apart by its glass transition, by what salt does to it,
and by six numbers. For hosts that were measured often enough they are set so that the law meets the medians of the
public conductivity tables (Bradford et al., ACS Cent. Sci. 2023, 9, 206, and Hatakeyama-Sato et al., JACS 2020, 142,
3301), see docs/explanation/twin.md for how well; for every other polymer they are means over its coordinating groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from chemistry.substructure import matches


@dataclass(frozen=True)
class HostLaw:
    """Parameters of one kind of host. r is the number of Li⁺ per coordinating site."""

    glass_transition_slope_K: float
    """dTg/dr with LiTFSI, K."""
    activation_kJ_mol: float = 9.4
    """B of the VTF law with T0 = Tg - 50 K; 9.4 is the median of all chemistries."""
    offset_decades: float = 0.0
    """log10 of the prefactor over that of PEO: weaker solvation, slower exchange of sites."""
    pairing_r: float = 0.082
    """Loading at which half of the ions are held in pairs."""
    aggregation_r: float = 0.221
    """Loading at which aggregates take over and σ falls."""
    plateau_modulus_MPa: float = 0.8
    """Shear modulus of the rubbery plateau (Fetters et al., Macromolecules 1994, 27, 4639, where listed there)."""


@dataclass(frozen=True)
class KnownHost:
    """A host with a law of its own and the thermal data that belong to it, °C; crystallinity of the neat film."""

    law: HostLaw
    glass_transition_C: float
    melting_point_C: float | None = None
    crystallinity: float = 0.0
    complex_crystallinity: float = 0.0
    """Crystals of the polymer-salt complex at high loading."""
    relative_permittivity: float = 8.0
    """That of PEO: what differs is in the fitted offset."""


KNOWN_HOSTS = {
    # poly(ethylene oxide): fitted to the loading medians at 90 °C; Tg = -63 + 195 r with TFSI.
    "*CCO*": KnownHost(HostLaw(195, 8.4, 0.0, 0.082, 0.221, 1.8), -63, 65, 0.70, 0.4),
    # poly(propylene oxide): the same oxygen, shielded; σ a decade below PEO, Tg rises fast.
    "*CC(C)O*": KnownHost(HostLaw(300, 8.4, -0.9, 0.082, 0.25, 0.7), -70),
    # poly(tetrahydrofuran): oxygens too far apart to chelate.
    "*CCCCO*": KnownHost(HostLaw(200, 8.4, -1.5, 0.06, 0.2, 1.2), -84, 35, 0.5),
    # poly(allyl glycidyl ether): Tg = -81 + 298 r with TFSI.
    "*CC(COCC=C)O*": KnownHost(HostLaw(298, 8.4, -0.75, 0.082, 0.25, 0.3), -81),
    # poly(ethylene imine), linear: Tg = -63 + 185 r with TFSI.
    "*CCN*": KnownHost(HostLaw(185, 8.8, -1.5, 0.05, 0.2, 0.8), -63, 59, 0.5, 0.2),
    "*CCN(C)*": KnownHost(HostLaw(185, 8.8, -1.4, 0.05, 0.2, 0.6), -65),
    # poly(ethylene adipate): Tg = -38 + 104 r with ClO4, which stiffens 0.9 times as much as TFSI.
    "*CCOC(=O)CCCCC(=O)O*": KnownHost(HostLaw(104 / 0.9, 8.4, 0.2, 0.12, 0.4, 1.0), -38, 47, 0.45),
    # poly(ε-caprolactone).
    "*CCCCCC(=O)O*": KnownHost(HostLaw(104, 9.0, -0.65, 0.12, 0.26, 1.0), -60, 58, 0.5),
    # poly(ethylene carbonate): Tg = 19 - 39 r with TFSI, σ best near r = 0.8.
    "*CCOC(=O)O*": KnownHost(HostLaw(-39, 9.4, -0.1, 0.5, 0.72, 1.0), 19),
    "*CC(C)OC(=O)O*": KnownHost(HostLaw(-39, 9.4, -0.4, 0.5, 0.72, 0.7), 25),
    # poly(trimethylene carbonate): steep in temperature.
    "*CCCOC(=O)O*": KnownHost(HostLaw(40, 12.0, -0.6, 0.3, 0.7, 1.1), -20),
    # poly(vinyl ethyl ether): far below what its glass transition promises.
    "*CC(*)OCC": KnownHost(HostLaw(150, 9.4, -4.1, 0.06, 0.2, 0.3), -35),
    # poly[bis(methoxyethoxyethoxy)phosphazene] (MEEP).
    "*N=P(*)(OCCOCCOC)OCCOCCOC": KnownHost(HostLaw(250, 8.4, -0.1, 0.06, 0.15, 0.1), -84),
}
"""By a SMILES of the repeat unit, in any spelling."""

GROUP_LAWS = {
    "chelating ether": HostLaw(195, 8.4, -0.2, 0.082, 0.221, 1.0),
    "ether": HostLaw(200, 8.8, -1.2, 0.07, 0.2, 0.8),
    "ester": HostLaw(104, 9.4, -0.6, 0.12, 0.3, 0.7),
    "carbonate": HostLaw(0, 10.5, -0.3, 0.4, 0.8, 1.0),
    "amide": HostLaw(150, 10.0, -1.2, 0.15, 0.4, 0.8),
    "nitrile": HostLaw(-60, 9.4, -0.6, 0.4, 1.2, 0.8),
    "amine": HostLaw(185, 8.8, -1.2, 0.05, 0.2, 0.7),
    "hydroxyl": HostLaw(100, 10.0, -1.5, 0.1, 0.3, 0.8),
    "other": HostLaw(150, 9.4, -0.9, 0.1, 0.3, 0.7),
    "none": HostLaw(0, 9.4, -3.0, 0.1, 0.3, 0.5),
}
"""Estimates per coordinating group. Slopes follow measured hosts of the group; nitriles are softened by much salt."""

_PATTERNS = {
    "carbonate": "[OX1]=[CX3]([OX2])[OX2]",
    "amide": "[OX1]=[CX3][NX3]",
    "ester": "[OX1]=[CX3;!$(C([OX2])[OX2]);!$(CN)][OX2]",
    "nitrile": "[NX1]#[CX2]",
    "hydroxyl": "[OX2H1;!$(O[C,S,P]=O)]",
    "ether": "[OX2H0;!$(O[C,S,P,N,c]=[O,S,N]);!$(O[Si,B]);!$(O(a)a)]([#6])[#6]",
    "amine": "[NX3;!$(N[C,S,P]=[O,S,N]);!$(N-a);!$(N=*);!$(N#*)]",
}
"""SMARTS of each group, its donor atom first."""


@lru_cache(maxsize=1)
def known_hosts() -> dict[str, KnownHost]:
    """The hosts that have a law of their own, by canonical SMILES of the repeat unit."""
    from chemistry.canonical import canonical_repeat_unit

    return {canonical_repeat_unit(smiles): known for smiles, known in KNOWN_HOSTS.items()}


@lru_cache(maxsize=4096)
def group_law(smiles: str) -> HostLaw:
    """The law of a repeat unit from its coordinating groups: the mean over its sites.

    Three periods of the chain are looked at, so that groups which span the cut are seen.
    """
    from chemistry.coordination import coordinating_sites

    counts = dict(group_counts(smiles))
    rest = coordinating_sites(smiles) - sum(counts.values())
    if rest > 0:
        counts["other"] = rest
    return mean_law(
        [(GROUP_LAWS[group], count) for group, count in counts.items() if count] or [(GROUP_LAWS["none"], 1)]
    )


def mean_law(parts: list[tuple[HostLaw, float]]) -> HostLaw:
    """Weighted mean of laws, of the logarithm for the loadings and the modulus."""
    total = sum(weight for _, weight in parts)

    def mean(name: str) -> float:
        return sum(weight * getattr(law, name) for law, weight in parts) / total

    def geometric(name: str) -> float:
        product = 1.0
        for law, weight in parts:
            product *= getattr(law, name) ** (weight / total)
        return product

    return HostLaw(
        mean("glass_transition_slope_K"),
        mean("activation_kJ_mol"),
        mean("offset_decades"),
        geometric("pairing_r"),
        geometric("aggregation_r"),
        geometric("plateau_modulus_MPa"),
    )


@lru_cache(maxsize=4096)
def group_counts(smiles: str) -> Mapping[str, float]:
    """Coordinating sites by group: of a repeat unit (with `*`), or of a molecule."""
    from rdkit import Chem

    from sim.twin.chain import middle_of_three

    if "*" in smiles:
        chain, middle = middle_of_three(smiles)
    else:
        chain = Chem.MolFromSmiles(smiles)
        middle = {atom.GetIdx() for atom in chain.GetAtoms()}

    def donors(pattern: str) -> set[int]:
        found = matches(chain, Chem.MolFromSmarts(pattern), most=10_000)
        return {match[0] for match in found if match[0] in middle}

    found = {name: donors(pattern) for name, pattern in _PATTERNS.items()}
    found["chelating ether"] = found["ether"] & donors("[OX2][CX4][CX4][OX2,NX3]")
    found["ether"] = found["ether"] - found["chelating ether"]
    return {name: float(len(atoms)) for name, atoms in found.items()}
