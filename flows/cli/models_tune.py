"""`ionloop models tune`: the settings of a model searched inside training folds."""

from pathlib import Path
from typing import Annotated

import typer


def models_tune(
    data: Annotated[Path, typer.Argument(help="the table, a CSV file")],
    model: Annotated[str, typer.Option("--model", help="name of the model; a wrong one lists them")],
    format: Annotated[
        str, typer.Option("--format", help="format of the table: bradford, htpmd, pe_i or tg")
    ] = "bradford",
    split: Annotated[str, typer.Option("--split", help="random, formulation, polymer or paper")] = "polymer",
    folds: Annotated[int, typer.Option("--folds", min=2, help="outer folds")] = 5,
    trials: Annotated[int, typer.Option("--trials", min=1, help="settings tried for each outer fold")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, max=4_000_000, help="of folds and trials")] = 0,
    always_train: Annotated[
        list[str] | None, typer.Option("--always-train", help="repeat unit that is never tested; may be given again")
    ] = None,
    name: Annotated[str, typer.Option("--property", help="the property that is foretold")] = "log10_conductivity",
    tg: Annotated[Path | None, typer.Option("--tg", help="a table of glass transitions: T - Tg helps")] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="begin no trial after so long, such as 60min")] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="keeps every trial that is done [default: tune-DATA.log here]")
    ] = None,
    keep: Annotated[
        str, typer.Option("--keep", help="rows that are left out by judgement, taken back: duplicates,conflicts")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Search the settings of a model; run again, it goes on where it was left.

    Each outer fold has a search of its own that never sees the fold's test films; the outer score is that of the best
    settings there. The settings that are recommended are found on all films in the same way.
    """
    import json as json_text

    from flows.cli.budget import budget_seconds
    from flows.outputs import refuse_unwritable
    from flows.tables import declared, declared_in_words, judgements, read_films, read_glasses
    from flows.terminal import console
    from models.comparison import Comparison
    from models.searched_settings import settings_of
    from models.surrogates import surrogate
    from models.tuning import tune

    settings_of(surrogate(model))  # refused before anything is read
    seconds, kept = budget_seconds(budget), record or Path(f"tune-{data.stem}.log")
    refuse_unwritable({"--record": kept}, {}, (data, tg))
    table, glasses = read_films(data, format, judgements(keep)), read_glasses(tg, judgements(keep))
    out = console(stderr=True)
    out.quiet = json and not out.is_terminal
    told = tune(
        Comparison(
            films=[item.film for item in table.films],
            references=[item.reference if format == "pe_i" else "" for item in table.films],
            split=split,
            models=[model],
            folds=folds,
            seed=seed,
            asked=name,
            glasses=[] if glasses is None else [item.film for item in glasses.films],
            always_train=always_train or (),
        ),
        kept,
        trials=trials,
        budget_s=seconds,
        told=out.print,
    )
    outer = None if told.outer is None else told.outer.as_dict()
    if json:
        figures = {**vars(told), "model": model, "table": str(data), "split": split, "outer": outer}
        figures["cleaning"] = declared(table, glasses)
        typer.echo(json_text.dumps(figures, ensure_ascii=False))
        return
    typer.echo(f"{model} on {data.name}, split by {split}")
    for key, value in told.settings.items():
        typer.echo(f"  {key}: {value:.4g}")
    if outer is None:
        typer.echo("  no outer fold is done yet: run it again, or give it more time")
    else:
        typer.echo(f"  outer score ({told.folds} of {folds} folds): " + ", ".join(f"{k} {v}" for k, v in outer.items()))
    for line in declared_in_words(table, glasses):
        typer.echo(f"  {line}")
