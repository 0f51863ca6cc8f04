"""Whether readings of a lower fidelity help to foretell a higher one of which there are few, and where they do not.

Of `htpmd.csv` (one simulation of each polymer) the target is log10 of the diffusivity of lithium of polymers that are
held out. What stands for what, since the table has one run of each polymer and does not tell short from long ones:

- `short_runs_of_all`: the tabulated number is the long run, known of few polymers. A short run is made up from it: 0.8
  of its distance from the mean, 0.3 decades lower, with noise of 0.3 decades. All polymers have one, tested ones too.
- `short_runs_of_others`: the same, but of tested polymers there is no short run: structure alone carries over.
- `conductivity_of_others`: nothing is made up. The lower fidelity is the conductivity of other polymers, a second
  property of the same kind of run.
- `experiment_and_md`, with `--experiments`: published conductivities with LiTFSI of few polymers (Bradford et al.) are
  the higher fidelity, the simulated conductivities of `htpmd.csv` the lower one; other measured polymers are tested,
  which are half of them at least.

Each is asked of a Gaussian process and of a graph network: with the few alone, and with both fidelities. `pooled` is
the process of campaigns with both as if they were one. Prints one JSON line for each question.

    python benchmarks/multi_fidelity.py PATH/htpmd.csv --experiments PATH/spe_conductivity.csv
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.line import print_line, run_benchmark
from ledger.film import Film, Reading, Source
from ledger.literature import read_table
from ledger.literature.htpmd import LITFSI
from models.averaged import Averaged
from models.gaussian_process import GaussianProcess
from models.learning_table import learning_table
from models.multi_fidelity import MultiFidelity
from models.networks.multitask import MultitaskNetwork
from models.networks.settings import EncoderSettings, TrainingSettings
from models.protocols import Condition, Fitted
from models.scores import NINETY
from models.splits import polymer_group

DIFFUSIVITY, CONDUCTIVITY = "log10_lithium_diffusivity", "log10_conductivity"
LONG_SD, SHORT_SD = 0.1, 0.3
"""What long and short runs are said to err by, decades; for the short ones it is what is added."""
TESTED = 200


@dataclass(frozen=True)
class Question:
    """What is known of both fidelities, and what is asked."""

    asked: str
    """The property."""
    few: list[Film]
    many: list[Film]
    tested: list[Film]


def main() -> None:
    """Ask each question of each model and print the lines."""
    parser = argparse.ArgumentParser(description="Few readings of a high fidelity, many of a low one.")
    parser.add_argument("table", type=Path, help="htpmd.csv of Xie et al.")
    parser.add_argument("--experiments", type=Path, help="spe_conductivity.csv of Bradford et al.")
    parser.add_argument("--few", type=int, nargs="+", default=[20, 80], help="polymers of the higher fidelity")
    parser.add_argument("--many", type=int, default=300, help="polymers of the lower fidelity")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--questions", nargs="+", help="those that are asked [default: all]")
    parser.add_argument("--no-network", action="store_true", help="ask the Gaussian processes alone")
    given = parser.parse_args()
    runs = [item.film for item in read_table(given.table, "htpmd").films]
    measured = [] if given.experiments is None else _measured(given.experiments)
    questions: dict[str, Callable[[int, np.random.Generator], Question]] = {
        "short_runs_of_all": lambda few, random: _short_runs(runs, few, given.many, random, of_tested=True),
        "short_runs_of_others": lambda few, random: _short_runs(runs, few, given.many, random, of_tested=False),
        "conductivity_of_others": lambda few, random: _conductivity(runs, few, given.many, random),
    }
    if measured:
        questions["experiment_and_md"] = lambda few, random: _experiments(measured, runs, few, given.many, random)
    for name, question in questions.items():
        if given.questions and name not in given.questions:
            continue
        for few in given.few:
            draws = [
                _scored(question(few, np.random.default_rng(seed)), not given.no_network) for seed in range(given.draws)
            ]
            told = {key: _summary([draw[key] for draw in draws]) for key in draws[0]}
            print_line("multi_fidelity", question=name, few=few, many=given.many, draws=given.draws, **told)


def _short_runs(runs: list[Film], few: int, many: int, random: np.random.Generator, *, of_tested: bool) -> Question:
    order = [runs[place] for place in random.permutation(len(runs))]
    tested, known = order[:TESTED], order[TESTED : TESTED + many]
    mean = float(np.mean([_value(run, DIFFUSIVITY) for run in known]))

    def short(run: Film) -> Film:
        value = mean + 0.8 * (_value(run, DIFFUSIVITY) - mean) - 0.3 + random.normal(0, SHORT_SD)
        return _film(run, DIFFUSIVITY, value, SHORT_SD, Source.MD)

    low = [short(run) for run in (*known, *(tested if of_tested else ()))]
    return Question(DIFFUSIVITY, [_long(run) for run in known[:few]], low, [_long(run) for run in tested])


def _conductivity(runs: list[Film], few: int, many: int, random: np.random.Generator) -> Question:
    order = [runs[place] for place in random.permutation(len(runs))]
    tested, known = order[:TESTED], order[TESTED : TESTED + many]
    low = [_film(run, DIFFUSIVITY, _value(run, CONDUCTIVITY), SHORT_SD, Source.MD) for run in known]
    return Question(DIFFUSIVITY, [_long(run) for run in known[:few]], low, [_long(run) for run in tested])


def _experiments(measured: list[Film], runs: list[Film], few: int, many: int, random: np.random.Generator) -> Question:
    names = sorted({polymer_group(film.formulation.polymer) for film in measured})
    kept = {names[place] for place in random.permutation(len(names))[: min(few, len(names) // 2)]}
    inside = [polymer_group(film.formulation.polymer) in kept for film in measured]
    low = [runs[place] for place in random.permutation(len(runs))[:many]]
    return Question(
        CONDUCTIVITY,
        [film for film, known in zip(measured, inside, strict=True) if known],
        [_film(run, CONDUCTIVITY, _value(run, CONDUCTIVITY), SHORT_SD, Source.MD) for run in low],
        [film for film, known in zip(measured, inside, strict=True) if not known],
    )


def _measured(path: Path) -> list[Film]:
    """Published films with LiTFSI, at most three of a polymer, so that poly(ethylene oxide) does not decide it all."""
    from ledger.literature.substances import salt_of

    kept: dict[str, list[Film]] = {}
    for item in read_table(path, "bradford").films:
        own = kept.setdefault(polymer_group(item.film.formulation.polymer), [])
        if item.film.formulation.salt == salt_of(LITFSI) and len(own) < 3:
            own.append(item.film)
    return [film for own in kept.values() for film in own]


def _scored(question: Question, with_network: bool) -> dict[str, tuple[float, float | None]]:
    """Mean absolute error on the tested films, and coverage where a model says how sure it is."""
    both = [*question.few, *question.many]
    told = {
        "process_few": _of_process(GaussianProcess().fit(question.few), question),
        "process_both": _of_process(MultiFidelity().fit(both), question),
        "process_pooled": _of_process(GaussianProcess().fit([_as_experiment(film) for film in both]), question),
    }
    if with_network:
        told |= {"network_few": _of_network(question.few, question), "network_both": _of_network(both, question)}
    return told


def _as_experiment(film: Film) -> Film:
    """The film as if theory had measured it."""
    readings = (reading.model_copy(update={"source": Source.LITERATURE}) for reading in film.readings)
    return film.model_copy(update={"readings": tuple(readings)})


def _of_process(fitted: Fitted, question: Question) -> tuple[float, float | None]:
    errors, inside = [], []
    for film in question.tested:
        asked = [reading for reading in film.readings if reading.property == question.asked]
        conditions = [Condition(question.asked, reading.temperature_C) for reading in asked]
        posterior = fitted.posterior([film.formulation], conditions)
        for reading, mean, sd, film_sd in zip(
            asked, posterior.mean[0], posterior.sd[0], posterior.film_sd, strict=True
        ):
            spread = (sd**2 + film_sd**2 + reading.sd**2 / reading.trust) ** 0.5
            errors.append(abs(reading.value - mean))
            inside.append(errors[-1] <= NINETY * spread)
    return float(np.mean(errors)), float(np.mean(inside))


def _of_network(films: Sequence[Film], question: Question) -> tuple[float, float | None]:
    """One network, no calibration of intervals: the means alone are compared."""
    training = TrainingSettings(epochs=40, patience=10)
    network = MultitaskNetwork("multitask_graph", 0, EncoderSettings("graph", width=64), training=training)
    fitted = Averaged("multitask_graph", (network,), calibrate=False).fit(films, [question.asked])
    table = learning_table(question.tested, question.asked)
    return float(np.abs(fitted.foretell(table.points, question.asked).mean - table.value).mean()), None


def _summary(draws: Sequence[tuple[float, float | None]]) -> dict[str, float]:
    errors, covered = [error for error, _ in draws], [share for _, share in draws if share is not None]
    told = {"mae": round(float(np.mean(errors)), 3), "mae_sd": round(float(np.std(errors)), 3)}
    return told | ({"coverage_90": round(float(np.mean(covered)), 3)} if covered else {})


def _value(film: Film, name: str) -> float:
    return next(reading.value for reading in film.readings if reading.property == name)


def _long(run: Film) -> Film:
    return _film(run, DIFFUSIVITY, _value(run, DIFFUSIVITY), LONG_SD, Source.MD)


def _film(run: Film, name: str, value: float, sd: float, source: Source) -> Film:
    reading = Reading(property=name, value=value, sd=sd, temperature_C=run.readings[0].temperature_C, source=source)
    return Film(film_id=f"{run.film_id} {sd:g}", formulation=run.formulation, readings=(reading,))


if __name__ == "__main__":
    run_benchmark(main)
