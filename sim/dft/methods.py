"""Levels of theory by name: a functional of each family, a basis, a correction for dispersion; one default.

Families follow Perdew's ladder (Perdew and Schmidt, AIP Conf. Proc. 2001, 577, 1): LDA, GGA, meta-GGA, hybrid, and
hybrids whose exact exchange depends on distance (range-separated).
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from chemistry.errors import BadInput
from chemistry.wording import nearest
from sim.dft.failure import engine

ECP_FROM = 37
"""From rubidium on the Karlsruhe bases replace the core by a potential (Weigend and Ahlrichs, 2005)."""


_BOTH = ("D4", "D3BJ")


@dataclass(frozen=True)
class Functional:
    """An exchange-correlation functional.

    Attributes:
        family: LDA, GGA, meta-GGA, hybrid or range-separated.
        libxc: Its name in libxc.
        dispersions: Corrections that were fitted to it, the usual one first.
        fitted_as: Its name among the parameters of the correction, where that is another.
    """

    family: str
    libxc: str
    dispersions: tuple[str, ...] = ()
    fitted_as: str = ""


FUNCTIONALS = {
    "SVWN": Functional("LDA", "lda,vwn"),
    "PBE": Functional("GGA", "pbe", _BOTH),
    "BLYP": Functional("GGA", "blyp", _BOTH),
    "BP86": Functional("GGA", "b88,p86", _BOTH, "bp86"),
    "TPSS": Functional("meta-GGA", "tpss", _BOTH),
    "r2SCAN": Functional("meta-GGA", "r2scan", _BOTH),
    "B3LYP": Functional("hybrid", "b3lyp", _BOTH),
    "PBE0": Functional("hybrid", "pbe0", _BOTH),
    "TPSSh": Functional("hybrid", "tpssh", _BOTH),
    "M06-2X": Functional("hybrid", "m062x", ("D3zero",)),
    "CAM-B3LYP": Functional("range-separated", "camb3lyp", _BOTH),
    "LC-BLYP": Functional("range-separated", "hyb_gga_xc_lc_blyp"),
    "wB97X-D3BJ": Functional("range-separated", "wb97x-v", ("D3BJ",), "wb97x"),
    "wB97M-D3BJ": Functional("range-separated", "wb97m-v", ("D3BJ",), "wb97m"),
}
"""The last two are the functionals of Mardirossian and Head-Gordon (2014, 2016) with VV10 replaced by D3(BJ) (Najibi
and Goerigk, J. Chem. Theory Comput. 2018, 14, 5725); the name holds their dispersion."""
DISPERSIONS = ("default", "none", "D3BJ", "D3zero", "D4")


@dataclass(frozen=True)
class Method:
    """One level of theory; made by `method_named`, which checks it.

    Attributes:
        functional: A name of `FUNCTIONALS`.
        basis: Name of a basis as PySCF writes it, such as `def2-svp`.
        dispersion: `D4`, `D3BJ`, `D3zero`, or empty.
    """

    functional: str
    basis: str
    dispersion: str

    @property
    def label(self) -> str:
        """Such as `B3LYP-D4/def2-svp`: a part of every key."""
        tail = "" if not self.dispersion or self.functional.endswith(self.dispersion) else f"-{self.dispersion}"
        return f"{self.functional}{tail}/{self.basis}"

    @property
    def family(self) -> str:
        """LDA, GGA, meta-GGA, hybrid or range-separated."""
        return FUNCTIONALS[self.functional].family

    @property
    def libxc(self) -> str:
        """The functional in libxc's spelling."""
        return FUNCTIONALS[self.functional].libxc

    @property
    def correction(self) -> str | None:
        """The dispersion in PySCF's spelling; None for none."""
        if not self.dispersion:
            return None
        fitted_as = FUNCTIONALS[self.functional].fitted_as
        return f"{self.dispersion.lower()}:{fitted_as}" if fitted_as else self.dispersion.lower()


def method_named(functional: str = "B3LYP", basis: str = "def2-SVP", dispersion: str = "default") -> Method:
    """A level of theory of these names, in whatever case.

    The default, B3LYP-D4/def2-SVP, is the cheapest whose ionisation energies are good to some 0.2 eV;
    `docs/explanation/dft.md` says what larger bases gain and cost.

    Args:
        functional: A name of `FUNCTIONALS`.
        basis: A Gaussian basis that PySCF holds.
        dispersion: `default` is the one fitted to the functional; `none` leaves it out.

    Raises:
        BadInput: an unknown name, or a dispersion that was never fitted to this functional.

    >>> method_named().label, method_named("pbe", "DEF2-TZVP", "none").label
    ('B3LYP-D4/def2-svp', 'PBE/def2-tzvp')
    """
    name = _known(functional, tuple(FUNCTIONALS), "functional")
    asked = _known(dispersion, DISPERSIONS, "dispersion")
    fitted = FUNCTIONALS[name].dispersions
    if asked == "default":
        asked = fitted[0] if fitted else "none"
    if asked != "none" and asked not in fitted:
        raise BadInput(f"{asked} was not fitted to {name}", remedy=f"Ask for {' or '.join((*fitted, 'none'))}")
    if asked == "none" and name.endswith(fitted or ("-",)):
        raise BadInput(f"{name} without {fitted[0]} is another functional", remedy="Choose one of another name")
    asked = "" if asked == "none" else asked
    return Method(name, _basis(basis), asked)


def refuse_uncovered(method: Method, symbols: Iterable[str]) -> None:
    """Refuse elements that the basis has no functions for, before any work is done.

    Raises:
        BadInput: naming them.
    """
    missing = sorted({symbol for symbol in symbols if not _covers(method.basis, symbol)})
    if missing:
        raise BadInput(
            f"the basis {method.basis} has no functions for {', '.join(missing)}",
            remedy="Choose a basis that covers them, such as def2-SVP (hydrogen to radon)",
        )


def core_potentials(method: Method, symbols: Iterable[str]) -> dict[str, str]:
    """Symbol → name of the effective core potential that belongs to the basis."""
    from sim.dft.geometry import atomic_number

    heavy = {symbol for symbol in symbols if atomic_number(symbol) >= ECP_FROM}
    return dict.fromkeys(sorted(heavy), method.basis) if method.basis.startswith("def2") else {}


def _known(given: str, known: tuple[str, ...], kind: str) -> str:
    found = {name.lower(): name for name in known}.get(given.strip().lower())
    if found is None:
        raise BadInput(
            f"the {kind} {given!r} is not known{nearest(given, known)}", remedy=f"Known are {', '.join(known)}"
        )
    return found


def _basis(given: str) -> str:
    name = given.strip().lower()
    if not any(_covers(name, symbol) for symbol in ("H", "C", "Li")):
        raise BadInput(f"the basis {given!r} is not known", remedy="Try def2-SVP, def2-SVPD, def2-TZVP or cc-pVDZ")
    return name


@lru_cache(maxsize=4096)
def _covers(basis: str, symbol: str) -> bool:
    """Whether the basis has functions for an element; only the library's own, never a file of that name."""
    library = engine("pyscf.gto.basis", "pyscf", "density functional theory")
    errors = engine("pyscf.lib.exceptions", "pyscf", "density functional theory")
    if not all(character.isalnum() or character in "-+*(),_" for character in basis):
        return False
    try:
        with warnings.catch_warnings():  # it recommends a package of more bases for every name it does not know
            warnings.simplefilter("ignore", UserWarning)
            return bool(library.load(basis, symbol))
    except (errors.BasisNotFoundError, KeyError):
        return False


DEFAULT_METHOD = Method("B3LYP", "def2-svp", "D4")
DIFFUSE_METHOD = Method("B3LYP", "def2-svpd", "D4")
"""For dipoles, polarisabilities and what hangs on them: a double-zeta basis overstates the first and halves the others
unless it has diffuse functions."""
BINDING_METHOD = Method("r2SCAN", "def2-svpd", "D4")
"""For what holds Li⁺: of the functionals here the one that comes nearest to coupled clusters for Li⁺ among carbonates,
where B3LYP and PBE0 with D3 or D4 are clearly worse (Otlyotov, Moshchenkov, Ryzhako, Cavallo and Minenkov, J. Comput.
Chem. 2025, doi 10.1002/jcc.70244, read in its abstract)."""
