"""Where beads or atoms were, frame by frame: the value that every analysis takes."""

from dataclasses import dataclass, replace

import numpy as np

from chemistry.errors import BadInput


@dataclass(frozen=True, eq=False)
class Trajectory:
    """f frames of n particles at equal intervals of time.

    Attributes:
        times: `f`, in the trajectory's unit of time.
        positions: `f x n x 3`, unwrapped: a particle that leaves the box by one side does not come back by the other.
        edges: `f x 3`, of the periodic box.
        names: `n`, what each particle is.
        molecules: `n`, which molecule it belongs to; None where nobody said.
        notes: what a reader had to do without.
        dipoles: `f x n x 3`, None where there are none.
        forces: `f x n x 3`, None where nobody wrote them.
    """

    times: np.ndarray
    positions: np.ndarray
    edges: np.ndarray
    names: np.ndarray
    molecules: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    dipoles: np.ndarray | None = None
    forces: np.ndarray | None = None

    def __post_init__(self) -> None:
        frames, n = self.positions.shape[:2]
        if len(self.times) != frames or len(self.edges) != frames or len(self.names) != n:
            raise BadInput(
                f"a trajectory of {frames} frames of {n} particles with {len(self.times)} times, {len(self.edges)} "
                f"boxes and {len(self.names)} names",
                remedy="Give one time and box a frame, and one name a particle",
            )
        if not np.isfinite(self.positions).all():
            raise BadInput("a particle has no position", remedy="Leave out the frames in which it is lost")

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.times)

    @property
    def interval(self) -> float:
        """Time between two frames.

        Raises:
            BadInput: there are fewer than two, or they are not evenly spaced.
        """
        gaps = np.diff(self.times)
        if not len(gaps):
            raise BadInput("a trajectory of one frame has no interval", remedy="Give at least two frames")
        if not np.allclose(gaps, gaps[0], rtol=1e-6) or gaps[0] <= 0:
            raise BadInput(
                f"frames lie from {gaps.min():g} to {gaps.max():g} apart",
                remedy="Write frames at one interval: displacements are averaged over their starting times",
            )
        return float(gaps[0])

    @property
    def volume(self) -> float:
        """Mean volume of the box."""
        return float(self.edges.prod(axis=1).mean())

    def of(self, *names: str) -> np.ndarray:
        """Positions of the particles with these names, `f x m x 3`."""
        return self.positions[:, np.isin(self.names, names)]

    def count(self, name: str) -> int:
        """Particles of a name."""
        return int((self.names == name).sum())

    def without_drift(self) -> "Trajectory":
        """The same with the mean displacement of all particles taken out of every frame.

        A thermostat that kicks each particle moves the whole box as well. Right only where every particle is there, and
        all have one mass.
        """
        drift = (self.positions - self.positions[0]).mean(axis=1, keepdims=True)
        return replace(self, positions=self.positions - drift)

    def in_mean_box(self) -> "Trajectory":
        """The same in a box that keeps its mean size: a barostat moves every particle as the box breathes.

        Without it a particle that is n boxes from where it began moves by n times what the edge changes by.
        """
        mean = self.edges.mean(axis=0)
        return replace(
            self, positions=self.positions * (mean / self.edges)[:, None], edges=np.tile(mean, (self.frames, 1))
        )

    def last(self, share: float) -> "Trajectory":
        """The last share of the frames."""
        return self.at(slice(max(0, self.frames - max(2, round(share * self.frames))), None))

    def at(self, frames: slice | np.ndarray) -> "Trajectory":
        """The frames that a slice, or an array of indices or truths, picks out."""
        return replace(self, **{name: whole[frames] for name, whole in self.by_frame().items()})

    def by_frame(self) -> dict[str, np.ndarray]:
        """What there is for each frame, by the name of its attribute."""
        told = {name: getattr(self, name) for name in ("times", "positions", "edges", "dipoles", "forces")}
        return {name: whole for name, whole in told.items() if whole is not None}


def joined(parts: list[Trajectory]) -> Trajectory:
    """Trajectories of the same particles, one after another; a frame that ends one and begins the next is kept once."""
    each, end = [parts[0].by_frame()], parts[0].times[-1]
    for part in parts[1:]:
        fresh = part.at(part.times > end)
        if fresh.frames:
            each.append(fresh.by_frame())
            end = fresh.times[-1]
    return replace(parts[0], **{name: np.concatenate([part[name] for part in each]) for name in each[0]})


def thinned(trajectory: Trajectory, most: int) -> Trajectory:
    """Every k-th frame, so that at most so many are left."""
    return trajectory.at(slice(None, None, -(-trajectory.frames // most)))
