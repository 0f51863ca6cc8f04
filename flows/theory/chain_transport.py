"""Ionic transport of a film by molecular dynamics of the coarse-grained model, one run for each temperature.

A run has a folder of its own in ionloop's home, named after its question: one that was killed goes on there, whoever
asks again. Chance comes from the question too, so that one question has one answer.
"""

import json
from collections.abc import Sequence
from typing import Any

from chemistry.formulation import Formulation
from flows.theory.asking import Theory
from flows.theory.calculated import Calculated
from flows.theory.folders import folder_of
from ledger.film import PROPERTY_UNITS, Reading, Source

RECIPE = "chains/1"
MODEL_SD = 0.5
"""Decades by which the coarse-grained model errs beside chance: our estimate, and the surrogate learns its own."""
CORE_HOURS = 1.0
"""After which a run of one temperature ends, precise or not."""
BEADS = 5000


def chain_transport(
    formulation: Formulation, temperatures_C: Sequence[float], seeds: Sequence[int], theory: Theory
) -> Calculated:
    """Conductivity, diffusivities and transference number; the campaign's seeds have no part in it.

    Raises:
        BadInput: the formulation has no model, a temperature near the glass transition, or LAMMPS is not installed.
        EngineFailed: LAMMPS stopped before anything was produced.
    """
    readings: list[Reading] = []
    notes: dict[str, Any] = {}
    hours = 0.0
    for T in temperatures_C:
        question = f"{RECIPE} | {BEADS} beads, {CORE_HOURS:g} core-hours | {T:g} °C | {formulation.key}"
        label = f"chains of {formulation.label} at {T:g} °C"
        given = {"content": formulation.model_dump_json(), "temperature_C": T, "question": question}
        answer, known = theory.ask(question, label, transport_as_json, cores=theory.cores, **given)
        said = json.loads(answer.text)
        hours += 0.0 if known else answer.core_hours
        readings += [_reading(name, one, T) for name, one in said["numbers"].items() if name in PROPERTY_UNITS]
        notes[f"{T:g} °C"] = {name: said[name] for name in ("equilibrated", "diffusive", "whole", "notes")}
    return Calculated(tuple(readings), hours, {"method": RECIPE, "runs": notes})


def _reading(name: str, one: dict[str, float], temperature_C: float) -> Reading:
    return Reading(
        property=name,
        value=one["value"],
        sd=(one["sd"] ** 2 + (MODEL_SD**2 if name.startswith("log10") else 0.0)) ** 0.5,
        temperature_C=temperature_C,
        source=Source.MD,
    )


def transport_as_json(content: str, temperature_C: float, question: str, cores: int) -> str:
    """One run, worked out here; its folder goes when it has ended."""
    from sim.md.program import Parallel
    from sim.md.recipe import SEGMENT, Settings, simulate
    from sim.md.stages import Plan

    settings = Settings(BEADS, plan=Plan(SEGMENT, core_hours=CORE_HOURS), parallel=Parallel(ranks=cores))
    with folder_of(question, cores) as (folder, seed):
        found = simulate(Formulation.model_validate_json(content), temperature_C, folder, seed, settings)
    told = {name: getattr(found, name) for name in ("equilibrated", "diffusive", "whole", "notes")}
    return json.dumps({"numbers": {name: vars(one) for name, one in found.numbers.items()}, **told})
