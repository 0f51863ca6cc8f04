"""What recipes share: the key of a result, and the neutral molecule that they begin with."""

from chemistry.errors import BadInput
from sim.dft.frame import Frame
from sim.dft.geometry import Geometry
from sim.dft.methods import Method
from sim.dft.result import CalculationKey
from sim.dft.scf import Solution, solve
from sim.dft.solvent import Medium

SUSPICIOUS_GAP_eV = 3.0
"""Below this gap between frontier orbitals a closed shell is compared with its triplet."""


def key_of(
    recipe: str, geometry: Geometry, method: Method, medium: Medium | None = None, self_consistent: bool = True
) -> CalculationKey:
    """The key of a recipe's result."""
    return CalculationKey(
        smiles=geometry.smiles,
        recipe=recipe,
        method=method.label,
        geometry=geometry.origin,
        charge=geometry.charge,
        solvent=solvent_label(medium, self_consistent),
    )


def solvent_label(medium: Medium | None, self_consistent: bool) -> str:
    """What a key says of the host: `none` for the gas phase, `shift` where each gas-phase density is shifted once."""
    return "none" if medium is None else medium.label if self_consistent else f"{medium.label} shift"


def closed_shell(frame: Frame, medium: Medium | None = None) -> Solution:
    """The closed-shell ground state of the frame's own geometry.

    Raises:
        BadInput: it is an open shell given as a closed one: its electrons are odd in number, or its triplet lies lower.
        NotConverged: no rung of the ladder held.
    """
    geometry = frame.geometry
    if geometry.multiplicity != 1:
        raise BadInput(
            f"{geometry.smiles} has spin multiplicity {geometry.multiplicity}; this recipe begins with a closed shell",
            remedy="Give a molecule whose electrons are all paired",
        )
    singlet = solve(frame, geometry.charge, 1, medium)
    if singlet.lumo_eV - singlet.homo_eV < SUSPICIOUS_GAP_eV:
        triplet = solve(frame, geometry.charge, 3, medium)
        if triplet.energy_eV < singlet.energy_eV:
            raise BadInput(
                f"{geometry.smiles} is an open shell given as a closed one: its triplet lies "
                f"{singlet.energy_eV - triplet.energy_eV:.2f} eV below its singlet",
                remedy="Radicals and ground-state triplets are beyond these recipes; give a closed-shell molecule",
            )
    return singlet
