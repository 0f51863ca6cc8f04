"""`ionloop md` behind its options: a formulation is simulated, or a trajectory that somebody else made is analysed."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chemistry.errors import BadInput
from flows.dynamics.atoms import draw_atoms, refuse_frames, simulate_asked, told_of_atoms
from flows.dynamics.formulation_file import MdFile, too_cold_or_hot
from flows.outputs import refuse_unwritable
from flows.terminal import bar, console, table

if TYPE_CHECKING:
    from sim.md.atomic_recipe import AtomicResult
    from sim.md.pair_structure import RadialDistribution
    from sim.md.recipe import Result
    from sim.md.simulation import Progress
    from sim.md.trajectory import Trajectory

BEADS = 5000
"""Of a box, where nobody says otherwise."""
PICTURES = {".png", ".svg", ".pdf"}


@dataclass(frozen=True)
class Asked:
    """What the command was given."""

    file: Path
    temperatures_C: tuple[float, ...]
    beads: int | None
    precision: float
    core_hours: float | None
    segments: int
    equilibration: int
    segment_steps: int
    ranks: int
    threads: int
    seed: int
    folder: Path | None
    plot: Path | None
    frames: Path | None
    as_json: bool


def simulate_formulation(asked: Asked) -> None:
    """Simulate at each temperature, print what came out, and draw it.

    Raises:
        BadInput: the file or an option cannot be used.
    """
    from chemistry.value_file import read_yaml_value

    refuse_picture(asked.plot)
    _refuse_crowd(asked.ranks, asked.threads)
    given = read_yaml_value(MdFile, asked.file)
    temperatures = asked.temperatures_C or given.temperatures
    if given.atoms is not None and (outside := too_cold_or_hot(temperatures)):
        raise BadInput(outside, place="--temperature", remedy="Ask for another")
    refuse_frames(asked.frames, given, len(temperatures))
    refuse_unwritable({"--plot": asked.plot, "--frames": asked.frames}, {}, (asked.file,))
    if asked.plot is not None and len(temperatures) > 1:
        raise BadInput(f"one picture, {asked.plot}, for {len(temperatures)} temperatures", remedy="Ask for one of them")
    with tempfile.TemporaryDirectory(prefix="ionloop-md-") as spare:
        results = [_simulate(asked, given, temperature, asked.folder or Path(spare)) for temperature in temperatures]
    if asked.plot is not None:
        _draw(results[0], asked.plot, given.formulation.label)
    if asked.as_json:
        told = {"formulation": given.formulation.label, "temperatures": [_told(result) for result in results]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for result in results:
        _print(result, given.formulation.label)
    for what, path in (("Picture", asked.plot), ("Frames", asked.frames)):
        if path is not None:
            console().print(f"{what}: {path}", soft_wrap=True)


def _refuse_crowd(ranks: int, threads: int) -> None:
    """Refuse more processes than there are cores: they would wait for one another, and everybody else for them."""
    cores = len(os.sched_getaffinity(0))
    if ranks * threads > cores:
        raise BadInput(
            f"{ranks} ranks of {threads} threads each, and this process may use {cores} cores",
            place="--ranks, --threads",
            remedy=f"Ask for at most {cores} in all",
        )


def refuse_picture(plot: Path | None) -> None:
    """Refuse a picture that cannot be drawn, before anything long is begun."""
    if plot is None:
        return
    if plot.suffix.lower() not in PICTURES:
        raise BadInput(f"no picture can be {plot.suffix or plot.name}", remedy="Give --plot OUT.png, .svg or .pdf")
    if not plot.absolute().parent.is_dir():
        raise BadInput(f"there is no folder {plot.absolute().parent}", remedy="Make it, or choose another")
    refuse_unwritable({"--plot": plot}, {}, ())


def _simulate(asked: Asked, given: MdFile, temperature: float, folder: Path) -> "Result | AtomicResult":
    with bar(console(stderr=True)) as drawn:
        tasks: dict[str, Any] = {}

        def progress(stage: str, step: int, steps: int) -> None:
            task = tasks.setdefault(
                stage, drawn.add_task(f"{temperature:g} °C, {stage}") if stage not in tasks else None
            )
            drawn.update(task, total=steps or None, completed=step)

        own = folder / f"{temperature:g}C"
        if given.atoms is not None:
            return simulate_asked(asked, given, given.atoms, temperature, own, progress)
        return _simulate_beads(asked, given, temperature, own, progress)


def _simulate_beads(asked: Asked, given: MdFile, temperature: float, folder: Path, progress: "Progress") -> "Result":
    from sim.md.program import Parallel
    from sim.md.recipe import Settings, simulate
    from sim.md.script import Segment
    from sim.md.stages import Plan

    steps = asked.segment_steps
    frame = max(1, steps // 80)
    plan = Plan(
        Segment(steps, frame, max(1, frame // 2)),
        least_production=min(2, asked.segments),
        most_equilibration=asked.equilibration,
        most_production=asked.segments,
        core_hours=asked.core_hours,
    )
    settings = Settings(
        beads=BEADS if asked.beads is None else asked.beads,
        precision=asked.precision,
        plan=plan,
        parallel=Parallel(asked.ranks, asked.threads),
        known=given.known,
    )
    return simulate(given.formulation, temperature, folder, asked.seed, settings, progress)


def _told(result: "Result | AtomicResult") -> dict[str, object]:
    from sim.md.recipe import Result

    produced = result.produced
    return {
        "temperature_C": result.temperature_C,
        **{name: asdict(number) for name, number in result.numbers.items()},
        "complete": result.complete,
        "diffusive": result.diffusive,
        "equilibrated": result.equilibrated,
        "whole": result.whole,
        "ended": produced.ended,
        "core_hours": float(f"{produced.core_hours:.3g}"),
        **(_told_of_beads(result) if isinstance(result, Result) else told_of_atoms(result)),
        "notes": list(result.notes),
    }


def _told_of_beads(result: "Result") -> dict[str, object]:
    return {
        "beads": result.box.system.n,
        "time_ps": result.grained.time_ps,
        "bead_nm": result.grained.bead_nm,
    }


def _print(result: "Result | AtomicResult", label: str) -> None:
    from rich.text import Text

    out = console()
    view = table("", "value", "±", "unit", title=f"{label} at {result.temperature_C:g} °C")
    for name, number in result.numbers.items():
        view.add_row(name.replace("_", " "), f"{number.value:.3f}", f"{number.sd:.3f}", number.unit)
    out.print(view)
    out.print(f"Ended: {result.produced.ended} ({result.produced.core_hours:.3f} core-hours).", soft_wrap=True)
    if not result.complete:
        out.print(Text.assemble(("Partial:", "yellow"), " something speaks against this result."), soft_wrap=True)
    for note in result.notes:
        out.print(f"  {note}", soft_wrap=True)


def _draw(result: "Result | AtomicResult", plot: Path, label: str) -> None:
    from sim.md.box import ANION, CATION
    from sim.md.picture import draw_transport
    from sim.md.recipe import Result

    if not isinstance(result, Result):
        draw_atoms(result, plot, label)
        return
    trajectory, grained = result.produced.trajectory, result.grained
    others = [name for name in dict.fromkeys(trajectory.names.tolist()) if name != CATION]
    draw_transport(
        trajectory,
        result.transport,
        distributions(trajectory, CATION, [*others[:2], ANION]),
        plot,
        title=f"{label} at {result.temperature_C:g} °C (σ {grained.bead_nm:.3f} nm, τ {grained.time_ps:.3g} ps)",
        units=("σ", "τ"),
    )


def distributions(
    trajectory: "Trajectory", centre: str, others: list[str]
) -> "Mapping[tuple[str, str], RadialDistribution]":
    """g(r) of each of the others about a centre."""
    from sim.md.pair_structure import radial_distribution

    return {(centre, other): radial_distribution(trajectory, centre, other) for other in dict.fromkeys(others)}
