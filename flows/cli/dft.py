"""`ionloop dft`: the electrochemical window of a polymer or a molecule by density functional theory."""

from pathlib import Path
from typing import Annotated

import typer


def dft(
    smiles: Annotated[str, typer.Argument(help="a repeat unit such as '*CCO*', or one neutral molecule")],
    units: Annotated[int, typer.Option("--units", help="repeat units of the oligomer, 1 to 3")] = 2,
    functional: Annotated[
        str, typer.Option("--functional", help="such as PBE, r2SCAN, B3LYP, wB97X-D3BJ; a wrong one lists them")
    ] = "B3LYP",
    basis: Annotated[str, typer.Option("--basis", help="a Gaussian basis, such as def2-SVPD")] = "def2-SVP",
    dispersion: Annotated[str, typer.Option("--dispersion", help="default, none, D3BJ, D3zero or D4")] = "default",
    permittivity: Annotated[
        float | None,
        typer.Option("--permittivity", help="relative, of the host [default: the polymer's own, else PEO's]"),
    ] = None,
    full_solvent: Annotated[
        bool, typer.Option("--full-solvent", help="each charge state self-consistent in the host; three times the cost")
    ] = False,
    geometry: Annotated[
        Path | None, typer.Option("--geometry", help="write the geometry to this file: .xyz or .json")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="draw the orbital energies and the window: .png, .svg or .pdf")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger",
            help="path or database URL of the ledger that is asked first and told after [default: in ionloop's home]",
        ),
    ] = None,
    campaign: Annotated[
        Path | None, typer.Option("--campaign", help="a campaign file: use that campaign's own ledger")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="calculate anew what the ledger knows")] = False,
    json: Annotated[bool, typer.Option("--json", help="end with one line of JSON")] = False,
) -> None:
    """Work out at which potentials against Li+/Li a molecule is oxidised and reduced.

    A polymer is calculated as a capped oligomer. What the ledger knows, by hand or by a campaign, is not calculated
    again. Single molecules in a continuum misplace some
    hosts, sulfones above all.
    """
    from flows.quantum import Wanted, calculate_window

    calculate_window(
        Wanted(
            smiles=smiles,
            units=units,
            functional=functional,
            basis=basis,
            dispersion=dispersion,
            permittivity=permittivity,
            full_solvent=full_solvent,
            geometry=geometry,
            picture=picture,
            ledger=ledger,
            campaign=campaign,
            again=again,
            as_json=json,
        )
    )
