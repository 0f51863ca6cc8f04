"""Estimates for facts that the catalogue does not hold: rough, stated, and never a reason to fail.

Glass transition of a polymer: group contributions Tg = ΣY_g / M (van Krevelen and te Nijenhuis, Properties of
Polymers, 4th ed. 2009, chapter 6), rounded and reduced to the groups below; wrong by 30 K on the average.
Glass transition of a small molecule: two thirds of its melting point (Beaman, J. Polym. Sci. 1952, 9, 470).
"""

from functools import lru_cache

from chemistry.substructure import matches

_CONTRIBUTIONS = (
    ("carbonate", "[CX3](=[OX1])([OX2])[OX2]", 20.0),
    ("amide or urethane", "[CX3](=[OX1])[NX3]", 14.0),
    ("ester", "[CX3](=[OX1])[OX2]", 12.5),
    ("ketone", "[CX3]=[OX1]", 9.0),
    ("sulfone", "[SX4](=[OX1])=[OX1]", 32.0),
    ("benzene ring", "c1ccccc1", 27.0),
    ("nitrile", "[CX2]#[NX1]", 11.0),
    ("dimethylsilyl", "[Si]([CH3])[CH3]", 7.0),
    ("difluoromethylene", "[CX4](F)F", 9.0),
    ("quaternary carbon", "[CX4H0]", 10.0),
    ("branching carbon", "[CX4H1]", 4.5),
    ("methylene", "[CX4H2]", 2.7),
    ("methyl", "[CX4H3]", 2.7),
    ("ether or hydroxyl oxygen", "[OX2]", 4.0),
    ("amine nitrogen", "[NX3]", 6.0),
    ("chlorine", "[Cl]", 12.0),
    ("sulfur", "[SX2]", 8.0),
)
"""Group, SMARTS, Y_g in K·kg/mol. The first group that holds an atom takes it."""

_PER_OTHER_ATOM = 6.0
DEFAULT_PLASTICISER_GLASS_TRANSITION_K = 190.0
DEFAULT_RELATIVE_PERMITTIVITY = 6.0
DEFAULT_PLASTICISER_PERMITTIVITY = 12.0
DEFAULT_DENSITY_g_cm3 = 1.15
DEFAULT_CRYSTALLINITY = 0.6
"""Of a polymer that is known to melt."""


@lru_cache(maxsize=4096)
def polymer_glass_transition_K(smiles: str) -> float:
    """Glass transition of a homopolymer from its groups, K, between 150 and 520.

    >>> round(polymer_glass_transition_K("*CCO*"))
    213
    """
    from rdkit import Chem

    from chemistry.canonical import molar_mass_g_mol
    from sim.twin.chain import middle_of_three

    chain, middle = middle_of_three(smiles)
    taken: set[int] = set()
    total = 0.0
    for _, pattern, contribution in _CONTRIBUTIONS:
        for match in matches(chain, Chem.MolFromSmarts(pattern), most=10_000):
            if match[0] in middle and not taken & set(match):
                taken |= set(match)
                total += contribution
    others = sum(chain.GetAtomWithIdx(index).GetAtomicNum() > 1 for index in middle - taken)
    glass_transition_K = 1000 * (total + _PER_OTHER_ATOM * others) / molar_mass_g_mol(smiles)
    return min(520.0, max(150.0, glass_transition_K))


def molecule_glass_transition_K(melting_point_C: float | None) -> float:
    """Glass transition of a small molecule from its melting point, K; 190 K where that is not known either.

    >>> round(molecule_glass_transition_K(58))
    221
    """
    if melting_point_C is None:
        return DEFAULT_PLASTICISER_GLASS_TRANSITION_K
    return 2 / 3 * (melting_point_C + 273.15)
