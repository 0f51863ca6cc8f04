"""Which atoms of a chain solvate lithium: the sites that a Li/O ratio counts.

The rule counts the neutral atoms whose lone pair is free to bind Li⁺, one for each group:

- ether and alcohol oxygen (also acetals), one each. Not the oxygen of a siloxane, of furan or between two aromatic
  rings, whose lone pairs are drawn into the bonds;
- of a carbonyl group (ketone, ester, carbonate, carbamate, urea, amide, anhydride) the C=O oxygen only. The alkoxy
  oxygen of an ester or carbonate is not counted: simulations and spectra find Li⁺ at the carbonyl in polyesters and
  polycarbonates (Webb et al., ACS Cent. Sci. 2015, 1, 198; Mindemark et al., Prog. Polym. Sci. 2018, 81, 114), and
  published loadings of both are per carbonyl, that is per monomer;
- P=O of phosphates and phosphine oxides, S=O of sulfoxides, and one for each sulfone or sulfonate ester;
- amine nitrogen that is neither acylated, sulfonylated nor aromatic-bound, nitrile, pyridine-like and imine nitrogen.

A repeat unit is counted inside its chain, wherever it was cut. Charged atoms do not count: a tethered anion is the
counter-ion, not the solvent. So poly(ethylene oxide) has 1 site in `*CCO*`, poly(ε-caprolactone) 1, poly(lactic acid)
1, poly(ethylene carbonate) 1, poly(methyl methacrylate) 1, linear poly(ethylene imine) 1; polystyrene,
poly(dimethylsiloxane) and poly(vinylidene fluoride) have none.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from chemistry.canonical import canonical_repeat_unit, read_structure, stretch
from chemistry.substructure import matches_of_each

if TYPE_CHECKING:
    from rdkit import Chem

_FREE_NITROGEN = "!$(N[C,S,P]=[O,S,N]);!$(N-a);!$(N=*);!$(N#*)"
GROUPS = {
    "ether": "[OX2H0+0;!$(O[C,S,P,N,c]=[O,S,N]);!$(O[Si,B,Al]);!$(O(a)a);!$(OO)]",
    "hydroxyl": "[OX2H1+0;!$(O[C,S,P,N]=[O,S,N]);!$(O[Si,B,Al])]",
    "carbonyl": "[OX1+0]=[#6X3;!$([#6][O-]);!$([#6][N-])]",
    "phosphoryl": "[OX1+0]=[PX4;!$(P[O-])]",
    "sulfoxide": "[SX3+0](=[OX1])([#6])[#6]",
    "sulfonyl": "[SX4+0;!$(S[O-]);!$(S[N-]);!$(S[C-])](=[OX1])=[OX1]",
    "amine": f"[NX3+0;{_FREE_NITROGEN}]",
    "nitrile": "[NX1+0]#[CX2]",
    "aromatic nitrogen": "[nX2+0]",
    "imine": "[NX2+0;!$(N[S,P]=O);!$(N=[N,O,S,P])]=[CX3]",
}
"""SMARTS of each coordinating group, matched on its donor atom (its sulfur for the two sulfur groups)."""


@lru_cache(maxsize=65536)
def coordinating_groups(smiles: str) -> dict[str, int]:
    """How many coordinating groups of each kind (keys of `GROUPS`) a molecule or a repeat unit carries.

    >>> coordinating_groups("*CCCCCC(=O)O*")
    {'carbonyl': 1}
    """
    if "*" not in smiles:
        return {name: count for name, count in _counted(read_structure(smiles)).items() if count}
    # An atom at an open end does not show its neighbours. What one more unit adds to a chain is a unit inside it.
    unit = canonical_repeat_unit(smiles)
    copies = 2 if read_structure(unit).GetNumAtoms() > 5 else 6
    longer, shorter = _counted(stretch(unit, copies + 1)), _counted(stretch(unit, copies))
    return {name: more for name in longer if (more := longer[name] - shorter[name])}


def _counted(structure: "Chem.Mol") -> dict[str, int]:
    found = matches_of_each(structure, _patterns().values())
    return {name: len({match[0] for match in own}) for name, own in zip(GROUPS, found, strict=True)}


def coordinating_sites(smiles: str) -> int:
    """Number of groups of a molecule or a repeat unit that can coordinate Li⁺, by the rule of this module.

    >>> coordinating_sites("*CCO*"), coordinating_sites("*CCOC(=O)O*"), coordinating_sites("*CC(*)c1ccccc1")
    (1, 1, 0)
    """
    return sum(coordinating_groups(smiles).values())


@lru_cache(maxsize=1)
def _patterns() -> "dict[str, Chem.Mol]":
    from rdkit import Chem

    return {name: Chem.MolFromSmarts(pattern) for name, pattern in GROUPS.items()}
