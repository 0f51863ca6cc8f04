"""`ionloop lab station` behind its options."""

import functools
import signal
import threading
from pathlib import Path

import typer

from chemistry.errors import BadInput
from chemistry.value_file import placed_in
from devices.lab_file import InstrumentEntry, LabFile
from flows.lab_files import read_lab

LOOK_S = 0.5


def serve_station(path: Path, station: str, folder: Path | None, address: str | None) -> None:
    """Serve the bare instruments of a station until it is interrupted; then those with a dead-man are made safe.

    Raises:
        BadInput: the lab file has no such station or none with drivers, or publishes a clock, or a driver is wrong.
    """
    lab_file = read_lab(path)
    driven = _driven(lab_file, path, station)
    from devices.drivers.loading import driver_of
    from devices.served.station_process import station_process

    drivers = {r: driver_of(entry.driver, path, station, r) for r, entry in driven.items() if entry.driver is not None}
    place = (folder or Path("runs") / f"station-{path.stem}-{station}").resolve()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a bench stays when the terminal is closed that it was started in
    say = functools.partial(typer.echo, err=False)
    with placed_in(path), station_process(lab_file, station, drivers, place, say, address) as server:
        others = sorted(lab_file.stations[station].keys() - drivers.keys())
        typer.echo(f"Serving {', '.join(drivers)} of {station} on {server.address}, port {server.port}.")
        if others:
            typer.echo(f"Without a driver, so served by somebody else: {', '.join(others)}.")
        typer.echo(f"Its memory: {place}. Ctrl-C ends it.")
        while not over.wait(LOOK_S):  # a signal may reach another thread, and then it wakes nobody
            pass


def _driven(lab_file: LabFile, path: Path, station: str) -> dict[str, InstrumentEntry]:
    if station not in lab_file.stations:
        known = ", ".join(lab_file.stations)
        problem = f"the lab file has no station {station!r}"
        raise BadInput(problem, place=f"{path}, stations", remedy=f"It has {known}.")
    if lab_file.clock:
        raise BadInput(
            f"the lab file names a clock ({lab_file.clock!r}), and real instruments run in wall time",
            place=f"{path}, clock",
            remedy="Remove the line; only the simulated lab publishes its time.",
        )
    driven = {role: entry for role, entry in lab_file.stations[station].items() if entry.driver is not None}
    if not driven:
        raise BadInput(
            f"no instrument of station {station!r} has a driver",
            place=f"{path}, stations.{station}",
            remedy="Add `driver: {class: ..., ...}` to those that do not serve their PVs themselves.",
        )
    return driven
