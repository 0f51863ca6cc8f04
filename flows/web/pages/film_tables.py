"""The tables of a film's page."""

from collections.abc import Iterable
from typing import Any

from chemistry.formulation import Formulation
from chemistry.quantities import with_uncertainty
from chemistry.units import li_per_site
from flows.report.words import axis_title
from flows.web.film_content import Analysed
from flows.web.pages.pieces import Column, faint, heading, note, table, words
from ledger.browsing import FilmHistory
from ledger.browsing.told import ObservationTold
from ledger.measurement import ImpedanceSpectrum
from models.temperature_law import TemperatureLaw
from planners.objectives import Measurand

_LONGEST = 160


def asked(property_: str, temperature_C: float | None) -> str:
    """A property and where it was read, as people say it: `log₁₀ conductivity (S/cm) at 30 °C`."""
    return axis_title(Measurand(property=property_, temperature_C=temperature_C))


def suggestion(history: FilmHistory) -> None:
    """Who proposed it, why, and what was known then."""
    said = history.suggestion
    if said is None:
        return
    heading(2, "Why it was suggested")
    words(str(said.reason.get("summary", "")) or "No reason was given.")
    model = f"asked model version {said.model_version}, " if said.model_version is not None else ""
    faint(
        f"Suggestion {said.number} by the planner {said.planner}, {said.at:%Y-%m-%d %H:%M} UTC; it {model}knew the "
        f"ledger up to event {said.knowledge_event}, and expected {said.cost_h:.1f} h."
    )
    if said.rests_on_amended:
        note("It rests on a number that was corrected since.")


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
        yield f"step {place}: {step.kind}", _plainly(step.model_dump(exclude={"kind"}))


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
                "asked": _plainly({k: v for k, v in step.parameters.items() if k not in ("before", "command")}),
                "made": "; ".join(filter(None, (_plainly(step.as_made or {}), step.words))),
            }
        )
    table("Every step of the film", columns, rows, page=25)


def spectra(found: Analysed) -> None:
    """What was made of each spectrum."""
    columns = (
        Column("at", "temperature"),
        Column("verdict", "verdict"),
        Column("sigma", "log₁₀ σ (S/cm)", "number"),
        Column("resistance", "R (Ω)", "number"),
        Column("circuit", "circuit"),
        Column("misfit", "misfit", "number"),
        Column("causal", "Kramers-Kronig", "number"),
        Column("why", "why", "words", sortable=False),
    )
    rows = [
        {
            "at": one.label,
            "verdict": one.result.verdict.value.replace("_", " "),
            "sigma": ""
            if one.result.log10_conductivity is None
            else with_uncertainty(one.result.log10_conductivity, one.result.log10_conductivity_sd or 0.0),
            "resistance": "" if one.result.resistance_ohm is None else f"{one.result.resistance_ohm:.4g}",
            "circuit": one.result.circuit.name if one.result.circuit else "",
            "misfit": f"{100 * one.result.circuit.relative_rms:.2f} %" if one.result.circuit else "",
            "causal": ""
            if one.result.kramers_kronig_residual is None
            else f"{100 * one.result.kramers_kronig_residual:.2f} %",
            "why": one.result.reason,
        }
        for one in found.spectra
    ]
    table("What was made of each spectrum", columns, rows)


def law(fitted: TemperatureLaw) -> None:
    """The parameters of the temperature law."""
    columns = (
        Column("name", "parameter", sortable=False),
        Column("value", fitted.kind.value.replace("_", " "), "number", sortable=False),
    )
    rows = [
        {"name": name.replace("_", " "), "value": with_uncertainty(value, fitted.parameters_sd[name])}
        for name, value in fitted.parameters.items()
    ]
    table("The temperature law", columns, rows)


def other_measurements(history: FilmHistory, sample: str) -> None:
    """What was measured besides impedance."""
    others = [
        m for m in history.measurements if m.sample_id == sample and not isinstance(m.measurement, ImpedanceSpectrum)
    ]
    if not others:
        return
    heading(2, "Other measurements")
    columns = (Column("kind", "kind"), Column("at", "taken (UTC)"), Column("what", "what was read", "words"))
    rows = [
        {
            "kind": m.kind.replace("_", " "),
            "at": f"{m.at:%Y-%m-%d %H:%M}",
            "what": _plainly(_scalars(m.measurement.model_dump())),
        }
        for m in others
    ]
    table("Other measurements", columns, rows)


def decisions(history: FilmHistory) -> None:
    """What the quality gate decided."""
    if not history.decisions:
        return
    heading(2, "Decisions of the quality gate")
    columns = (
        Column("sample", "sample"),
        Column("decision", "decision", "state"),
        Column("why", "why", "words"),
        Column("at", "at (UTC)"),
    )
    rows = [
        {"sample": d.sample_id, "decision": d.decision.value, "why": d.reason, "at": f"{d.at:%Y-%m-%d %H:%M}"}
        for d in history.decisions
    ]
    table("Decisions of the quality gate", columns, rows)


def predictions(history: FilmHistory) -> None:
    """What was foretold before it was made, beside what was found."""
    if not history.predictions:
        return
    heading(2, "Predicted before, and found")
    columns = (
        Column("what", "property", "words"),
        Column("version", "model version", "number"),
        Column("foretold", "foretold", "number"),
        Column("found", "found", "number"),
        Column("off", "off by", "number"),
    )
    rows = []
    for told in history.predictions:
        spread = (told.sd**2 + told.film_sd**2) ** 0.5
        found = _found(history.observations, told.property, told.temperature_C)
        off = (
            "" if found is None else f"{(found.value - told.mean) / ((spread**2 + found.sd**2) ** 0.5 or 1.0):+.1f} sd"
        )
        rows.append(
            {
                "what": asked(told.property, told.temperature_C),
                "version": told.model_version,
                "foretold": with_uncertainty(told.mean, spread),
                "found": "" if found is None else with_uncertainty(found.value, found.sd),
                "off": off,
            }
        )
    table("What was foretold and what was found", columns, rows)


def _found(seen: Iterable[ObservationTold], name: str, at_C: float | None) -> ObservationTold | None:
    """The reading that a prediction is held against: of its property, nearest to its temperature."""
    near = [
        row
        for row in seen
        if row.property == name
        and row.closed_event is None
        and (at_C is None or row.temperature_C is None or abs(row.temperature_C - at_C) <= 0.5)
    ]
    return min(near, key=lambda row: abs((row.temperature_C or 0.0) - (at_C or 0.0)), default=None)


def theory(history: FilmHistory) -> None:
    """What theory says of the same formulation."""
    if not history.theory:
        return
    heading(2, "Theory")
    columns = (Column("what", "property", "words"), Column("source", "by"), Column("value", "theory", "number"))
    rows = [
        {
            "what": asked(row.property, row.temperature_C),
            "source": row.source.value,
            "value": with_uncertainty(row.value, row.sd),
        }
        for row in history.theory
    ]
    table("What theory says of the same formulation", columns, rows)


def observations(history: FilmHistory) -> None:
    """Every number that was ever observed on it, with those that no longer hold and who corrected them."""
    if not history.observations:
        return
    corrected = {one.observation_id: one for one in history.amendments}
    heading(2, "Observations and their history")
    columns = (
        Column("what", "property", "words"),
        Column("value", "value", "number"),
        Column("source", "source"),
        Column("holds", "holds", "state"),
        Column("how", "how it came", "words", sortable=False),
        Column("at", "since (UTC)"),
    )
    rows = []
    for row in history.observations:
        said = corrected.get(row.id)
        how = f"{'corrected' if said.after is not None else 'taken back'} by {said.by}: {said.note}" if said else ""
        rows.append(
            {
                "key": row.id,
                "what": asked(row.property, row.temperature_C),
                "value": with_uncertainty(row.value, row.sd),
                "source": f"{row.source.value}, from the law" if row.derived else row.source.value,
                "holds": row.holds.value,
                "how": how,
                "at": f"{row.at:%Y-%m-%d %H:%M}",
            }
        )
    table("Observations and their history", columns, rows, page=25)


def happenings(history: FilmHistory) -> None:
    """The events of the ledger that are about it."""
    columns = (
        Column("number", "event", "number"),
        Column("at", "at (UTC)"),
        Column("kind", "what"),
        Column("subject", "of"),
        Column("payload", "said", "words", sortable=False),
    )
    rows = [
        {
            "key": one.number,
            "number": one.number,
            "at": f"{one.at:%Y-%m-%d %H:%M:%S}",
            "kind": one.kind,
            "subject": one.subject,
            "payload": _plainly(_scalars(one.payload)),
        }
        for one in history.happenings
    ]
    table("Everything that happened", columns, rows, page=25)


def _scalars(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if isinstance(value, str | int | float) and value != ""}


def _plainly(values: dict[str, Any]) -> str:
    """`mass 327.6 mg, component …`: what people read of a record, shortened."""
    told: list[str] = []
    for key, value in values.items():
        if isinstance(value, dict):
            told.append(_plainly(value))
        elif value is not None:
            shown = f"{value:.4g}" if isinstance(value, float) else str(value)
            told.append(f"{key.replace('_', ' ')} {shown}")
    text = ", ".join(told)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
