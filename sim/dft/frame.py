"""What all charge states at one geometry share: integrals, fitted Coulomb repulsion, integration grids.

The exchange-correlation grid is what costs: a cycle on the fine grid takes ten times as long as one on the coarse grid,
and the orbitals hardly differ. So the field is made self-consistent on the coarse grid and valued on the fine one
(`sim.dft.scf`), and both grids, and the fitted integrals, are made once for the neutral molecule and its ions.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chemistry.errors import BadInput
from sim.dft.failure import engine
from sim.dft.geometry import Geometry
from sim.dft.methods import Method, core_potentials, refuse_uncovered

COARSE_LEVEL, FINE_LEVEL = 0, 3
"""PySCF's grid levels: 12,700 and 183,000 points for glyme. On level 3 total energies are settled to 0.1 meV."""
MEMORY_MB = 6000
"""Above this the fitted integrals go to disk."""


@dataclass(frozen=True)
class Frame:
    """One geometry in one basis. PySCF's objects are shared and only read.

    Attributes:
        geometry: The nuclei; its charge is that of the state that the frame was made for.
        method: Functional, basis and dispersion.
        mol: PySCF's molecule.
        fitting: Density-fitted integrals of `mol`'s basis.
        coarse: Integration grid on which the field is made self-consistent.
        fine: Integration grid on which it is valued.
        ghosts: Places of atoms that lend their basis functions and have neither nucleus nor electrons.
    """

    geometry: Geometry
    method: Method
    mol: Any
    fitting: Any
    coarse: Any
    fine: Any
    ghosts: frozenset[int] = frozenset()


def framed(geometry: Geometry, method: Method, ghosts: Sequence[int] = ()) -> Frame:
    """The frame of a geometry.

    Args:
        geometry: With charge and multiplicity.
        method: The level of theory.
        ghosts: Indices of atoms of which only the basis functions are kept, for a counterpoise correction.

    Raises:
        BadInput: PySCF is not installed, an element without basis functions, a spin that the electrons cannot have.
    """
    dft = engine("pyscf.dft", "pyscf", "density functional theory")
    refuse_uncovered(method, geometry.symbols)
    mol = _molecule(geometry, method, frozenset(ghosts))
    fitting = _fitting(mol, method)
    grids: list[Any] = []
    for level in (COARSE_LEVEL, FINE_LEVEL):
        grid = dft.gen_grid.Grids(mol)
        grid.level = level
        grids.append(grid.build(with_non0tab=True))
    coarse, fine = grids
    return Frame(geometry, method, mol, fitting, coarse, fine, frozenset(ghosts))


def state(frame: Frame, charge: int, multiplicity: int) -> Any:
    """PySCF's molecule of another charge and spin in the same frame."""
    geometry = frame.geometry
    if (charge, multiplicity) == (geometry.charge, geometry.multiplicity):
        return frame.mol
    other = geometry.model_copy(update={"charge": charge, "multiplicity": multiplicity})
    return _molecule(other, frame.method, frame.ghosts)


def refuse_impossible_spin(electrons: int, multiplicity: int, smiles: str) -> None:
    """Refuse an open shell given as a closed one, and any other spin that this many electrons cannot have.

    Raises:
        BadInput: saying which spins they can have.
    """
    if (electrons - (multiplicity - 1)) % 2 or multiplicity - 1 > electrons:
        shell = "an open shell given as a closed one" if multiplicity == 1 else "impossible"
        least = 1 + electrons % 2
        raise BadInput(
            f"{smiles} with {electrons} electrons and spin multiplicity {multiplicity} is {shell}",
            remedy=f"Give multiplicity {least}, or another charge",
        )


def _molecule(geometry: Geometry, method: Method, ghosts: frozenset[int]) -> Any:
    gto = engine("pyscf.gto", "pyscf", "density functional theory")
    symbols = [f"ghost-{symbol}" if i in ghosts else symbol for i, symbol in enumerate(geometry.symbols)]
    real = [symbol for i, symbol in enumerate(geometry.symbols) if i not in ghosts]
    electrons = _electrons(real, geometry.charge)
    refuse_impossible_spin(electrons, geometry.multiplicity, geometry.smiles)
    return gto.M(
        atom=list(zip(symbols, geometry.positions_A, strict=True)),
        unit="Angstrom",
        basis=method.basis,
        ecp=core_potentials(method, real),
        charge=geometry.charge,
        spin=geometry.multiplicity - 1,
        verbose=0,
        max_memory=MEMORY_MB,
    )


def _electrons(symbols: Sequence[str], charge: int) -> int:
    from sim.dft.geometry import atomic_number

    electrons = sum(atomic_number(symbol) for symbol in symbols) - charge
    if electrons < 1:
        raise BadInput(f"charge {charge:+d} leaves no electron", remedy="Give a smaller charge")
    return electrons


def _fitting(mol: Any, method: Method) -> Any:
    """Density fitting in the auxiliary basis made for the orbital basis, or in even-tempered functions without one."""
    df = engine("pyscf.df", "pyscf", "density functional theory")
    with warnings.catch_warnings():  # it recommends a package of more bases where an element has no fitted one
        warnings.simplefilter("ignore", UserWarning)
        functions = df.addons.make_auxmol(mol, df.addons.predefined_auxbasis(mol, method.basis, method.libxc))
    return df.DF(mol, auxbasis=functions._basis)
