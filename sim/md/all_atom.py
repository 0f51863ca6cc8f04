"""The all-atom model: OPLS terms, Lennard-Jones, charges by PPPM, at a temperature and a pressure."""

from collections.abc import Iterable
from dataclasses import dataclass

from chemistry.errors import BadInput
from sim.md.model import Scale, real
from sim.md.system import System

TEMPERATURE_DAMPING_fs, PRESSURE_DAMPING_fs = 100.0, 1000.0
"""Over which thermostat and barostat answer (Nosé-Hoover chains; Martyna, Tobias and Klein, J. Chem. Phys. 1994, 101,
4177)."""
STILL = 100
"""Steps after which the motion of the whole box is taken out: the push-off's bath has set it going."""


@dataclass(frozen=True)
class Conditions:
    """Under which atoms are simulated, and how exactly.

    Attributes:
        temperature_K: of the thermostat.
        pressure_atm: of the barostat; None keeps the box as it is.
        cutoff_A: of Lennard-Jones pairs and of the real part of the Coulomb sum; a tail is added to energy and pressure
            for what lies beyond, as for a uniform density.
        force_error: of the Coulomb sum, relative to that of two elementary charges 1 Å apart.
        timestep_fs: bonds to hydrogen are free to stretch.
    """

    temperature_K: float
    pressure_atm: float | None = 1.0
    cutoff_A: float = 9.0
    force_error: float = 1e-4
    timestep_fs: float = 1.0

    def __post_init__(self) -> None:
        positive = {
            "temperature": self.temperature_K,
            "time step": self.timestep_fs,
            "cut-off": self.cutoff_A,
            "force error": self.force_error,
        }
        wrong = {name: value for name, value in positive.items() if not value > 0}
        if wrong:
            raise BadInput(f"{wrong} of an all-atom model", remedy="Give numbers above zero")


@dataclass(frozen=True)
class AllAtom:
    """Interactions of one system, its kinds of atom, bond, angle and torsion in the system's order.

    Thermostat and barostat are deterministic and leave forces alone, so that those of a frame are those of its
    positions.

    Attributes:
        conditions: temperature, pressure and exactness.
        pairs: ε (kcal/mol) and σ (Å) of each species; others by geometric means of both.
        bonds: r0 (Å) and K (kcal/mol/Å²) of K (r - r0)².
        angles: θ0 (degrees) and K (kcal/mol/rad²) of K (θ - θ0)².
        torsions: V1, V2, V3 (kcal/mol) of Σ Vn (1 ∓ cos nφ) / 2.
        scale_14: what pairs three bonds apart count.
    """

    conditions: Conditions
    pairs: tuple[tuple[float, float], ...]
    bonds: tuple[tuple[float, ...], ...]
    angles: tuple[tuple[float, ...], ...]
    torsions: tuple[tuple[float, ...], ...]
    scale_14: float = 0.5
    hard: bool = True

    @property
    def scale(self) -> Scale:
        """Å, fs and kcal/mol."""
        return real(self.conditions.temperature_K)

    @property
    def timestep(self) -> float:
        """In fs."""
        return self.conditions.timestep_fs

    def reach(self, system: System) -> float:
        """The cut-off."""
        if len(self.pairs) != len(system.species):
            raise BadInput(
                f"{len(self.pairs)} kinds of atom in the model, {len(system.species)} in the system",
                remedy="Build both together",
            )
        return self.conditions.cutoff_A

    def bonded(self, system: System) -> list[str]:
        """Harmonic bonds and angles, OPLS torsions, and what pairs near one another along a molecule count."""
        # Atoms of a torsion must be known on both sides of a wall, while overlaps are pushed apart as well.
        lines = [
            f"special_bonds lj/coul 0 0 {self.scale_14:g}",
            f"comm_modify cutoff {self.conditions.cutoff_A + self.scale.skin:.6g}",
        ]
        if self.bonds:
            lines += ["bond_style harmonic", *_numbered("bond_coeff", ((K, r0) for r0, K in self.bonds))]
        if self.angles:
            lines += ["angle_style harmonic", *_numbered("angle_coeff", ((K, theta) for theta, K in self.angles))]
        if self.torsions:
            lines += ["dihedral_style opls", *_numbered("dihedral_coeff", ((*V, 0.0) for V in self.torsions))]
        return lines

    def nonbonded(self, system: System, seed: int) -> list[str]:
        """Lennard-Jones with geometric mixing, and the Coulomb sum."""
        return [
            f"pair_style lj/cut/coul/long {self.conditions.cutoff_A:.6g}",
            "pair_modify mix geometric tail yes",
            *(f"pair_coeff {i} {i} {epsilon:.8g} {sigma:.8g}" for i, (epsilon, sigma) in enumerate(self.pairs, 1)),
            f"kspace_style pppm {self.conditions.force_error:.3g}",
        ]

    def integrator(self, system: System, seed: int) -> list[str]:
        """Nosé-Hoover chains, with a barostat where there is a pressure; the box's corner stays where it is."""
        warm, pressure = self.conditions.temperature_K, self.conditions.pressure_atm
        bath = f"temp {warm:g} {warm:g} {TEMPERATURE_DAMPING_fs:g}"
        still = f"fix still all momentum {STILL} linear 1 1 1"
        if pressure is None:
            return [f"fix move all nvt {bath}", still]
        press = f"iso {pressure:g} {pressure:g} {PRESSURE_DAMPING_fs:g} fixedpoint 0 0 0"
        return [f"fix move all npt {bath} {press}", still]


def _numbered(command: str, rows: Iterable[tuple[float, ...]]) -> list[str]:
    return [f"{command} {kind} {' '.join(f'{number:.8g}' for number in row)}" for kind, row in enumerate(rows, 1)]
