"""Where a film is oxidised: the noise-free truth, a potential vs Li/Li⁺ at a stated current density.

Every group that can be oxidised gives a current exp((E - E_i) / s), and currents add up:

    E_limit = -s ln Σ x_i exp(-E_i / s),    x_i the share of the group, s = RT / (α F)

so that the weakest member decides. Potentials are those at 10 µA/cm² on steel at 60 °C, set by hand and no better
than ±0.2 V: they depend on electrode, rate and threshold more than on the laboratory's care (Hernández et al., J.
Power Sources Adv. 2021, 11, 100071; Méry et al., Materials 2021, 14, 3840, whose table of published windows the
classes follow).

- Poly(ethylene oxide) 3.9 to 4.3 V (Xia et al., J. Power Sources 2001, 92, 234); its hydroxyl ends go first.
- Polycarbonates and polyesters 4.5 to 5 V (Mindemark et al., Prog. Polym. Sci. 2018, 81, 114); nitriles above 5 V (Hu
  et al., J. Mater. Chem. A 2016, 4, 10070).
- Anions in the order of Ue et al., J. Electrochem. Soc. 1994, 141, 2989, and Xu, Chem. Rev. 2004, 104, 4303: PF6 and
  BF4 above sulfonimides above perchlorate; halides and thiocyanate far below.
- Lithium that an ether holds draws on its lone pair: 0.1 V more at a loading of 0.1, an estimate of the size that
  calculations of complexes give (Marchiori et al., Chem. Mater. 2020, 32, 7237).
"""

from functools import lru_cache
from math import exp, log

from chemistry.formulation import Formulation
from chemistry.substructure import has
from sim.twin.composition import composition
from sim.twin.donors import donors

THRESHOLD_A_cm2 = 1e-5
"""The current density that the potentials belong to."""
SLOPE_V = 0.085
"""RT / (α F) with α = 0.34 at 60 °C; about 0.2 V per decade."""
_PER_KELVIN_V = -0.0015
_PER_LOADING_V = 1.0
_GROUPS_V = {
    "chelating ether": 4.05,
    "ether": 4.15,
    "ester": 4.70,
    "carbonate": 4.90,
    "amide": 4.40,
    "nitrile": 5.25,
    "amine": 3.60,
    "hydroxyl": 3.90,
    "other": 4.60,
    "none": 4.90,
}
_ANIONS_V = (
    ("[PX6]", 5.5),
    ("[BX4](F)(F)(F)F", 5.4),
    ("[As,Sb]", 5.4),
    ("[N-](S(=O)(=O)F)S(=O)(=O)F", 4.9),
    ("[N-](S(=O)=O)S(=O)=O", 5.15),
    ("[O-]S(=O)(=O)C(F)F", 5.0),
    ("Cl(=O)(=O)=O", 4.85),
    ("[B-]1OC(=O)*O1", 4.65),
    ("[I-]", 3.0),
    ("[Br-]", 3.5),
    ("[S-]C#N", 3.5),
    ("[Cl-]", 3.9),
    ("[C-,n-,N-,c-]", 4.5),
    ("[O-][N+](=O)", 4.3),
    ("[O-]C=O", 4.3),
)
"""SMARTS of the anion, the first that holds: potential, V."""
_UNKNOWN_ANION_V = 4.6
_TETHERED_V = 5.0


def truth_oxidation_limit_V(formulation: Formulation, temperature_C: float) -> float:
    """Potential vs Li/Li⁺ at which a formulation is oxidised with 10 µA/cm², without film effect and without noise."""
    held = donors(formulation)
    loading = min(0.3, composition(formulation).loading)
    parts = [(share, _potential_V(group, loading)) for group, share in held.all.items()]
    anion = _anion_V(formulation.salt.smiles) if formulation.salt is not None else _TETHERED_V
    parts.append((loading, anion))
    return combined_V(parts) + _PER_KELVIN_V * (temperature_C - 60)


def neutral_limit_V(formulation: Formulation) -> float:
    """That of the neutral molecules alone, V at 60 °C: no ion, and no lithium that holds a lone pair."""
    return combined_V([(share, _potential_V(group, 0.0)) for group, share in donors(formulation).all.items()])


def combined_V(parts: list[tuple[float, float]]) -> float:
    """The potential at which the currents of all parts, share and own potential (V), add up to the threshold.

    >>> round(combined_V([(0.5, 4.0), (0.5, 4.0)]), 6)
    4.0
    """
    total = sum(share for share, _ in parts)
    return -SLOPE_V * log(sum(share / total * exp(-potential / SLOPE_V) for share, potential in parts))


def _potential_V(group: str, loading: float) -> float:
    held = _PER_LOADING_V * loading if "ether" in group else 0.0
    return _GROUPS_V[group] + held


@lru_cache(maxsize=4096)
def _anion_V(salt_smiles: str) -> float:
    from rdkit import Chem

    salt = Chem.MolFromSmiles(salt_smiles)
    found = (volts for pattern, volts in _ANIONS_V if has(salt, Chem.MolFromSmarts(pattern)))
    return next(found, _UNKNOWN_ANION_V)
