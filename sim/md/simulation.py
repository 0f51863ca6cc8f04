"""A run in a folder: pushed off, brought to equilibrium, then followed for as long as is wanted.

The motion goes in segments, each from a restart file to the next. A segment counts when its restart file has its final
name; a killed run goes on after the last one that does. Everything a segment does follows from the system, the model,
the seed and its number.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chemistry.errors import BadInput
from sim.md.data_file import write_data_file
from sim.md.dump import read_dump
from sim.md.engine import run_script
from sim.md.log_file import Thermo, read_log
from sim.md.model import Model
from sim.md.program import Parallel, Program, find_program
from sim.md.script import PUSH_STEPS, Segment, push_off_script, segment_script
from sim.md.system import System
from sim.md.trajectory import Trajectory, joined

Progress = Callable[[str, int, int], None]
"""Is told the stage, the step that it has reached and the steps that it has."""
_PUSHED, _ORDER = "pushed.restart", "order.txt"


@dataclass(frozen=True)
class Simulation:
    """One system in one folder.

    Attributes:
        system: what is simulated.
        model: its interactions.
        folder: where it lives; made where there is none. One that holds another run is refused.
        seed: of everything random.
        parallel: processors.
        progress: who is told how far it is.
        push_steps: over which overlaps are pushed apart.
        program: LAMMPS.
    """

    system: System
    model: Model
    folder: Path
    seed: int
    parallel: Parallel = field(default_factory=Parallel)
    progress: Progress | None = None
    push_steps: int = PUSH_STEPS
    program: Program = field(default_factory=find_program)

    def __post_init__(self) -> None:
        least = 2 * (self.model.reach(self.system) + self.model.scale.skin)
        if self.system.edge < least:
            raise BadInput(
                f"a box of edge {self.system.edge:.3g} is too small for a cut-off of "
                f"{self.model.reach(self.system):.3g}: the least is {least:.3g}",
                remedy="Take more particles, or a shorter cut-off",
            )
        self._claim()

    def prepare(self) -> None:
        """Write the data file and push overlaps apart; nothing where that was done before."""
        if (self.folder / _PUSHED).exists():
            return
        data = self.folder / "system.data"
        write_data_file(self.system, data, np.random.default_rng([self.seed, 0]))
        partial = self.folder / f"partial-{_PUSHED}"
        script = self.folder / "push.in"
        seed = self._seed("push", 0)
        script.write_text(push_off_script(self.system, self.model, data, partial, seed, self.push_steps))
        self._run(script, "push-off", 0)
        partial.replace(self.folder / _PUSHED)

    def segment(self, stage: str, number: int, segment: Segment) -> "Path":
        """Run the `number`-th segment of a stage, counted from one, unless it has ended before; its folder-wide name.

        The first of a stage goes on from the last of the stage before it, of any stage that ended.

        Raises:
            EngineFailed: LAMMPS stopped; segments that ended are kept.
        """
        name = f"{stage}-{number:04d}"
        end, dump = self.folder / f"{name}.restart", self.folder / f"{name}.dump"
        if self.ended(stage, number):
            return self.folder / name
        begin = self._latest()
        partial = self.folder / f"partial-{name}.restart"
        script = self.folder / f"{name}.in"
        seed = self._seed(stage, number)
        script.write_text(segment_script(self.system, self.model, begin, partial, dump, segment, seed))
        self._run(script, stage, segment.steps)
        with (self.folder / _ORDER).open("a") as file:  # before it gets its name: a name without a file is passed over
            file.write(f"{end.name}\n")
        partial.replace(end)
        if begin.name != _PUSHED:
            begin.write_bytes(b"")  # its place in the order is still wanted, its content is not
        return self.folder / name

    def ended(self, stage: str, number: int) -> bool:
        """Whether a segment was run to its end in this folder, now or before."""
        return (self.folder / f"{stage}-{number:04d}.restart").exists()

    def frames(self, stage: str, number: int) -> Trajectory:
        """Frames of one segment, in the model's unit of time."""
        names = {str(place): one.name for place, one in enumerate(self.system.species, 1)}
        return read_dump(self.folder / f"{stage}-{number:04d}.dump", timestep=self.model.timestep, names=names)

    def trajectory(self, stage: str, segments: int) -> Trajectory:
        """Frames of the first segments of a stage, one after another."""
        return joined([self.frames(stage, number) for number in range(1, segments + 1)])

    def thermo(self, stage: str, segments: int) -> dict[str, np.ndarray]:
        """Thermodynamic output of the first segments of a stage, one after another."""
        logs = [self._last_run(self.folder / f"{stage}-{number:04d}.log") for number in range(1, segments + 1)]
        return {name: np.concatenate([log.columns[name][1:] for log in logs]) for name in logs[0].columns}

    def seconds(self, stage: str, segments: int) -> float:
        """Wall time that the loops of the first segments of a stage took."""
        logs = [self._last_run(self.folder / f"{stage}-{number:04d}.log") for number in range(1, segments + 1)]
        return sum(log.seconds or 0.0 for log in logs)

    def _last_run(self, log: Path) -> Thermo:
        return read_log(log)[-1]

    def _latest(self) -> Path:
        order = self.folder / _ORDER
        names = order.read_text().split() if order.exists() else []
        found = [self.folder / name for name in names if (self.folder / name).exists()]
        return found[-1] if found else self.folder / _PUSHED

    def _run(self, script: Path, stage: str, steps: int) -> None:
        start = 0

        def told(step: int) -> None:
            nonlocal start
            start = start or step
            if self.progress is not None:
                self.progress(stage, step - start, steps)

        run_script(self.program, script, self.parallel, told if self.progress is not None else None)

    def _seed(self, stage: str, number: int) -> int:
        digest = hashlib.sha256(f"{self.seed} {stage} {number}".encode()).digest()
        return 1 + int.from_bytes(digest[:4], "big") % 899_999_999

    def _claim(self) -> None:
        """Make the folder, or see that the run in it is this one."""
        told = {
            "seed": self.seed,
            "ranks": self.parallel.ranks,
            "system": self._fingerprint(),
            "model": _told(self.model),
        }
        identity, partial = self.folder / "run.json", self.folder / "partial-run.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not identity.exists():
                partial.write_text(json.dumps(told, indent=1))
                partial.replace(identity)  # a kill leaves the whole of it, or nothing
            same = json.loads(identity.read_text()) == told
        except OSError as error:
            raise BadInput(
                f"no run can be kept here ({error.strerror})", place=str(self.folder), remedy="Name another folder"
            ) from error
        except ValueError:  # somebody else's file, or one cut off by an older ionloop
            same = False
        if not same:
            raise BadInput(
                "holds another run, of another system, model, seed or number of ranks",
                place=str(self.folder),
                remedy="Give an empty folder, or the same input as before",
            )

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(repr((self.system.species, self.system.edge)).encode())
        arrays = [self.system.positions, self.system.types, self.system.bonds]
        for array in (*arrays, *self.system.typed_terms):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]


def _told(model: Model) -> dict[str, Any]:
    content = asdict(model)  # pyright: ignore[reportArgumentType]  # all models are dataclasses
    return {"kind": type(model).__name__, **json.loads(json.dumps({k: repr(v) for k, v in content.items()}))}
