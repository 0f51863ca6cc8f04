"""`ionloop amend` behind its options."""

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from chemistry.errors import BadInput
from chemistry.wording import shortened
from flows.home import campaign_folder
from flows.knowledge import learners
from flows.person import person
from flows.session import experiment_of, latest_run, open_ledger
from flows.spec import read_campaign
from ledger.amendments import Change
from ledger.film import PROPERTY_UNITS
from ledger.measurement import Measurement
from ledger.store import Ledger
from ledger.tables import CampaignRow, ObservationRow, SampleRow
from models.film_judgement import CONDUCTIVITY

NEAR_K = 1.0
"""A reading is meant where it was taken within so many kelvins of the temperature that was said."""


@dataclass(frozen=True)
class Correction:
    """What somebody says of the readings of a film."""

    thickness_um: float | None
    property: str | None
    at_C: float | None
    value: float | None
    sd: float | None
    retract: bool
    also_by_hand: bool = False
    """Whether what somebody set by hand before follows too, where it only follows."""


@dataclass(frozen=True)
class Moved:
    """One reading, what it said before, and what it says now."""

    property: str
    temperature_C: float | None
    before: float
    after: float | None
    """None where it was taken back."""
    set_by: str = ""
    """Who had set it by hand, where that was kept."""

    def as_dict(self) -> dict[str, object]:
        """As the command line tells it."""
        where = {"property": self.property, "temperature_C": self.temperature_C}
        return {**where, "from": self.before, "to": self.after}


@dataclass(frozen=True)
class Corrected:
    """What a correction did."""

    event: int
    changes: Sequence[Moved]
    kept: Sequence[Moved]
    """What would follow, and stays as somebody set it by hand."""


def amend_experiment(
    campaign_file: Path,
    experiment: int,
    correction: Correction,
    *,
    by: str | None,
    note: str,
    folder: Path | None,
    ledger_url: str | None,
    as_json: bool,
) -> None:
    """Write a correction to the ledger, and print what it changed and which decisions rested on it.

    Raises:
        BadInput: there is no such reading, or the correction says nothing, or too much.
    """
    _refuse_unclear(correction)
    who = person(by)
    name = read_campaign(campaign_file).name
    with contextlib.closing(open_ledger(campaign_folder(name, folder), ledger_url, create=False)) as ledger:
        run = latest_run(ledger, name)
        done = corrected(ledger, _sample(ledger, run, experiment).id, correction, who=who, note=note)
        marked = ledger.marked(run.id)
    if as_json:
        told = [row.as_dict() for row in done.changes]
        held = [{"property": r.property, "temperature_C": r.temperature_C, "value": r.before} for r in done.kept]
        rest = marked.model_dump(mode="json")
        typer.echo(json.dumps({"event": done.event, "changes": told, "kept": held, "rest_on_amended": rest}))
        return
    for row in done.changes:
        to = "taken back" if row.after is None else f"{row.after:.3f}"
        typer.echo(f"{_named(row.property, row.temperature_C)}: {row.before:.3f}, now {to}")
    for row in done.kept:
        set_by = f"kept as {row.set_by} set it; --also-by-hand lets it follow"
        typer.echo(f"{_named(row.property, row.temperature_C)}: {row.before:.3f}, {set_by}")
    later = ", ".join(str(index + 1) for index in marked.suggestions) or "none"
    typer.echo(f"Suggestions that were decided by numbers since amended: {later}.")
    typer.echo("The surrogate learns again before a planner asks it the next time.")


def corrected(ledger: Ledger, film_id: str, said: Correction, *, who: str, note: str) -> Corrected:
    """Correct or take back what is known of a film, made here or published; what follows from it follows.

    Raises:
        BadInput: there is no such film or reading, or the correction says nothing, or too much.
    """
    _refuse_unclear(said)
    held = ledger.observations(film_id)
    if not held:
        raise BadInput(f"there is no film {shortened(repr(film_id))} with a result", remedy="Amend one that has.")
    readings = [row for row in held if row.closed_event is None]
    sample = ledger.sample_of(film_id)
    by_hand = ledger.set_by_hand(film_id)
    changes, kept = _changes(ledger, readings, sample, said, by_hand)
    thickness = {} if said.thickness_um is None or sample is None else {sample.id: said.thickness_um}
    used_by = learners(ledger).get(film_id, ()) if sample is None else ()
    ledger.amend(changes, by=who, note=note, thickness_um=thickness, used_by=used_by)
    before = {row.id: row for row in readings}
    moved = ((before[change.observation_id], change.value) for change in changes)
    return Corrected(
        event=ledger.last_event(),
        changes=tuple(Moved(row.property, row.temperature_C, row.value, value) for row, value in moved),
        kept=tuple(Moved(r.property, r.temperature_C, r.value, r.value, by_hand[r.id]) for r in kept),
    )


def _named(name: str, at_C: float | None) -> str:
    return name if at_C is None else f"{name} at {at_C:g} °C"


def _refuse_unclear(correction: Correction) -> None:
    said = [correction.thickness_um is not None, correction.value is not None, correction.retract]
    if said.count(True) != 1:
        raise BadInput("a correction says one thing", remedy="Give one of --thickness-um, --value and --retract.")
    if correction.property is not None and correction.property not in PROPERTY_UNITS:
        raise BadInput(
            f"there is no property `{correction.property}`", remedy=f"Known are {', '.join(PROPERTY_UNITS)}."
        )
    beside = [correction.property, correction.at_C, correction.sd]
    if correction.thickness_um is not None and any(given is not None for given in beside):
        raise BadInput("a thickness moves every conductivity", remedy="Leave --property, --at and --sd out.")
    if correction.sd is not None and correction.value is None:
        raise BadInput("--sd without --value", remedy="Give both.")
    if correction.value is not None and correction.property is None:
        raise BadInput("a value without its property", remedy="Add --property, such as log10_conductivity.")
    numbers = {"--thickness-um": correction.thickness_um, "--value": correction.value, "--sd": correction.sd}
    for option, number in numbers.items():
        if number is not None and not math.isfinite(number):
            raise BadInput(f"{option} {number:g}", remedy="Give a number.")
    if correction.thickness_um is not None and not correction.thickness_um > 0:
        raise BadInput(f"--thickness-um {correction.thickness_um:g}", remedy="Give a thickness above zero.")
    if correction.sd is not None and correction.sd < 0:
        raise BadInput(f"--sd {correction.sd:g}", remedy="Give a standard deviation, not below zero.")


def _sample(ledger: Ledger, run: CampaignRow, number: int) -> SampleRow:
    experiment = experiment_of(ledger, run, number)
    samples = ledger.samples(experiment.id)
    if not samples or not ledger.observations(samples[-1].id):
        raise BadInput(f"experiment {number} is {experiment.state}: it has no result", remedy="Amend one that has.")
    return samples[-1]


def _changes(
    ledger: Ledger,
    readings: Sequence[ObservationRow],
    sample: SampleRow | None,
    said: Correction,
    by_hand: Mapping[int, str],
) -> tuple[list[Change], list[ObservationRow]]:
    """What becomes of each reading of the film, and those that would follow but stay as somebody set them."""
    if said.thickness_um is not None:
        if sample is None or sample.thickness_um is None:
            raise BadInput("the thickness of the film is not known", remedy="Give the value itself.")
        # σ = L / (R A): every conductivity of the film moves by the same share, read from a law or not.
        shift = math.log10(said.thickness_um / sample.thickness_um)
        follows = [row for row in readings if row.property == CONDUCTIVITY]
        if not follows:
            raise BadInput("the film has no conductivity that holds", remedy="There is nothing that it would move.")
        anew, kept = _divided(follows, by_hand, said)
        return [Change(observation_id=r.id, value=r.value + shift, follows=r.id not in by_hand) for r in anew], kept
    meant = [row for row in readings if _is_meant(row, said)]
    if not meant:
        held = ", ".join(
            f"{r.property} at {r.temperature_C:g} °C" if r.temperature_C is not None else r.property for r in readings
        )
        raise BadInput("the film has no such reading that holds", remedy=f"It has {held or 'none'}.")
    if len(meant) > 1 and said.value is not None:
        temperatures = ", ".join(f"{row.temperature_C:g}" for row in meant if row.temperature_C is not None)
        raise BadInput(f"one value for {len(meant)} readings", remedy=f"Add --at, one of {temperatures} °C.")
    changes = [Change(observation_id=row.id, value=said.value, sd=said.sd) for row in meant]
    anew, kept = _divided(_follow_from(readings, changes), by_hand, said)
    measured = _measured(ledger, sample) if sample is not None else []
    return changes + (_derived(measured, readings, changes, anew) if anew else []), kept


def _divided(
    follows: Sequence[ObservationRow], by_hand: Mapping[int, str], said: Correction
) -> tuple[list[ObservationRow], list[ObservationRow]]:
    """What follows a change, and what stays as somebody set it."""
    kept = [row for row in follows if row.id in by_hand and not said.also_by_hand]
    return [row for row in follows if row not in kept], kept


def _is_meant(row: ObservationRow, said: Correction) -> bool:
    if said.property is not None and row.property != said.property:
        return False
    return said.at_C is None or (row.temperature_C is not None and abs(row.temperature_C - said.at_C) <= NEAR_K)


def _follow_from(readings: Sequence[ObservationRow], changes: Sequence[Change]) -> list[ObservationRow]:
    """Conductivities that rest on the film's law, where one of its points changes."""
    changed = {change.observation_id for change in changes}
    points = [row for row in readings if row.property == CONDUCTIVITY and not row.derived]
    if not any(row.id in changed for row in points):
        return []
    return [row for row in readings if row.derived and row.property == CONDUCTIVITY and row.id not in changed]


def _derived(
    measured: Sequence[Measurement],
    readings: Sequence[ObservationRow],
    changes: Sequence[Change],
    derived: Sequence[ObservationRow],
) -> list[Change]:
    """What becomes of conductivities that were read from the film's law, now that its points are others.

    The error of thickness and area is one for all points: it moves the law and neither bends nor steadies it.
    """
    from models.film_judgement import geometry_sd
    from models.temperature_law import NoLaw, NoReading, fit_temperature_law, read_at

    changed = {change.observation_id: change for change in changes}
    shared_sd = geometry_sd(measured)
    points: list[tuple[float, float, float]] = []
    for row in readings:
        if row.derived or row.property != CONDUCTIVITY or row.temperature_C is None:
            continue
        change = changed.get(row.id, Change(observation_id=row.id, value=row.value))
        if change.value is not None:
            sd = row.sd if change.sd is None else change.sd
            points.append((row.temperature_C, change.value, math.sqrt(max(sd**2 - shared_sd**2, 0.0))))
    new: list[Change] = []
    for row in derived:
        try:
            temperatures, values, sds = zip(*points, strict=True) if points else ((), (), ())
            law = fit_temperature_law(temperatures, values, sds, shared_sd) if points else None
            found = read_at(row.temperature_C or 0.0, points, law)
            sd = math.hypot(found.sd, shared_sd) if found.measured else found.sd
            new.append(Change(observation_id=row.id, value=found.log10_conductivity, sd=sd, follows=True))
        except (NoLaw, NoReading):
            new.append(Change(observation_id=row.id, value=None, follows=True))
    return new


def _measured(ledger: Ledger, sample: SampleRow) -> list[Measurement]:
    """What was measured on a film as it is now."""
    from flows.gate import measured_since

    since = measured_since(ledger.measurements(sample.id), ledger.film_decisions(sample.experiment_id))
    return [held.measurement for held in since]
