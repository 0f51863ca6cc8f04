"""Puts molecules into a box: chains as random walks that do not fold back, single beads anywhere; crosslinks."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from chemistry.errors import BadInput
from sim.md.molecule import Molecule
from sim.md.system import Species, System, assembled, refuse_unknown

BOND = 0.97
"""Mean bond length of the Kremer-Grest chain (Kremer and Grest, J. Chem. Phys. 1990, 92, 5057)."""
FOLD = 1.02
"""Second neighbours along a chain lie no nearer when it is grown (Auhl et al., J. Chem. Phys. 2003, 119, 12718)."""
_TRIES = 60


def edge_for(species: Sequence[Species], molecules: Sequence[Molecule], density: float) -> float:
    """Edge of the cube in which the beads take the volume that beads of diameter 1 take at this number density."""
    if not density > 0:
        raise BadInput(f"a number density of {density:g}", remedy="Give one above zero, such as 0.85")
    if not molecules:
        raise BadInput("a box without molecules", remedy="Put in at least one")
    cubes = {one.name: one.diameter**3 for one in species}
    return (sum(cubes[name] for molecule in molecules for name in molecule.species) / density) ** (1 / 3)


def packed(
    species: Sequence[Species],
    molecules: Sequence[Molecule],
    random: np.random.Generator,
    *,
    density: float = 0.85,
) -> System:
    """Molecules in a cube at a number density (of unit beads); they overlap, and are pushed apart later.

    Beads of large diameter are placed first and apart from one another, and chains grow around them where they can.
    """
    refuse_unknown(species, molecules)
    edge = edge_for(species, molecules, density)
    large = {one.name: one.diameter for one in species if one.diameter > 2}
    fillers = _Fillers(edge)
    placed: dict[int, np.ndarray] = {}
    for place, molecule in enumerate(molecules):
        if len(molecule.species) == 1 and molecule.species[0] in large:
            placed[place] = fillers.put(large[molecule.species[0]], random)[None]
    for place, molecule in enumerate(molecules):
        if place not in placed:
            placed[place] = _grown(molecule, edge, fillers, random)
    positions = np.concatenate([placed[place] for place in range(len(molecules))])
    return assembled(species, molecules, positions, edge)


def crosslinked(system: System, links: int, random: np.random.Generator, *, reach: float = 1.3) -> System:
    """The system with `links` more bonds between chains, each between two beads that lie within `reach`.

    No bead bears more than one link, and a bead with a charge bears none.

    Raises:
        BadInput: fewer pairs are near enough.
    """
    tree = KDTree(system.positions % system.edge, boxsize=system.edge)
    pairs = random.permutation(tree.query_pairs(reach, output_type="ndarray"))
    on_chain = np.isin(np.arange(system.n), system.bonds) & (system.charges == 0)
    used: set[int] = set()
    found: list[tuple[int, int]] = []
    for one, other in pairs.tolist():
        if len(found) == links:
            break
        apart = system.molecules[one] != system.molecules[other]
        if apart and on_chain[one] and on_chain[other] and not {one, other} & used:
            found.append((one, other))
            used |= {one, other}
    if len(found) < links:
        raise BadInput(
            f"only {len(found)} of {links} crosslinks found two beads within {reach:g} of one another",
            remedy="Ask for fewer, or for a denser box",
        )
    return replace(system, bonds=np.concatenate([system.bonds, np.array(found, int).reshape(-1, 2)]))


class _Fillers:
    """Large beads, which nothing should begin inside."""

    def __init__(self, edge: float) -> None:
        self._edge = edge
        self._places: list[np.ndarray] = []
        self._radii: list[float] = []

    def put(self, diameter: float, random: np.random.Generator) -> np.ndarray:
        for _ in range(1000):
            place = random.uniform(0, self._edge, 3)
            if self.free(place, diameter / 2):
                self._places.append(place)
                self._radii.append(diameter / 2)
                return place
        raise BadInput(
            f"no room for a filler of diameter {diameter:g} in a box of edge {self._edge:.3g}",
            remedy="Take fewer or smaller ones, or a larger box",
        )

    def free(self, place: np.ndarray, radius: float) -> bool:
        if not self._places:
            return True
        apart = np.array(self._places) - place
        apart -= self._edge * np.round(apart / self._edge)
        return bool((np.linalg.norm(apart, axis=1) > np.array(self._radii) + radius).all())


def _grown(molecule: Molecule, edge: float, fillers: _Fillers, random: np.random.Generator) -> np.ndarray:
    places = np.empty((len(molecule.species), 3))
    parents = dict(molecule.walk)
    for bead, parent in molecule.walk:
        before = parents[parent] if parent is not None else None
        for _ in range(_TRIES):
            if parent is None:
                places[bead] = random.uniform(0, edge, 3)
            else:
                step = random.normal(size=3)
                places[bead] = places[parent] + BOND * step / np.linalg.norm(step)
            unfolded = before is None or np.linalg.norm(places[bead] - places[before]) > FOLD
            if unfolded and fillers.free(places[bead], 0.5):
                break
    return places
