"""The twin of a film of the bench."""

from chemistry.process import Press, Process
from sim.bench import Bench
from sim.instruments.film_station import process_of
from sim.sample import Sample
from sim.shelf import formulation_of
from sim.twin import TwinFilm


def twin_of(bench: Bench, sample: Sample) -> TwinFilm:
    """The physics of a film: what it is really made of, its true thickness, and a film effect of its own."""
    process, pressings = _recipe(process_of(sample))
    return TwinFilm(
        formulation_of(sample.contents_mg, process),
        sample.thickness_um,
        sample.area_cm2,
        seed=bench.seed_of(sample.name, "film"),
        preset=bench.simulated.preset,
        water=sample.water,
        pressings=pressings,
    )


def _recipe(process: Process) -> tuple[Process, int]:
    """The process up to its first press, and how often the film was pressed: that makes it thinner, and no other."""
    presses = [place for place, step in enumerate(process.steps) if isinstance(step, Press)]
    if len(presses) < 2:
        return process, 1
    return Process(steps=process.steps[: presses[0] + 1]), len(presses)
