"""`ionloop lab serve` and `ionloop lab show` behind their options."""

import contextlib
import json
import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chemistry.errors import BadInput
from chemistry.value_file import placed_in
from flows.lab_files import open_lab, read_lab
from flows.terminal import console, table

if TYPE_CHECKING:
    from devices.lab import Lab

LOOK_S = 0.5


def serve_lab(path: Path, folder: Path | None, faults_file: Path | None = None) -> None:
    """Serve the simulated lab until it is interrupted; what is under way then goes on at the next start.

    What the fault file says of instruments goes wrong; faults of the ledger are the controller's and none of the lab's.
    """
    lab_file = read_lab(path)
    if not lab_file.clock:
        raise BadInput(
            "the lab file names no clock, and a served lab publishes its time",
            place=f"{path}, clock",
            remedy='Add a prefix for its PVs, such as `clock: "SIM:CLOCK:"`.',
        )
    from sim.faults.fault_file import read_faults
    from sim.served_lab import served_lab

    faults = None if faults_file is None else read_faults(faults_file, lab_file)
    place = _folder(path, folder)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a bench stays when the terminal is closed that it was started in
    with placed_in(path), served_lab(lab_file, place, faults) as server:
        instruments = sum(map(len, lab_file.stations.values()))
        typer.echo(f"Serving {lab_file.name}: {instruments} instruments on {server.address}, port {server.port}.")
        typer.echo(f"Its own record: {place}. Ctrl-C ends it.")
        while not over.wait(LOOK_S):  # a signal may reach another thread, and then it wakes nobody
            pass


def show_lab(path: Path, folder: Path | None, *, as_json: bool) -> None:
    """Print the state of every instrument."""
    lab_file = read_lab(path)
    with contextlib.closing(open_lab(lab_file, _folder(path, folder))) as lab:
        states = _states(lab)
    if as_json:
        typer.echo(json.dumps(states, ensure_ascii=False))
        return
    from rich.text import Text

    view = table("instrument", "state", "last begun", "orders", "token", "dead-man")
    for name, state in states.items():
        if "problem" in state:
            view.add_row(name, Text(state["problem"], "red"), "", "", "", "")
            continue
        doing = "busy" if state["busy"] else "idle"
        dead_man = f"{state['dead_man_s']:g} s" if state["dead_man_s"] else "none"
        view.add_row(name, doing, state["accepted"], str(state["count"]), str(state["fenced"]), dead_man)
    console().print(view)


def _states(lab: "Lab") -> dict[str, dict[str, Any]]:
    from devices.errors import NeverSent

    states: dict[str, dict[str, Any]] = {}
    for station in lab.stations.values():
        for role, instrument in station.instruments.items():
            try:
                states[f"{station.name}.{role}"] = asdict(instrument.state())
            except NeverSent as silent:
                states[f"{station.name}.{role}"] = {"problem": silent.words}
    return states


def _folder(path: Path, folder: Path | None) -> Path:
    return (folder or Path("runs") / f"lab-{path.stem}").resolve()
