"""Frames with the energy and the forces that belong to them: what potentials and kinetics are learnt from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chemistry.errors import BadInput
from sim.md.log_file import read_log
from sim.md.simulation import Simulation

KCAL_MOL_eV = 4184.0 / 96485.33212331001
"""1 kcal/mol in eV: a thermochemical calorie, and Faraday's constant in the SI of 2019."""


@dataclass(frozen=True, eq=False)
class LabelledFrames:
    """f frames of n atoms, in Å, eV and ps.

    Attributes:
        elements: `n` chemical symbols.
        molecules: `n`, which molecule each belongs to, counted from one.
        times: `f`, ps.
        positions: `f x n x 3`, Å; not wrapped into the box, which repeats with `edges`.
        edges: `f x 3`, Å.
        forces: `f x n x 3`, eV/Å, without what a thermostat adds.
        energies: `f`, eV: the potential energy of the box, tail of the pairs included.
    """

    elements: np.ndarray
    molecules: np.ndarray
    times: np.ndarray
    positions: np.ndarray
    edges: np.ndarray
    forces: np.ndarray
    energies: np.ndarray

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.times)


def labelled_frames(simulation: Simulation, elements: np.ndarray, stage: str, segments: int) -> LabelledFrames:
    """Frames of the first segments of a stage of a run in `units real`, with their labels.

    Raises:
        BadInput: the run counts in other units, its frames hold no forces, or the log tells no energy of one.
    """
    if simulation.model.scale.units != "real":
        raise BadInput(
            f"frames of a run in `units {simulation.model.scale.units}` have no eV", remedy="Run an all-atom box"
        )
    seen = simulation.trajectory(stage, segments)
    if seen.forces is None or seen.molecules is None:
        raise BadInput(
            "its frames hold no forces", place=str(simulation.folder), remedy="Run segments with `forces=True`"
        )
    energies: dict[int, float] = {}
    for number in range(1, segments + 1):
        columns = read_log(simulation.folder / f"{stage}-{number:04d}.log")[-1].columns
        energies |= dict(zip(columns["Step"].astype(int).tolist(), columns["PotEng"].tolist(), strict=True))
    steps = np.round(seen.times / simulation.model.timestep).astype(int).tolist()
    untold = [step for step in steps if step not in energies]
    if untold:
        raise BadInput(
            f"the log tells no energy of {len(untold)} frames, such as that of step {untold[0]}",
            place=str(simulation.folder),
            remedy="Let `thermo_every` divide `frame_every`",
        )
    return LabelledFrames(
        elements=elements,
        molecules=seen.molecules,
        times=seen.times / 1000,
        positions=seen.positions,
        edges=seen.edges,
        forces=seen.forces * KCAL_MOL_eV,
        energies=np.array([energies[step] for step in steps]) * KCAL_MOL_eV,
    )


def write_extxyz(frames: LabelledFrames, path: Path) -> None:
    """Write extended XYZ, as ASE reads it: a calculator's energy (eV) and forces (eV/Å), `time_ps`, `molecules`.

    A file there is overwritten once the new one is whole.
    """
    import ase.io
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    images = []
    for frame in range(frames.frames):
        atoms = Atoms(frames.elements.tolist(), frames.positions[frame], cell=frames.edges[frame], pbc=True)
        atoms.calc = SinglePointCalculator(atoms, energy=float(frames.energies[frame]), forces=frames.forces[frame])
        atoms.info["time_ps"] = float(frames.times[frame])
        atoms.arrays["molecules"] = frames.molecules
        images.append(atoms)
    partial = path.with_name(f"partial-{path.name}")
    ase.io.write(partial, images, format="extxyz")
    partial.replace(path)
