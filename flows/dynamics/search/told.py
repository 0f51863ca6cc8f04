"""What a search found, in words, in a table and as JSON."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flows.dynamics.search.asking import Outcome, Run
from flows.dynamics.search.file import SearchFile
from flows.dynamics.search.loop import best_of, told_of

if TYPE_CHECKING:
    from rich.table import Table

    from planners.box.effects import Effect

Found = Sequence[tuple[Run, Outcome]]
NAMES = {
    "anion_diameter": "anion, σ",
    "loading": "Li per bead",
    "side_diameter": "side bead, σ",
    "dipole": "dipole, D",
    "chain_beads": "chain, beads",
    "well_kT": "well, kT",
}
"""What the parameters are called in tables and pictures."""


def effects_of(file: SearchFile, found: Found) -> "Mapping[str, Effect]":
    """Main effect of each parameter; none where there are too few answers to learn from."""
    from planners.box.effects import main_effects
    from planners.box.sequence import FEWEST

    told = told_of(file, [run for run, _ in found], {run.index: outcome for run, outcome in found})
    if len(told.points) < FEWEST:
        return {}
    names = [one.name for one in file.parameters.ranges]
    return dict(zip(names, main_effects(file.box, told), strict=True))


def as_json(
    file: SearchFile, found: Found, again: Sequence[Outcome], effects: "Mapping[str, Effect]"
) -> dict[str, Any]:
    """Everything, for other programs."""
    best = best_of(found)
    spans = {one.name: one for one in file.parameters.ranges}
    return {
        "search": file.name,
        "planner": file.planner.name,
        "runs": [_run_told(file, run, outcome) for run, outcome in found],
        "best": None if best is None else best[0].index,
        "confirmed": _confirmed(again),
        "at_an_end": [] if best is None else at_an_end(file, best[0]),
        "effects": {
            name: {
                "values": [spans[name].value(float(place)) for place in effect.places],
                "mean": [round(float(value), 4) for value in effect.mean],
                "sd": [round(float(value), 4) for value in effect.sd],
            }
            for name, effect in effects.items()
        },
        "core_hours": round(sum(outcome.core_hours for _, outcome in found) + sum(one.core_hours for one in again), 4),
    }


def _run_told(file: SearchFile, run: Run, outcome: Outcome) -> dict[str, Any]:
    told = {"index": run.index, **run.values, "log10_reduced": outcome.log10, "sd": outcome.sd}
    if outcome.log10 is not None and file.units is not None:
        told["log10_S_cm"] = round(file.log10_S_cm(outcome.log10) or 0.0, 4)
    state = {"diffusive": outcome.diffusive, "equilibrated": outcome.equilibrated, "failed": outcome.failed or None}
    return {**told, **state, "core_hours": round(outcome.core_hours, 4), "known": outcome.known}


def _confirmed(again: Sequence[Outcome]) -> dict[str, float] | None:
    """Mean of the runs that confirm the best, and its standard error; the run that was best is no part of it."""
    import numpy as np

    values = [one.log10 for one in again if one.log10 is not None]
    errors = [one.sd or 0.0 for one in again if one.log10 is not None]
    if not values:
        return None
    stated = float(np.sqrt(np.square(errors).sum())) / len(values)
    seen = float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "se": round(max(stated, seen), 4), "runs": len(values)}


def in_words(file: SearchFile, run: Run, outcome: Outcome, best: tuple[Run, Outcome] | None) -> str:
    """One line about a run that has ended."""
    where = ", ".join(f"{NAMES[name].split(',')[0]} {value:.4g}" for name, value in run.values.items())
    if outcome.failed:
        what = f"failed: {outcome.failed}"
    else:
        what = _number(file, outcome) + ("" if outcome.diffusive else ", not diffusive: a bound at most")
    lead = f"; best so far: run {best[0].index + 1}, {_number(file, best[1])}" if best else ""
    there = " (in the ledger)" if outcome.known else ""
    again = run.index - file.budget.runs
    which = f"Run {run.index + 1} of {file.budget.runs}" if again < 0 else f"Again {again + 1} of {file.budget.confirm}"
    return f"{which}{there}: {where} → {what}{lead}"


def _number(file: SearchFile, outcome: Outcome) -> str:
    if outcome.log10 is None:
        return "no value"
    shift = file.log10_S_cm(0.0)
    return f"{outcome.log10 + (shift or 0.0):.2f} ± {outcome.sd:.2f} {unit(file)}"


def unit(file: SearchFile) -> str:
    """In which conductivities are shown: S/cm where there is a glass transition."""
    return "log10(1/στ)" if file.units is None else "log10(S/cm)"


def at_an_end(file: SearchFile, run: Run) -> list[str]:
    """Parameters in which a run lies at an end of their range, or within a fiftieth of it."""
    return [one.name for one in file.parameters.ranges if abs(one.place(run.values[one.name]) - 0.5) > 0.48]


def best_table(file: SearchFile, found: Found, most: int = 8) -> "Table":
    """The best runs, highest first, those that do not diffuse after the others."""
    from flows.terminal import table

    names = [one.name for one in file.parameters.ranges]
    view = table("run", *(NAMES[name] for name in names), unit(file), "±", "lithium", "chains", title="The best runs")
    ranked = sorted(
        (one for one in found if one[1].log10 is not None), key=lambda one: (not one[1].diffusive, -(one[1].log10 or 0))
    )
    shift = file.log10_S_cm(0.0) or 0.0
    for run, outcome in ranked[:most]:
        view.add_row(
            str(run.index + 1),
            *(f"{run.values[name]:.4g}" for name in names),
            f"{(outcome.log10 or 0) + shift:.2f}",
            f"{outcome.sd or 0:.2f}",
            "diffusive" if outcome.diffusive else "not diffusive",
            "at rest" if outcome.equilibrated else "not at rest",
        )
    return view


def effects_table(file: SearchFile, effects: "Mapping[str, Effect]") -> "Table":
    """How far the surrogate's mean goes over each range, where it is highest, and how well that is known."""
    from flows.terminal import table

    view = table("parameter", "highest at", "spans, decades", "± (1 sd)", title="Main effects")
    spans = {one.name: one for one in file.parameters.ranges}
    for name, effect in sorted(effects.items(), key=lambda one: -one[1].span):
        top = spans[name].value(float(effect.places[effect.mean.argmax()]))
        view.add_row(NAMES[name], f"{top:.3g}", f"{effect.span:.2f}", f"{float(effect.sd.mean()):.2f}")
    return view


def summary(file: SearchFile, found: Found, again: Sequence[Outcome]) -> list[str]:
    """What is to be said beside the tables."""
    failed = sum(bool(outcome.failed) for _, outcome in found)
    caged = sum(not outcome.failed and not outcome.diffusive for _, outcome in found)
    hours = sum(outcome.core_hours for _, outcome in found) + sum(one.core_hours for one in again)
    counts = f"{failed} failed; in {caged} lithium did not diffuse yet, and they are never the best"
    lines = [f"{len(found)} runs, {hours:.2f} core-hours; {counts}."]
    best, confirmed = best_of(found), _confirmed(again)
    if best is not None and confirmed is not None:
        shift = file.log10_S_cm(0.0) or 0.0
        mean = f"{confirmed['mean'] + shift:.2f} ± {confirmed['se']:.2f}"
        times = f"{confirmed['runs']:g} times from other starts"
        lines.append(f"Run {best[0].index + 1} again, {times}: {mean}, where it had {_number(file, best[1])}.")
    if best is not None and (ends := at_an_end(file, best[0])):
        words = ", ".join(NAMES[name].split(",")[0] for name in ends)
        lines.append(f"It lies at the end of what was searched in: {words}. There the range ends, not the trend.")
    lines.append(
        "Errors are those of chance alone, from blocks of time; absolute values mean little (docs/explanation/md.md)."
    )
    return lines
