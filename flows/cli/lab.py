"""`ionloop lab`: serve the simulated lab over Channel Access, and look at a lab's instruments."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Serve a simulated lab over EPICS Channel Access; look at instruments.", no_args_is_help=True)

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


@app.command("show")
def lab_show(
    lab: _LabFile,
    folder: _Folder = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Ask every instrument what it did last, and who owns it; nothing moves."""
    from flows.served_lab import show_lab

    show_lab(lab, folder, as_json=json)
