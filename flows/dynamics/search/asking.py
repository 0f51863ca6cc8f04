"""One run of a search as a question to theory, and what it answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.dynamics.search.file import Running, SearchFile, settings_of
from flows.theory.asking import Theory
from flows.theory.folders import folder_of

RECIPE = "reduced/2"
SUBDIFFUSIVE_SD = 0.3
"""Decades by which a run errs at least whose lithium does not diffuse yet: our choice. Its slope errs upwards."""
NO_LOGARITHM = "lithium did not get on: the slope of its displacement came out below zero"


@dataclass(frozen=True)
class Run:
    """A run that was chosen.

    Attributes:
        index: counted from 0.
        values: of the parameters that are searched.
        repeat: how often the same numbers were run before: another run of them starts elsewhere.
    """

    index: int
    values: Mapping[str, float]
    repeat: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        log10: conductivity of lithium alone, Nernst-Einstein, in 1/στ; None where it failed.
        sd: of its error by chance, decades.
        diffusive: whether lithium diffused; else the conductivity is no more than a bound.
        equilibrated: whether the test of equilibrium was passed before.
        failed: why nothing came of it; empty where something did.
        told: all else that is known of it, JSON.
        core_hours: that it took.
        known: whether the ledger held it before.
    """

    log10: float | None
    sd: float | None
    diffusive: bool
    equilibrated: bool
    failed: str
    told: Mapping[str, Any]
    core_hours: float
    known: bool = False


def question_of(search: SearchFile, run: Run) -> str:
    """What is asked, in one line: whatever decides the answer, and nothing else."""
    model, how = search.reduced(run.values), search.run
    numbers = ", ".join(
        f"{name} {value if value is None else format(value, '.6g')}" for name, value in vars(model).items()
    )
    limit = "" if how.core_hours is None else f", {how.core_hours:g} core-hours"
    extent = f"{how.beads} beads, {how.equilibration} + {how.segments} of {how.segment_steps} steps, {how.precision:g}"
    again = f" | repeat {run.repeat}" if run.repeat else ""
    return f"{RECIPE} | {extent}{limit} | {numbers}{again}"


def ask(theory: Theory, search: SearchFile, run: Run) -> Outcome:
    """The outcome of a run, from the ledger or by simulation; raises what no other run would be spared either."""
    question = question_of(search, run)
    given = {"content": search.run.model_dump_json(), "numbers": vars(search.reduced(run.values))}
    label = f"run {run.index + 1} of {search.name}"
    answer, known = theory.ask(question, label, simulated_as_json, question=question, cores=theory.cores, **given)
    return outcome_of(json.loads(answer.text), answer.core_hours, known)


def outcome_of(said: Mapping[str, Any], core_hours: float, known: bool) -> Outcome:
    """An answer as an outcome."""
    return Outcome(
        log10=said.get("log10"),
        sd=said.get("sd"),
        diffusive=said.get("diffusive", False),
        equilibrated=said.get("equilibrated", False),
        failed=said.get("failed", ""),
        told=said,
        core_hours=core_hours,
        known=known,
    )


def simulated_as_json(content: str, numbers: dict[str, Any], question: str, cores: int) -> str:
    """One run, worked out here. One whose motion fails is an answer: it would fail again."""
    from sim.md.engine import EngineFailed
    from sim.md.reduced import Reduced, simulate_reduced

    settings = settings_of(Running.model_validate_json(content), cores)
    with folder_of(question) as (folder, seed):
        try:
            found = simulate_reduced(Reduced(**numbers), folder, seed, settings)
        except EngineFailed as failure:
            if not failure.of_motion:
                raise
            return json.dumps({"failed": str(failure).split(" All that ended", 1)[0]})
    told: dict[str, Any] = {
        "diffusive": found.diffusive,
        "equilibrated": found.equilibrated,
        "whole": found.whole,
        "reasons": list(found.produced.equilibrium.reasons),
        "ended": found.produced.ended,
        "beads": found.box.system.n,
        "lithium": found.box.system.count("Li"),
        "segments": [found.produced.equilibration_segments, found.produced.segments],
        "ions": {
            name: {
                "D": one.value,
                "sd": one.error,
                "exponent": one.exponent,
                "distance": one.distance,
                "blocks": one.blocks,
            }
            for name, one in found.transport.diffusivities.items()
        },
        "ionicity": {"value": found.transport.ionicity.value, "sd": found.transport.ionicity.error},
        "transference": found.transport.transference_ideal.value,
    }
    if found.log10 is None:
        return json.dumps({**told, "failed": NO_LOGARITHM})
    return json.dumps({**told, "log10": found.log10.value, "sd": found.log10.sd})
