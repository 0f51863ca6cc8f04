"""`ionloop doctor` behind its options."""

import contextlib
import json
import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chemistry.errors import BadInput
from devices.lab_file import LabFile
from flows.lab_files import is_simulated, open_lab, read_lab
from flows.terminal import console, table

if TYPE_CHECKING:
    from devices.instrument import Instrument
    from devices.lab import Lab

LOOK_S, MOST_PATIENCE_S = 0.05, 3600.0


@dataclass
class Finding:
    """What was found out about one instrument."""

    instrument: str
    kind: str
    prefix: str
    value: str = ""
    """One readback, with its name."""
    busy: bool = False
    token: int = 0
    """Of its owner, or of the last one."""
    dead_man_s: float = 0.0
    problems: list[str] = field(default_factory=list)
    """Why it cannot be worked with."""
    warnings: list[str] = field(default_factory=list)
    """What should be known before it is."""


@dataclass(frozen=True)
class Examined:
    """What was found out about a lab."""

    lab: LabFile
    real: bool
    findings: list[Finding]
    problems: list[str]
    warnings: list[str]


def examine(path: Path, *, patience_s: float, as_json: bool) -> None:
    """Look at every instrument, print what was found, and end with status 1 where there is a problem.

    Raises:
        BadInput: the lab file cannot be used.
    """
    if not 0 < patience_s <= MOST_PATIENCE_S:
        remedy = f"Give seconds, above zero and at most {MOST_PATIENCE_S:g}."
        raise BadInput(f"--patience {patience_s:g}", remedy=remedy)
    found = look_at(path, patience_s)
    if as_json:
        told = {"lab": found.lab.name, "real": found.real, "instruments": [asdict(f) for f in found.findings]}
        told |= {"problems": found.problems, "warnings": found.warnings}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _show(found.lab, found.findings, found.problems, found.warnings)
    if found.problems:
        raise typer.Exit(1)


def look_at(path: Path, patience_s: float) -> Examined:
    """Connect to every instrument of a lab and read one value of each; nothing moves.

    Raises:
        BadInput: the lab file cannot be used.
    """
    lab_file = read_lab(path)
    with _lab(lab_file) as (lab, problems):
        findings = _findings(lab, patience_s, simulated=is_simulated(lab_file))
        real = not lab.simulated
    if not findings:
        problems.append("the lab file names no instrument")
    problems += [f"{found.instrument}: {problem}" for found in findings for problem in found.problems]
    warnings = [f"{found.instrument}: {warning}" for found in findings for warning in found.warnings]
    if real and lab_file.simulated is not None:
        warnings.append("the lab file says `simulated:`, and the lab itself does not: it counts as real")
    return Examined(lab_file, real, findings, problems, warnings)


@contextlib.contextmanager
def _lab(lab_file: LabFile) -> "Iterator[tuple[Lab, list[str]]]":
    """The lab, and what is wrong with it as a whole: one whose clock is silent is looked at all the same."""
    from devices.errors import NeverSent

    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ionloop-doctor-") as folder:
        try:
            lab = open_lab(lab_file, Path(folder))
        except NeverSent as silent:
            problems.append(str(silent))
            lab = open_lab(lab_file.model_copy(update={"clock": ""}), Path(folder))
        with contextlib.closing(lab):
            yield lab, problems


def _findings(lab: "Lab", patience_s: float, *, simulated: bool) -> list[Finding]:
    deadline = time.monotonic() + patience_s  # one for all: their PVs are looked for side by side
    return [
        _finding(f"{station.name}.{role}", instrument, deadline, simulated=simulated)
        for station in lab.stations.values()
        for role, instrument in station.instruments.items()
    ]


def _finding(name: str, instrument: "Instrument", deadline: float, *, simulated: bool) -> Finding:
    from devices.errors import NeverSent

    found = Finding(name, type(instrument).__name__.removeprefix("Fake"), instrument.prefix)
    silent = _silent(instrument, deadline)
    if silent:
        found.problems.append(silent)
        return found
    try:
        state = instrument.state()
        found.value = _one_value(instrument, found)
    except NeverSent as broken:
        found.problems.append(broken.words)
        return found
    found.busy, found.token, found.dead_man_s = state.busy, state.fenced, state.dead_man_s
    if state.failed and state.failed == state.accepted:
        found.warnings.append(f"its last order failed: {state.error}")
    if not state.accepted:
        found.warnings.append("it has forgotten what it did last, as after a power cut")
    if instrument.left_on and not state.dead_man_s and not simulated:
        found.warnings.append(
            f"a killed controller leaves its {instrument.left_on} on: it has no dead-man, so a safe state cannot be "
            f"guaranteed; serve it by a station process, or fit a cut-out of its own"
        )
    return found


def _silent(instrument: "Instrument", deadline: float) -> str:
    """Which PVs are not connected when patience is over, in words; empty where all are."""
    signals = [walk.item for walk in instrument.walk_signals()]
    while True:
        silent = [signal for signal in signals if not signal.connected]
        if not silent:
            return ""
        if time.monotonic() > deadline:
            break
        time.sleep(LOOK_S)
    if len(silent) == len(signals):
        return f"nobody answers for {instrument.prefix}*, {len(signals)} process variables"
    some = ", ".join(signal.pvname for signal in silent[:5]) + (" …" if len(silent) > 5 else "")
    return f"{len(silent)} of its {len(signals)} process variables do not answer: {some}"


def _one_value(instrument: "Instrument", found: Finding) -> str:
    """The first readback, in words; one that is no number is a problem."""
    name = instrument.results[0] if instrument.results else "count"
    value: Any = instrument.as_made()[name]
    if isinstance(value, list):
        return f"{name}: {len(value)} points"
    if isinstance(value, float) and not math.isfinite(value):
        found.problems.append(f"{name} reads {value}")
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def _show(lab_file: LabFile, findings: list[Finding], problems: list[str], warnings: list[str]) -> None:
    from rich.text import Text

    view, out = table("instrument", "state", "reads", "dead-man"), console()
    for found in findings:
        state = Text("problem", "red") if found.problems else Text("busy" if found.busy else "idle")
        dead_man = f"{found.dead_man_s:g} s" if found.dead_man_s else ""
        view.add_row(found.instrument, state, found.value, dead_man)
    out.print(view)
    if is_simulated(lab_file):
        out.print("This lab is simulated and lives in the controller's process: both end together.")
    for warning in warnings:
        out.print(Text.assemble(("Beware:", "yellow"), f" {warning}."), soft_wrap=True)
    for problem in problems:
        out.print(Text.assemble(("Problem:", "red"), f" {problem}."), soft_wrap=True)
    if not problems:
        out.print(f"All {len(findings)} instruments of {lab_file.name} answer. Nothing was moved.")
