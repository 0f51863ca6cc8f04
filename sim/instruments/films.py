"""The twin of a film of the bench."""

from sim.bench import Bench
from sim.instruments.film_station import process_of
from sim.sample import Sample
from sim.shelf import formulation_of
from sim.twin import TwinFilm


def twin_of(bench: Bench, sample: Sample) -> TwinFilm:
    """The physics of a film: what it is really made of, its true thickness, and a film effect of its own."""
    return TwinFilm(
        formulation_of(sample.contents_mg, process_of(sample)),
        sample.thickness_um,
        sample.area_cm2,
        seed=bench.seed_of(sample.name, "film"),
        preset=bench.simulated.preset,
        water=sample.water,
    )
