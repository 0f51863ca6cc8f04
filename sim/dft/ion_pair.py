"""What it costs to part a lithium salt into its ions in a medium: E_diss = G(Li⁺) + G(A⁻) - G(LiA).

G are energies in a continuum of the medium's permittivity, each self-consistent in it. The pair is the lowest contact
of one Li⁺ with one anion that GFN2-xTB finds in the gas phase. In a real host Li⁺ is held by donors, which a continuum
does not know: the energies rank salts in one host, and are no equilibrium constants. Counterpoise is left out.
"""

import time

from chemistry.canonical import canonical_salt, lithium_count
from chemistry.errors import BadInput
from sim.dft.binding import lithium_complex
from sim.dft.conformers import relaxed_model
from sim.dft.frame import framed
from sim.dft.geometry import Geometry, checked
from sim.dft.methods import DEFAULT_METHOD, Method
from sim.dft.processor import on_one_blas_thread
from sim.dft.recipe import key_of
from sim.dft.result import Result
from sim.dft.scf import solve
from sim.dft.solvent import Medium
from sim.dft.window import PEO, Told

RECIPE = "ion-pair/1"


class IonPairDissociation(Result):
    """Energy to part a contact ion pair in a medium and in the gas phase; positive where the pair holds."""

    energy_eV: float
    gas_phase_eV: float


@on_one_blas_thread
def ion_pair_dissociation(
    salt: str, method: Method = DEFAULT_METHOD, medium: Medium = PEO, tell: Told = lambda stage: None
) -> IonPairDissociation:
    """The cost of parting the ions of one lithium salt.

    Args:
        salt: SMILES of a salt of one Li⁺ with one anion.
        method: The level of theory.
        medium: The host; PEO by default.
        tell: Hears what is being done.

    Raises:
        BadInput: no lithium salt, several lithium ions, as `sim.dft.frame.framed`.
        CalculationFailed: no ion pair was found, or a state did not settle.
    """
    began = time.monotonic()
    canonical = canonical_salt(salt)
    if lithium_count(canonical) != 1:
        raise BadInput(f"{salt!r} has several lithium ions", remedy="Give a salt of one Li⁺ with one anion")
    tell("geometries")
    anion = relaxed_model(next(part for part in canonical.split(".") if part != "[Li+]"))
    pair = lithium_complex(anion)
    lithium = checked(smiles="[Li+]", origin=pair.origin, symbols=("Li",), positions_A=((0.0, 0.0, 0.0),), charge=1)
    gas, solvated = 0.0, 0.0
    for name, part, sign in (("pair", pair, -1), ("anion", anion, 1), ("lithium", lithium, 1)):
        tell(name)
        in_gas, in_medium = _energies_eV(part, method, medium)
        gas, solvated = gas + sign * in_gas, solvated + sign * in_medium
    return IonPairDissociation(
        key=key_of(RECIPE, pair.model_copy(update={"smiles": canonical}), method, medium),
        seconds=time.monotonic() - began,
        energy_eV=solvated,
        gas_phase_eV=gas,
    )


def _energies_eV(part: Geometry, method: Method, medium: Medium) -> tuple[float, float]:
    """In the gas phase and in the medium."""
    frame = framed(part, method)
    return solve(frame, part.charge, 1).energy_eV, solve(frame, part.charge, 1, medium).energy_eV
