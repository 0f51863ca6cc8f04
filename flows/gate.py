"""The quality gate in the loop: what was measured goes to the rules, what they decide goes into the ledger."""

from collections.abc import Sequence
from typing import Any

from chemistry.process import Press
from devices.wanted import Wanted
from flows.session import Session
from flows.spec import CampaignSpec
from flows.theory.offers import quickly
from flows.wanted import wanted_of
from ledger.film import Film
from ledger.kinds import GateDecision
from ledger.measurement import ImpedanceSpectrum
from ledger.tables import ExperimentRow, FilmDecisionRow, MeasurementRow, SampleRow
from models.film_judgement import CONDUCTIVITY, FilmJudgement, judge_film
from models.quality_gate import FilmSeen, Tried, judge_quality, rough_resistance_ohm

ANEW = (GateDecision.PRESS_AGAIN, GateDecision.MAKE_AGAIN)
"""After these a film is another one: what was measured before says nothing of it."""
LONGER = 2.0
"""Factor on the time of a polarisation that is taken again."""


def decide(session: Session, experiment: ExperimentRow, sample: SampleRow) -> None:
    """Judge a measured film: its observations go into the ledger, or what is to be done with it instead."""
    ledger = session.ledger
    decisions = ledger.film_decisions(experiment.id)
    rows = measured_since(ledger.measurements(sample.id), decisions)
    spec = spec_of(session, experiment)
    asked = [(o.property, o.temperature_C) for o in spec.outcomes]
    judged = judge_film([row.measurement for row in rows], asked)
    told: dict[str, Any] = {"verdicts": [v.model_dump(mode="json") for v in judged.verdicts], "law": judged.law}
    if judged.results:
        told["results"] = [result.model_dump(mode="json") for result in judged.results]
    low_Hz = what_to_measure(spec, decisions).sweep.low_Hz
    seen, tried = _seen(sample, rows, judged, [name for name, _ in asked]), _tried(decisions)
    verdict = judge_quality(seen, tried, spec.quality, low_Hz=low_Hz)
    evidence = {**verdict.evidence, "missing": list(seen.unread)}
    if verdict.decision is not GateDecision.ACCEPT:
        ledger.decide(experiment.id, sample.id, verdict.decision, verdict.reason, evidence, told)
        return
    if not decisions or decisions[-1].decision != GateDecision.ACCEPT:  # else a crash came between this and the next
        ledger.decide(experiment.id, sample.id, verdict.decision, verdict.reason, evidence)
    film = Film(film_id=sample.id, formulation=sample.formulation or experiment.formulation, readings=judged.readings)
    ids = [None if place is None else rows[place].id for place in judged.measured_in]
    ledger.observe(experiment.id, film, told, measurement_ids=ids)


def spec_of(session: Session, experiment: ExperimentRow) -> CampaignSpec:
    """The campaign as it is for one experiment: that of a quick scan measures less."""
    quick = session.ledger.source_of(experiment.id) == "quick_scan"
    return quickly(session.spec) if quick else session.spec


def what_to_measure(spec: CampaignSpec, decisions: Sequence[FilmDecisionRow]) -> Wanted:
    """What is wanted of the film now, by what was decided of it last."""
    wanted = wanted_of(spec)
    if not decisions or decisions[-1].decision != GateDecision.MEASURE_AGAIN:
        return wanted
    again = decisions[-1].evidence
    missing = set(again.get("missing", ())) - {CONDUCTIVITY}
    spectra = tuple(again["temperatures_C"]) or (() if missing else wanted.spectra_at_C)
    return Wanted(
        spectra_at_C=spectra,
        sweep=wanted.sweep.model_copy(update={"low_Hz": again["low_Hz"]}),
        twice_at_C=tuple(again["twice_at_C"]),
        indent_at_C=wanted.indent_at_C if "log10_storage_modulus" in missing else (),
        polarise_at_C=wanted.polarise_at_C if "transference_number" in missing else (),
        polarise=wanted.polarise.model_copy(update={"hours": LONGER * wanted.polarise.hours}),
        scan_heat=wanted.scan_heat if "glass_transition" in missing else None,
        sweep_voltage_at_C=wanted.sweep_voltage_at_C if "oxidation_limit" in missing else (),
        sweep_voltage=wanted.sweep_voltage,
    )


def to_be_pressed(sample: SampleRow, decisions: Sequence[FilmDecisionRow]) -> tuple[Press, int] | None:
    """How a film is to be pressed again, and for which time; None where it is to be made."""
    if not decisions or decisions[-1].decision != GateDecision.PRESS_AGAIN or sample.formulation is None:
        return None
    recipe = [step for step in sample.formulation.process.steps if isinstance(step, Press)]
    again = sum(row.decision == GateDecision.PRESS_AGAIN and row.sample_id == sample.id for row in decisions)
    return (recipe[-1] if recipe else Press()), 1 + again


def measured_since(rows: Sequence[MeasurementRow], decisions: Sequence[FilmDecisionRow]) -> list[MeasurementRow]:
    """The measurements of a film as it is now."""
    changed = max((row.event for row in decisions if row.decision in ANEW), default=0)
    return [row for row in rows if row.event > changed]


def _tried(decisions: Sequence[FilmDecisionRow]) -> Tried:
    films = [row for row in decisions if row.decision == GateDecision.MAKE_AGAIN]
    now = decisions[decisions.index(films[-1]) + 1 :] if films else decisions
    presses = [row for row in now if row.decision == GateDecision.PRESS_AGAIN]
    since = now[now.index(presses[-1]) + 1 :] if presses else now
    again = sum(row.decision == GateDecision.MEASURE_AGAIN for row in since)
    return Tried(measurements=1 + again, pressings=1 + len(presses), films=1 + len(films))


def _seen(sample: SampleRow, rows: Sequence[MeasurementRow], judged: FilmJudgement, asked: Sequence[str]) -> FilmSeen:
    spectra = [row.measurement for row in rows if isinstance(row.measurement, ImpedanceSpectrum)]
    return FilmSeen(
        thickness_um=sample.thickness_um,
        verdicts=judged.verdicts,
        resistance_ohm=tuple(rough_resistance_ohm(spectrum) for spectrum in spectra),
        spreads=judged.spreads,
        missing=judged.reason,
        unread=tuple(sorted(set(asked) - {reading.property for reading in judged.readings})),
    )
