"""`ionloop doctor`: whether a lab can be worked with, before anything moves."""

from pathlib import Path
from typing import Annotated

import typer


def doctor(
    lab: Annotated[Path, typer.Argument(help="the lab file")],
    patience: Annotated[float, typer.Option(help="seconds to wait for instruments that do not answer")] = 5.0,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Connect to every instrument of LAB.yaml, read one value of each, and report all problems together.

    Nothing moves and nobody's token is touched. It also says where a killed controller would leave something on that
    no dead-man turns off. Status 1 where there is a problem.
    """
    from flows.doctor import examine

    examine(lab, patience_s=patience, as_json=json)
