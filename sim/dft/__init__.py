"""Quantum chemistry of electrolytes: from a SMILES to energies, limits and binding by density functionals.

`relaxed_model` makes a geometry, `Method` names a level of theory, and a recipe turns both into a frozen result:
`redox_window`, `lithium_binding`, `ion_pair_dissociation`, `electric_response`.
"""

from sim.dft.geometry import Geometry
from sim.dft.methods import DEFAULT_METHOD, Method, method_named
from sim.dft.result import CalculationKey, Result

__all__ = ["DEFAULT_METHOD", "CalculationKey", "Geometry", "Method", "Result", "method_named"]
