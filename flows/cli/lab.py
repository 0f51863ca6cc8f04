"""`ionloop lab`: serve the simulated lab, or a station's bare instruments, over Channel Access; look at instruments."""

from pathlib import Path
from typing import Annotated

import typer

_HELP = "Serve a simulated lab, or a station's bare instruments, over EPICS Channel Access; look at instruments."
app = typer.Typer(help=_HELP, no_args_is_help=True)

_LabFile = Annotated[Path, typer.Argument(help="the lab file")]
_Folder = Annotated[Path | None, typer.Option(help="folder of the lab's own record [default: runs/lab-NAME]")]


@app.command("serve")
def lab_serve(
    lab: _LabFile,
    folder: _Folder = None,
    faults: Annotated[
        Path | None, typer.Option(help="a fault file, such as examples/faults.yaml: what goes wrong in the lab")
    ] = None,
) -> None:
    """Run the simulated lab of LAB.yaml as a process of its own, behind EPICS process variables.

    It outlives every controller, remembers what it did, and turns its heaters off when a controller falls silent.
    """
    from flows.served_lab import serve_lab

    serve_lab(lab, folder, faults)


@app.command("station")
def lab_station(
    lab: _LabFile,
    station: Annotated[str, typer.Argument(help="name of the station in the lab file")],
    folder: Annotated[
        Path | None, typer.Option(help="folder of the station's own memory [default: runs/station-NAME-STATION]")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="where to serve, HOST or HOST:PORT [default: the first of channel_access]")
    ] = None,
) -> None:
    """Drive the bare instruments of STATION (those with `driver:`), and serve them as EPICS process variables.

    It holds the fence, the memory of the last orders and the dead-man, and outlives every controller.
    """
    from flows.station import serve_station

    serve_station(lab, station, folder, address)


@app.command("show")
def lab_show(
    lab: _LabFile,
    folder: _Folder = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Ask every instrument what it did last, and who owns it; nothing moves."""
    from flows.served_lab import show_lab

    show_lab(lab, folder, as_json=json)
