"""The promotion rule and the drift test on the fits of a campaign as it goes: the twin, the real model, film by film.

Films are spread over the space of `examples/peo_salts.yaml`. Each is foretold by the champion, read (twin, film effect,
noise), held against what was foretold, and learnt; the new version then challenges the champion by the rule. Told are
the share of versions that the rule refused, what it would have made of fits that went wrong (the mean of the challenger
off by one decade at random), the standardised errors, and the drift alarms: on a steady lab, and on one whose
conductivities are all higher by `--shift` decades from film `--from` on.

Coverage of 90 % intervals is told for points, and for films, each of which counts once: by its middle temperature, and
by whether every temperature lies inside. Temperatures of one film err together, so that the bootstrap (90 % interval,
in brackets) draws films. Errors are told for films before the shift, from there to the alarm, and after the alarm.

    python benchmarks/life_of_a_model.py [--seeds 4] [--films 60] [--shift 0.5] [--from 30]        (some minutes)
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
from dataclasses import dataclass, field, replace

import numpy as np
import yaml

from benchmarks.bayesian_against_sobol import EXAMPLE, observed
from benchmarks.line import print_line, run_benchmark
from ledger.film import Film, Reading
from models.drift import Watch, before_shift
from models.gaussian_process import FittedGaussianProcess, GaussianProcess
from models.out_of_sample import ForetoldReading
from models.promotion import FEWEST, RECENT, SAME_RECIPE_nats, verdict
from models.scores import NINETY
from planners.points import formulation_at
from planners.sampling import sample
from planners.space import DesignSpace

SIGMA = "log10_conductivity"
FIRST = 5
"""Films before the first version."""


@dataclass
class Told:
    """What happened."""

    refused: int = 0
    streak: int = 0
    longest: int = 0
    """Refusals in a row, now and at most."""
    tested: int = 0
    wrong_taken: int = 0
    z: list[float] = field(default_factory=list)
    every: list[list[float]] = field(default_factory=list)
    """Standardised errors of each film that was foretold, by temperature; the first is that in `z`."""
    alarms: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    drifting: int = 0


def main() -> None:
    """Print one JSON line for the steady lab and one for the other."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=4)
    options.add_argument("--films", type=int, default=60)
    options.add_argument("--shift", type=float, default=0.5)
    options.add_argument("--from", type=int, default=30, dest="since")
    options.add_argument("--first-seed", type=int, default=0)
    asked = options.parse_args()
    space = DesignSpace.model_validate(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["space"])
    for shift in (0.0, asked.shift):
        seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
        runs = [_campaign(space, asked.films, seed, shift, asked.since) for seed in seeds]
        tested = sum(run.tested for run in runs)
        print_line(
            "life_of_a_model",
            shift_decades=shift,
            since_film=asked.since if shift else None,
            seeds=list(seeds),
            films=asked.films,
            versions_tested=tested,
            refused_share=round(sum(run.refused for run in runs) / tested, 4),
            most_refused_in_a_row=max(run.longest for run in runs),
            fits_gone_wrong_taken_share=round(sum(run.wrong_taken for run in runs) / tested, 4),
            coverage_90=_coverage([film for run in runs for film in run.every]),
            errors=_phases(runs, asked.since if shift else None),
            alarms_at_film=[run.alarms for run in runs],
            ends_at_film=[run.ends for run in runs],
            share_of_films_drifting=round(sum(run.drifting for run in runs) / sum(len(run.z) for run in runs), 3),
        )


def _campaign(space: DesignSpace, n: int, seed: int, shift: float, since: int) -> Told:
    random = np.random.default_rng(seed)
    films: list[Film] = []
    champion: FittedGaussianProcess | None = None
    watch, told = Watch(), Told()
    for place, point in enumerate(sample(space, n, 100 + seed)):
        film = observed(formulation_at(space, point), place, random)
        if place >= since:
            film = film.model_copy(update={"readings": tuple(_moved(reading, shift) for reading in film.readings)})
        begun = False
        if champion is not None:
            every = [one.z for one in champion.foretold([film]) if one.property == SIGMA]
            z = every[0]
            told.every.append(every)
            before = watch.present
            watch.add(z)
            told.z.append(z)
            told.drifting += watch.present is not None
            begun = before is None and watch.present is not None
            if begun and watch.present is not None:  # as `flows.knowledge` does
                shifted = FIRST + watch.present.since
                films = [before_shift(film, SIGMA) for film in films[:shifted]] + films[shifted:]
            told.alarms += [place] if begun else []
            told.ends += [place] if before is not None and watch.present is None else []
        films.append(film)
        if len(films) < FIRST:
            continue
        challenger = GaussianProcess().fit(films)
        recent = films[-RECENT:]
        if champion is not None and len(recent) >= FEWEST:
            ours, theirs = challenger.foretold(recent), champion.foretold(recent)
            refused = not verdict(ours, theirs, margin=SAME_RECIPE_nats).promote
            told.tested += 1
            told.refused += refused
            told.streak = told.streak + 1 if refused else 0
            told.longest = max(told.longest, told.streak)
            told.wrong_taken += verdict(_wrong(ours, random), theirs, margin=SAME_RECIPE_nats).promote
            if refused and not begun:
                continue
        champion = challenger
    return told


def _coverage(films: list[list[float]]) -> dict[str, str]:
    """Share inside the 90 % interval, of points and of films, with the 90 % interval of a bootstrap over films."""
    random = np.random.default_rng(0)
    inside = [np.abs(film) < NINETY for film in films]
    counted = {
        "points": [(own.sum(), len(own)) for own in inside],
        "films, middle temperature": [(own[len(own) // 2], 1) for own in inside],
        "films, every temperature": [(own.all(), 1) for own in inside],
    }
    told = {}
    for name, pairs in counted.items():
        held = np.array(pairs, dtype=float)
        drawn = held[random.integers(len(held), size=(2000, len(held)))].sum(axis=1)
        low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.05, 0.95))
        told[name] = f"{held[:, 0].sum() / held[:, 1].sum():.3f} ({low:.3f} to {high:.3f})"
    return told


def _phases(runs: list[Told], since: int | None) -> dict[str, dict[str, float]]:
    """Standardised errors at the first temperature: before a shift, from there to the alarm, after the alarm."""
    parts: dict[str, list[float]] = {}
    for run in runs:
        for place, z in enumerate(run.z, start=FIRST):
            if since is None or place < since:
                phase = "steady"
            else:
                phase = "shift to alarm" if not any(since <= alarm < place for alarm in run.alarms) else "after alarm"
            parts.setdefault(phase, []).append(z)
    return {
        phase: {
            "n": len(z),
            "mean": round(float(np.mean(z)), 3),
            "sd": round(float(np.std(z)), 3),
            "coverage_90": round(float((np.abs(z) < NINETY).mean()), 3),
        }
        for phase, z in parts.items()
    }


def _moved(reading: Reading, shift: float) -> Reading:
    return reading.model_copy(update={"value": reading.value + shift}) if reading.property == SIGMA else reading


def _wrong(ours: list[ForetoldReading], random: np.random.Generator) -> list[ForetoldReading]:
    """The same, of a fit that is off by a decade, another way for each film."""
    off = {name: random.normal(0, 1.0) for name in {one.film for one in ours}}
    return [replace(one, mean=one.mean + off[one.film]) for one in ours]


if __name__ == "__main__":
    run_benchmark(main)
