"""Constants and references that energies are turned into volts and kilocalories with."""

from scipy.constants import physical_constants

HARTREE_eV = physical_constants["Hartree energy in eV"][0]
"""CODATA, as SciPy carries it."""
BOHR_A = physical_constants["Bohr radius"][0] * 1e10
"""Å."""
eV_kcal_mol = 23.060548
"""1 eV in kcal/mol: Avogadro's and Faraday's constants (SI 2019), 1 cal = 4.184 J."""
DEBYE_PER_ATOMIC_UNIT = 2.541746473
"""1 e a0 in debye."""

ABSOLUTE_LITHIUM_POTENTIAL_V = 1.40
"""Potential of Li⁺/Li against an electron at rest in vacuum.

The absolute potential of the hydrogen electrode in water, 4.44 V (Trasatti, Pure Appl. Chem. 1986, 58, 955), with the
standard potential of Li⁺/Li in water, -3.04 V (CRC Handbook of Chemistry and Physics, 97th ed., 2016). In an aprotic
host lithium is solvated otherwise than in water: the reference is good to some 0.1 to 0.3 V, the same for all hosts.
"""
