"""`ionloop dft`: electrochemical windows by density functional theory, of one molecule or of a pool from a few."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.default_word import understood

WINDOW = "window"

app = typer.Typer(
    help="Calculate the electrochemical window of a polymer (SMILES), or survey a pool of them (POOL.csv).",
    cls=understood(WINDOW),
    no_args_is_help=True,
)

_Units = Annotated[int, typer.Option("--units", help="repeat units of the oligomer, 1 to 3")]
_Functional = Annotated[
    str, typer.Option("--functional", help="such as PBE, r2SCAN, B3LYP, wB97X-D3BJ; a wrong one lists them")
]
_Basis = Annotated[str, typer.Option("--basis", help="a Gaussian basis, such as def2-SVPD")]
_Dispersion = Annotated[str, typer.Option("--dispersion", help="default, none, D3BJ, D3zero or D4")]
_Permittivity = Annotated[
    float | None,
    typer.Option("--permittivity", help="relative, of the host [default: the polymer's own, else PEO's]"),
]
_FullSolvent = Annotated[
    bool, typer.Option("--full-solvent", help="each charge state self-consistent in the host; three times the cost")
]
_Ledger = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        help="path or database URL of the ledger that is asked first and told after [default: in ionloop's home]",
    ),
]
_Campaign = Annotated[Path | None, typer.Option("--campaign", help="a campaign file: use that campaign's own ledger")]


@app.command(WINDOW)
def window(
    smiles: Annotated[str, typer.Argument(help="a repeat unit such as '*CCO*', or one neutral molecule")],
    units: _Units = 2,
    functional: _Functional = "B3LYP",
    basis: _Basis = "def2-SVP",
    dispersion: _Dispersion = "default",
    permittivity: _Permittivity = None,
    full_solvent: _FullSolvent = False,
    geometry: Annotated[
        Path | None, typer.Option("--geometry", help="write the geometry to this file: .xyz or .json")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="draw the orbital energies and the window: .png, .svg or .pdf")
    ] = None,
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    again: Annotated[bool, typer.Option("--again", help="calculate anew what the ledger knows")] = False,
    json: Annotated[bool, typer.Option("--json", help="end with one line of JSON")] = False,
) -> None:
    """Work out at which potentials against Li+/Li a molecule is oxidised and reduced.

    A polymer is calculated as a capped oligomer. What the ledger knows, by hand or by a campaign, is not calculated
    again. Single molecules in a continuum misplace some hosts, sulfones above all.
    """
    from flows.quantum.window import Wanted, calculate_window

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


@app.command("pool")
def pool(
    table: Annotated[Path, typer.Argument(metavar="POOL", help="a CSV file of repeat units")],
    calculations: Annotated[
        int, typer.Option("--calculations", min=0, help="windows to rest on, with those that the ledger knows already")
    ] = 60,
    oxidation_at_least: Annotated[
        float | None, typer.Option("--oxidation-at-least", help="V against Li+/Li: look closest where this is decided")
    ] = None,
    reduction_at_most: Annotated[
        float | None, typer.Option("--reduction-at-most", help="V against Li+/Li: look closest where this is decided")
    ] = None,
    column: Annotated[str | None, typer.Option("--column", help="header of the repeat units [default: smiles]")] = None,
    largest: Annotated[
        int, typer.Option("--largest", min=1, help="heavy atoms beyond which a model is foretold and not calculated")
    ] = 30,
    seed: Annotated[int, typer.Option("--seed", min=0, help="decides which polymer is the first")] = 0,
    units: _Units = 2,
    functional: _Functional = "B3LYP",
    basis: _Basis = "def2-SVP",
    dispersion: _Dispersion = "default",
    permittivity: Annotated[
        float | None, typer.Option("--permittivity", help="relative, one for all polymers [default: that of PEO]")
    ] = None,
    full_solvent: _FullSolvent = False,
    out: Annotated[Path | None, typer.Option("--out", help="write a row for every polymer to this CSV file")] = None,
    again: Annotated[bool, typer.Option("--again", help="try once more what failed before")] = False,
    ledger: _Ledger = None,
    campaign: _Campaign = None,
    json: Annotated[bool, typer.Option("--json", help="end with one line of JSON")] = False,
) -> None:
    """Foretell the windows of a pool of polymers from calculations of a few, chosen one by one.

    Every polymer gets quick levels by GFN2-xTB, some of them a window by density functional theory, the others what
    these tell of them, with its uncertainty. Each result is kept in the ledger, so that what was broken off goes on.
    """
    from flows.quantum.survey import survey_pool
    from flows.quantum.survey_asked import Asked

    survey_pool(
        Asked(
            table=table,
            calculations=calculations,
            oxidation_at_least=oxidation_at_least,
            reduction_at_most=reduction_at_most,
            column=column,
            largest=largest,
            seed=seed,
            units=units,
            functional=functional,
            basis=basis,
            dispersion=dispersion,
            permittivity=permittivity,
            full_solvent=full_solvent,
            out=out,
            again=again,
            ledger=ledger,
            campaign=campaign,
            as_json=json,
        )
    )
