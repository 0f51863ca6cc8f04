"""What a person is shown of a step that nobody can tell: the instrument before and after, the sample, the container."""

from typing import TYPE_CHECKING, Any

from chemistry.value import Value
from devices.errors import NeverSent
from flows.session import Session
from ledger.tables import PhysicalStepRow

if TYPE_CHECKING:
    from devices.instrument import Instrument

UNITS = {"mg": "mg", "um": "µm", "cm2": "cm²", "C": "°C"}
"""Units as readbacks write them at the end of their names, and as people do."""
CHANGER = "sample_changer"
NOTHING_YET = "none yet"
"""What an instrument says that it began before its first order (`devices.instrument`)."""


class Fact(Value):
    """One line of the table: what it is about, how it was before the order, and how it is now."""

    what: str
    before: str = ""
    now: str


def device_of(session: Session, step: PhysicalStepRow) -> "Instrument | None":
    """The instrument that a step was meant for; None where the lab file has it no more."""
    station = session.lab.stations.get(step.station)
    return next((d for d in station.instruments.values() if d.name == step.device), None) if station else None


def instrument_facts(session: Session, step: PhysicalStepRow) -> tuple[Fact, ...]:
    """What the instrument says of itself: what it began and finished last, its count, its balance or totaliser."""
    device, before = device_of(session, step), step.parameters.get("before") or {}
    if device is None:
        return (Fact(what="instrument", now="the lab file has it no more"),)
    try:
        said, readings = device.state(), device.as_made()
    except NeverSent as silent:
        return (Fact(what="instrument", now=f"cannot be reached: {silent.words}"),)
    began_before, began = _order(session, step, before.get("accepted")), _order(session, step, said.accepted)
    facts = [
        Fact(what="busy", now="yes" if said.busy else "no"),
        Fact(what="began last", before=began_before, now=began),
        Fact(what="finished last", now=_order(session, step, said.echo) if said.echo else "nothing that it remembers"),
        Fact(what="orders finished", before=_plain(before.get("count")), now=_plain(said.count)),
    ]
    if said.failed:
        facts.append(Fact(what="failed last", now=f"{_order(session, step, said.failed)}: {said.error}"))
    for name in dict.fromkeys((*device.witnesses, *device.results)):
        if isinstance(readings.get(name), int | float):
            facts.append(_reading(name, before.get(name), readings[name]))
    return tuple(facts)


def matter_facts(session: Session, step: PhysicalStepRow) -> tuple[Fact, ...]:
    """Where the sample stands, and what is left in the container that the step took from."""
    facts = [Fact(what="sample", now=_whereabouts(session, step.sample_id))]
    level = session.stock.levels().get(step.parameters.get("component", ""))
    if level is not None:
        left = f"{level.left_mg:.1f} mg by the ledger, this dose taken off unless it was weighed since"
        facts.append(Fact(what=f"container of {level.label}", now=left))
    return tuple(facts)


def asked_for(step: PhysicalStepRow) -> str:
    """What the order asked for, in words: `49.80 mg`, `dry 12 h at 60 °C`."""
    told = step.parameters
    if "mass_mg" in told:
        return f"{told['mass_mg']:.2f} mg"
    process = told.get("process") or {}
    numbers = [f"{name.replace('_', ' ')} {_plain(value)}" for name, value in process.items() if name != "kind"]
    return ", ".join(([process["kind"]] if "kind" in process else []) + numbers)


def _whereabouts(session: Session, sample: str) -> str:
    """The place that the ledger has for it, and what each sample changer says that it holds."""
    held: list[str] = []
    for station in session.lab.stations.values():
        if CHANGER not in station.instruments:
            continue
        try:
            if station.instruments[CHANGER].as_made()["loaded"] == sample:
                held.append(f"in the cell of {station.name}")
        except NeverSent:
            held.append(f"{station.name} cannot be asked")
    place = session.ledger.sample(sample).position
    return f"{place} by the ledger; " + ("; ".join(held) or "in no measuring cell")


def _order(session: Session, step: PhysicalStepRow, order_id: str | None) -> str:
    """An order as people know it."""
    if order_id is None:
        return "nobody wrote it down"
    if order_id in ("", NOTHING_YET):
        return "nothing yet" if order_id else "forgotten"
    if order_id == step.order_id:
        return "this step"
    known = session.journal.step(order_id)
    return f"{known.step} of {known.sample_id}" if known is not None else f"an order not of this ledger ({order_id})"


def _reading(name: str, before: Any, now: Any) -> Fact:
    what, _, last = name.rpartition("_")
    unit = f" {UNITS[last]}" if last in UNITS else ""
    what = (what if unit else name).replace("_", " ")
    if not isinstance(before, int | float):  # a result of whichever order was the last
        return Fact(what=f"{what}, last order", now=f"{now:.2f}{unit}")
    return Fact(what=what, before=f"{before:.2f}{unit}", now=f"{now:.2f}{unit} ({now - before:+.2f})")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, int | float) else str(value)
