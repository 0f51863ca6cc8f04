"""`ionloop screen`: the best formulations of a pool of polymers."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.places import Dask, Processes, SlurmJobs


def screen(
    pool: Annotated[Path, typer.Argument(help="a CSV file of repeat units; it may be longer than memory")],
    salts: Annotated[str, typer.Option("--salts", help="names or SMILES with commas between")],
    loadings: Annotated[
        str, typer.Option("--loadings", help="numbers or LOW:HIGH:COUNT, in Li/O, mol/kg or w/w [default unit: Li/O]")
    ],
    temperatures: Annotated[
        str, typer.Option("--temperatures", help="numbers or LOW:HIGH:COUNT, in degC or K [default unit: degC]")
    ],
    table: Annotated[Path | None, typer.Option("--table", help="learn from this table, a CSV file")] = None,
    format: Annotated[
        str, typer.Option("--format", help="format of the table: bradford, htpmd, pe_i or tg")
    ] = "bradford",
    model: Annotated[str, typer.Option("--model", help="name of the model; a wrong one lists them")] = "average",
    tg: Annotated[Path | None, typer.Option("--tg", help="a table of glass transitions: T - Tg helps")] = None,
    fitted: Annotated[Path | None, typer.Option("--fitted", help="a model that was saved, in place of a table")] = None,
    save: Annotated[Path | None, typer.Option("--save", help="keep the model that was learnt in this folder")] = None,
    name: Annotated[str, typer.Option("--property", help="the property that is ranked, highest first")] = (
        "log10_conductivity"
    ),
    column: Annotated[str | None, typer.Option("--column", help="header of the repeat units [default: smiles]")] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=100_000, help="places of the ranking")] = 100,
    rank: Annotated[str, typer.Option("--rank", help="mean, or lower for the lower bound")] = "mean",
    quantile: Annotated[
        float, typer.Option("--quantile", help="of the lower bound: one of 1/quantile readings falls short of it")
    ] = 0.05,
    each: Annotated[
        int | None, typer.Option("--each", min=1, help="places that one polymer may take [default: any number]")
    ] = None,
    student: Annotated[
        bool | None,
        typer.Option(
            "--student/--no-student",
            help="let a fast imitation of the model pick finalists [default: from 300,000 points on]",
        ),
    ] = None,
    processes: Processes = 1,
    dask: Dask = None,
    slurm: SlurmJobs = None,
    out: Annotated[Path | None, typer.Option("--out", help="write the ranking to this CSV file")] = None,
    refused: Annotated[
        Path | None, typer.Option("--refused", help="write every row and formulation that is left out to this CSV file")
    ] = None,
    map: Annotated[Path | None, typer.Option("--map", help="write a map of the pool to this HTML file")] = None,
    keep: Annotated[
        str, typer.Option("--keep", help="rows of the table left out by judgement, taken back: duplicates,conflicts")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Rank every polymer of a pool with every salt, loading and temperature.

    What the model says of each place stands with its uncertainty, the known polymer nearest to it, and the features
    that lie outside what the model was trained on. Rows that cannot be read, polymers that repeat an earlier row, and
    formulations that should not be made are left out, counted and named.
    """
    from flows.computing.place import Place
    from flows.screening.asked import Asked
    from flows.screening.screen import screen_pool

    screen_pool(
        Asked(
            pool=pool,
            salts=salts,
            loadings=loadings,
            temperatures=temperatures,
            table=table,
            format=format,
            model=model,
            glasses=tg,
            fitted=fitted,
            save=save,
            keep=keep,
            asked_for=name,
            column=column,
            top=top,
            rank=rank,
            quantile=quantile,
            each=each,
            student=student,
            place=Place(processes, dask, slurm),
            out=out,
            refused=refused,
            map=map,
            as_json=json,
        )
    )
