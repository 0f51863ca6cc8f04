"""How a film was made: the tables of its composition and of its steps."""

from collections.abc import Iterable

from chemistry.formulation import Formulation
from chemistry.units import li_per_site
from flows.web.pages.pieces import Column, heading, table
from flows.web.pages.plainly import plainly
from ledger.browsing import FilmHistory


def composition(history: FilmHistory) -> None:
    """What was asked for beside what it became."""
    columns = [Column("what", "component", sortable=False)]
    shown: dict[str, dict[str, str]] = {}
    if history.suggestion is not None:
        columns.append(Column("suggested", "as suggested", "number", sortable=False))
        shown["suggested"] = dict(_components(history.suggestion.formulation))
    made = [sample for sample in history.samples if sample.formulation is not None]
    for sample in made:
        columns.append(
            Column(sample.id, f"as made: {sample.id}" if len(made) > 1 else "as made", "number", sortable=False)
        )
        shown[sample.id] = dict(_components(sample.formulation)) if sample.formulation else {}
    if not made and history.suggestion is None:
        columns.append(Column("film", "as published", "number", sortable=False))
        shown["film"] = dict(_components(history.film.formulation))
    heading(2, "Composition")
    names = dict.fromkeys(name for parts in shown.values() for name in parts)
    rows = [{"key": n, "what": n, **{where: parts.get(n, "") for where, parts in shown.items()}} for n in names]
    table("Composition as suggested and as made", columns, rows)


def _components(formulation: Formulation) -> Iterable[tuple[str, str]]:
    polymer = formulation.polymer
    yield "polymer", polymer.label
    if len(polymer.units) > 1 or polymer.architecture.value != "homo":
        yield "architecture", polymer.architecture.value
        for unit, fraction in zip(polymer.units, polymer.fractions, strict=True):
            yield unit.smiles, f"{100 * fraction:.1f} mol %"
    if polymer.molar_mass_kg_mol is not None:
        yield "molar mass", f"{polymer.molar_mass_kg_mol:g} kg/mol"
    if formulation.salt is not None:
        yield "salt", formulation.salt.label
        yield "salt loading", f"{formulation.salt_molality_mol_kg:.3f} mol/kg"
        if polymer.sites_mol_kg:
            yield "Li per coordinating site", f"{li_per_site(formulation):.4f}"
    for content in formulation.additives:
        yield content.additive.label, f"{100 * content.weight_fraction:.2f} % w/w"
    for content in formulation.fillers:
        yield content.filler.formula, f"{100 * content.weight_fraction:.2f} % w/w"
    for place, step in enumerate(formulation.process.steps, start=1):
        yield f"step {place}: {step.kind}", plainly(step.model_dump(exclude={"kind"}))


def steps(history: FilmHistory) -> None:
    """Every command to an instrument, with its times and what came of it."""
    if not history.steps:
        return
    settled = {one.number: one for one in history.happenings}
    heading(2, "Every step")
    columns = (
        Column("step", "step"),
        Column("where", "instrument"),
        Column("state", "state", "state"),
        Column("began", "intended (UTC)"),
        Column("ended", "settled (UTC)"),
        Column("lab", "lab time", "number"),
        Column("asked", "asked", "words", sortable=False),
        Column("made", "as made", "words", sortable=False),
    )
    rows = []
    for step in history.steps:
        began, ended = settled.get(step.event), settled.get(step.settled_event or -1)
        took = (
            f"{(ended.lab_time_s - began.lab_time_s) / 3600:.2f} h"
            if began and ended and began.lab_time_s is not None and ended.lab_time_s is not None
            else ""
        )
        rows.append(
            {
                "key": step.order_id,
                "step": step.step,
                "where": f"{step.device}, {step.station}",
                "state": step.state,
                "began": f"{step.intended_at:%Y-%m-%d %H:%M:%S}",
                "ended": f"{ended.at:%Y-%m-%d %H:%M:%S}" if ended else "",
                "lab": took,
                "asked": plainly({k: v for k, v in step.parameters.items() if k not in ("before", "command")}),
                "made": "; ".join(filter(None, (plainly(step.as_made or {}), step.words))),
            }
        )
    table("Every step of the film", columns, rows, page=25)
