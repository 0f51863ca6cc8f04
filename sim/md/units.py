"""Units of LAMMPS, and what transport figures of a simulation in them are in cm²/s and S/cm."""

from dataclasses import dataclass

from chemistry.errors import BadInput

ELEMENTARY_CHARGE_C, BOLTZMANN_J_K = 1.602176634e-19, 1.380649e-23
"""Exact in the SI of 2019."""


@dataclass(frozen=True)
class Units:
    """Of length and time.

    Attributes:
        length: name of the unit of length.
        time: name of the unit of time.
        length_m: in metres.
        time_s: in seconds.
    """

    length: str
    time: str
    length_m: float
    time_s: float

    @property
    def cm2_s(self) -> float:
        """One unit of length squared a unit of time, in cm²/s."""
        return self.length_m**2 / self.time_s * 1e4

    def S_cm(self, reduced: float, temperature_K: float) -> float:
        """A conductivity in S/cm from one without its factor e² / kT, in 1 / (length · time)."""
        factor = ELEMENTARY_CHARGE_C**2 / (BOLTZMANN_J_K * temperature_K)
        return reduced * factor / (self.length_m * self.time_s) / 100


LAMMPS = {"real": Units("Å", "fs", 1e-10, 1e-15), "metal": Units("Å", "ps", 1e-10, 1e-12)}
"""LAMMPS `units`, those that have lengths and times of their own."""


def units_of(name: str) -> Units | None:
    """The units of a LAMMPS style; None for reduced ones.

    Raises:
        BadInput: none of them is called so.
    """
    if name != "lj" and name not in LAMMPS:
        raise BadInput(f"--units {name!r} is no style that is read", remedy=f"Use one of {', '.join(LAMMPS)}, lj")
    return LAMMPS.get(name)
