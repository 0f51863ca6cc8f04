"""Quantum chemistry of electrolytes: from a SMILES to energies, limits and binding by density functionals.

`relaxed_model` makes a geometry of what `model_molecule` says stands for a polymer, `method_named` names a level of
theory, and a recipe turns both into a frozen result. No engine is imported before it is needed.
"""

from sim.dft.binding import LithiumBinding, lithium_binding
from sim.dft.conformers import relaxed_model
from sim.dft.geometry import Geometry
from sim.dft.ion_pair import IonPairDissociation, ion_pair_dissociation
from sim.dft.methods import BINDING_METHOD, DEFAULT_METHOD, DIFFUSE_METHOD, Method, method_named
from sim.dft.oligomer import model_molecule
from sim.dft.response import ElectricResponse, electric_response
from sim.dft.result import CalculationKey, Result
from sim.dft.solvent import Medium
from sim.dft.window import RedoxWindow, redox_window

__all__ = [
    "BINDING_METHOD",
    "DEFAULT_METHOD",
    "DIFFUSE_METHOD",
    "CalculationKey",
    "ElectricResponse",
    "Geometry",
    "IonPairDissociation",
    "LithiumBinding",
    "Medium",
    "Method",
    "RedoxWindow",
    "Result",
    "electric_response",
    "ion_pair_dissociation",
    "lithium_binding",
    "method_named",
    "model_molecule",
    "redox_window",
    "relaxed_model",
]
