"""What the anion does: how freely it leaves lithium, how it stiffens chains, how it keeps them from crystallising."""

from dataclasses import dataclass
from functools import lru_cache

from chemistry.substructure import has


@dataclass(frozen=True)
class AnionEffect:
    """A salt's effect, relative to LiTFSI in poly(ethylene oxide)."""

    offset_decades: float
    """log10 σ over that of LiTFSI in amorphous PEO at 80 °C, r 0.035 to 0.11."""
    stiffening: float = 0.9
    """dTg/dr over that of TFSI."""
    amorphising: float = 0.6
    """How strongly the salt suppresses crystals of the host, over TFSI: large flexible anions most."""
    complex_melting_C: float = 110.0
    """Melting point of the crystalline complex that forms at high loading (P(EO)6LiX or P(EO)3LiX)."""


KNOWN_ANIONS = {
    # Ten anions by the medians of the public table at 80 °C; PF6: Tg = -54 + 151 r against -63 + 195 r of TFSI.
    "O=S(=O)([N-]S(=O)(=O)C(F)(F)F)C(F)(F)F.[Li+]": AnionEffect(0.0, 1.0, 1.0, 60),
    "O=S(=O)(F)[N-]S(=O)(=O)F.[Li+]": AnionEffect(0.0, 1.0, 0.9, 60),
    "O=C1O[B-]2(OC1=O)OC(=O)C(=O)O2.[Li+]": AnionEffect(-0.12, 0.9, 0.8, 90),
    "[Li+].[O-]Cl(=O)(=O)=O": AnionEffect(-0.18, 0.9, 0.65, 150),
    "O=S(=O)([N-]S(=O)(=O)C(F)(F)C(F)(F)F)C(F)(F)C(F)(F)F.[Li+]": AnionEffect(-0.20, 0.95, 1.0, 60),
    "N#Cc1nc(C(F)(F)F)[n-]c1C#N.[Li+]": AnionEffect(-0.26, 0.9, 0.7, 70),
    "F[As-](F)(F)(F)(F)F.[Li+]": AnionEffect(-0.28, 0.8, 0.5, 136),
    "F[P-](F)(F)(F)(F)F.[Li+]": AnionEffect(-0.96, 151 / 195, 0.4, 125),
    "O=S(=O)([O-])C(F)(F)F.[Li+]": AnionEffect(-1.16, 0.85, 0.5, 175),
    "F[B-](F)(F)F.[Li+]": AnionEffect(-1.29, 0.8, 0.45, 130),
    # Fewer papers: medians of the same table in PEO near 80 °C, or at 25 °C beside TFSI.
    "O=S(=O)(F)[N-]S(=O)(=O)C(F)(F)F.[Li+]": AnionEffect(-0.15, 1.0, 1.0, 60),
    "O=S(=O)([N-]S(=O)(=O)C(F)(F)C(F)(F)C(F)(F)C(F)(F)F)C(F)(F)F.[Li+]": AnionEffect(-0.7, 0.95, 1.0, 60),
    "O=C1O[B-](F)(F)OC1=O.[Li+]": AnionEffect(-0.15, 0.9, 0.8, 80),
    "N#C[C-](C#N)C#N.[Li+]": AnionEffect(-0.3, 0.9, 0.7, 80),
    "N#Cc1nc(C(F)(F)C(F)(F)F)[n-]c1C#N.[Li+]": AnionEffect(-0.3, 0.9, 0.7, 70),
    "N#Cc1nn[n-]c1C#N.[Li+]": AnionEffect(-0.33, 0.9, 0.7, 80),
    "F[Sb-](F)(F)(F)(F)F.[Li+]": AnionEffect(-0.4, 0.8, 0.5, 130),
    "[Li+].[S-]C#N": AnionEffect(-1.0, 0.8, 0.5, 120),
    "[I-].[Li+]": AnionEffect(-1.1, 0.8, 0.5, 130),
    "[Br-].[Li+]": AnionEffect(-1.9, 0.8, 0.4, 150),
    "[Cl-].[Li+]": AnionEffect(-2.5, 0.8, 0.3, 150),
    "[F-].[Li+]": AnionEffect(-3.5, 0.8, 0.2, 150),
}
"""By a SMILES of the salt, in any spelling."""

_CLASSES = (
    ("sulfonimide", "[N-](S(=O)=O)S(=O)=O", AnionEffect(-0.35, 1.0, 0.9, 70)),
    ("sulfonamide", "[N-]S(=O)=O", AnionEffect(-1.0, 0.9, 0.7, 90)),
    ("fluorinated sulfonate", "[O-]S(=O)(=O)C(F)F", AnionEffect(-1.1, 0.85, 0.5, 150)),
    ("sulfonate or sulfate", "[O-]S(=O)=O", AnionEffect(-2.0, 0.85, 0.4, 150)),
    ("fluorinated carboxylate", "[O-]C(=O)C(F)F", AnionEffect(-1.9, 0.85, 0.4, 150)),
    ("carboxylate", "[O-]C=O", AnionEffect(-2.6, 0.85, 0.3, 150)),
    ("phosphate", "[O-]P", AnionEffect(-1.6, 0.85, 0.4, 150)),
    ("nitrate", "[O-][N+](=O)", AnionEffect(-1.8, 0.85, 0.4, 150)),
    ("chelated borate", "[B-]1OC(=O)*O1", AnionEffect(-0.3, 0.9, 0.8, 90)),
    ("borate", "[B-]", AnionEffect(-0.5, 0.9, 0.6, 110)),
    ("cyano anion", "[C-,n-,N-,c-]", AnionEffect(-0.5, 0.9, 0.7, 90)),
)
_UNKNOWN = AnionEffect(-1.2)
TETHERED = AnionEffect(-1.0, 0.5, 1.0, 60)
"""An anion that hangs on the chain: only lithium moves."""


@lru_cache(maxsize=4096)
def anion_effect(salt_smiles: str) -> AnionEffect:
    """The effect of a lithium salt: measured where it was, else that of its class of anions."""
    known = _known().get(salt_smiles)
    if known is not None:
        return known
    from rdkit import Chem

    salt = Chem.MolFromSmiles(salt_smiles)
    classes = (effect for _, pattern, effect in _CLASSES if has(salt, Chem.MolFromSmarts(pattern)))
    return next(classes, _UNKNOWN)


@lru_cache(maxsize=1)
def _known() -> dict[str, AnionEffect]:
    from chemistry.canonical import canonical_salt

    return {canonical_salt(smiles): effect for smiles, effect in KNOWN_ANIONS.items()}
