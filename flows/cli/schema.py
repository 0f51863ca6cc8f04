"""`ionloop schema`: the JSON schema of the files, for editors."""

import json
from typing import Annotated

import typer

_KIND = "`campaign`, `lab`, `serve`, `faults`, `search`, `slurm`, or a driver (dotted), for its settings in a lab file"


def schema(kind: Annotated[str, typer.Argument(help=_KIND)] = "campaign") -> None:
    """Print the JSON schema of the campaign, lab, serve, fault, search or SLURM file, for completion in an editor."""
    if kind == "campaign":
        from flows.spec import CampaignSpec as Model
    elif kind == "lab":
        from devices.lab import LabFile as Model
    elif kind == "serve":
        from flows.server.serve_spec import ServeSpec as Model
    elif kind == "faults":
        from sim.faults.fault_file import FaultFile as Model
    elif kind == "search":
        from flows.dynamics.search.file import SearchFile as Model
    elif kind == "slurm":
        from flows.computing.spec import Slurm as Model
    elif "." in kind:
        from devices.drivers.loading import driver_class

        Model = driver_class(kind, "KIND").Settings
    else:
        raise typer.BadParameter(
            f"{kind!r} is none of `campaign`, `lab`, `serve`, `faults`, `search` and `slurm`, and no driver class",
            param_hint="KIND",
        )
    typer.echo(json.dumps(Model.model_json_schema(), indent=2))
