"""`ionloop models`: surrogates put to the test on published tables."""

import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.figures import print_figures
from flows.cli.models_calibrate import models_calibrate
from flows.cli.models_tune import models_tune
from flows.cli.places import Dask, Processes, SlurmJobs

app = typer.Typer(help="Learn from tables, and see how good what was learnt is.", no_args_is_help=True)
app.command("tune")(models_tune)
app.command("calibrate")(models_calibrate)

_Format = Annotated[str, typer.Option("--format", help="format of the tables: bradford, htpmd, pe_i or tg")]
_Glass = Annotated[Path | None, typer.Option("--tg", help="a table of glass transitions (SMILES, tg): T - Tg helps")]
_Property = Annotated[str, typer.Option("--property", help="the property that is foretold")]
_Unlabelled = Annotated[
    Path | None, typer.Option("--unlabelled", help="repeat units (smiles) that nobody measured, to pretrain on as well")
]
_Keep = Annotated[
    str, typer.Option("--keep", help="rows that are left out by judgement, taken back: duplicates,conflicts")
]
_Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]


@app.command("evaluate")
def models_evaluate(
    train: Annotated[Path, typer.Option("--train", help="the table to learn from, a CSV file")],
    test: Annotated[Path, typer.Option("--test", help="the table to foretell, a CSV file")],
    format: _Format,
    model: Annotated[str, typer.Option("--model", help="name of the model; a wrong one lists them")] = "average",
    name: _Property = "log10_conductivity",
    tg: _Glass = None,
    unlabelled: _Unlabelled = None,
    keep: _Keep = "",
    json: _Json = False,
) -> None:
    """Learn from one table and score the predictions of another.

    Polymers of the test table are left out of the glass transitions. A row that cannot be read is refused, and nothing
    is scored: remove or mend it first.
    """
    from flows.tables import declared, declared_in_words, judgements, lines_of, read_films, read_glasses, strict
    from ledger.literature.cleaning import lines_in_words
    from models.evaluation import evaluate
    from models.splits import polymer_group
    from models.surrogates import surrogate
    from models.unlabelled import read_unlabelled

    chosen = surrogate(model, () if unlabelled is None else read_unlabelled(unlabelled))
    learnt, asked = (strict(read_films(path, format, judgements(keep))) for path in (train, test))
    test_films = [item.film for item in asked.films]
    tested = {polymer_group(film.formulation.polymer) for film in test_films}
    glasses = read_glasses(tg, judgements(keep))
    others = [] if glasses is None else [item.film for item in glasses.films]
    kept = [film for film in others if polymer_group(film.formulation.polymer) not in tested]
    outcome = evaluate(chosen, [*(item.film for item in learnt.films), *kept], test_films, name)
    seen = float(outcome.foretold.seen.mean())
    beyond = outcome.foretold.outside > 0
    outside = [line for line, away in zip(lines_of(asked, name), beyond, strict=True) if away]
    figures: dict[str, object] = {
        "model": model,
        **outcome.scores.as_dict(),
        "fit_seconds": round(outcome.fit_seconds, 3),
        "predict_per_second": round(len(outcome.table) / max(outcome.predict_seconds, 1e-9), 1),
        "share_of_known_polymers": round(seen, 4),
        "outside_training_range": len(outside),
        "outside_lines": outside if json or not outside else f"{test.name}, {lines_in_words(outside)}",
        "notes": list(outcome.notes),
        "cleaning": (declared if json else declared_in_words)(learnt, asked, glasses),
    }
    print_figures(figures, json, title=f"{model}, learnt from {train.name}, on {test.name}")


@app.command("compare")
def models_compare(
    data: Annotated[Path, typer.Argument(help="the table, a CSV file")],
    format: _Format = "bradford",
    split: Annotated[str, typer.Option("--split", help="random, formulation, polymer or paper")] = "polymer",
    models: Annotated[str, typer.Option("--models", help="all, or names with commas between")] = "all",
    folds: Annotated[int, typer.Option("--folds", min=2, help="number of folds")] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="of the folds")] = 0,
    always_train: Annotated[
        list[str] | None, typer.Option("--always-train", help="repeat unit that is never tested; may be given again")
    ] = None,
    name: _Property = "log10_conductivity",
    tg: _Glass = None,
    unlabelled: _Unlabelled = None,
    budget: Annotated[str | None, typer.Option("--budget", help="begin no fold after so long, such as 60min")] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="keeps each fold that is done [default: compare-DATA.jsonl here]")
    ] = None,
    processes: Processes = 1,
    dask: Dask = None,
    slurm: SlurmJobs = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="write figures to this HTML file; the learning curve costs more fits")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="draw calibration and parity into this PNG, SVG or PDF"),
    ] = None,
    keep: _Keep = "",
    json: _Json = False,
) -> None:
    """Compare models on the same folds of one table; run again, it goes on where it was left.

    Rows that the reader refuses are left out, as in an import; which, and why, is said.
    """
    from flows.cli.budget import budget_seconds
    from flows.computing.place import Place
    from flows.outputs import refuse_over_another, refuse_unwritable
    from flows.tables import declared, declared_in_words, judgements, read_films, read_glasses
    from flows.terminal import console
    from models.comparison import Comparison, compare
    from models.comparison_picture import refuse_picture
    from models.surrogates import NAMES
    from models.unlabelled import read_unlabelled

    place = Place(processes, dask, slurm)  # cheap mistakes are told before anything is read
    seconds = budget_seconds(budget)
    kept = record or Path(f"compare-{data.stem}.jsonl")
    if picture is not None:
        refuse_picture(picture)
    refuse_unwritable({"--record": kept, "--page": page, "--picture": picture}, {}, (data, tg, unlabelled))
    refuse_over_another({"--page": page})
    table = read_films(data, format, judgements(keep))
    glasses = read_glasses(tg, judgements(keep))
    out = console(stderr=True)
    out.quiet = json and not out.is_terminal
    comparison = Comparison(
        films=[item.film for item in table.films],
        # A table that names no papers has one reference for all its films, which is no paper.
        references=[item.reference if format == "pe_i" else "" for item in table.films],
        split=split,
        models=NAMES if models == "all" else [text.strip() for text in models.split(",")],
        folds=folds,
        seed=seed,
        asked=name,
        glasses=[] if glasses is None else [item.film for item in glasses.films],
        always_train=always_train or (),
        unlabelled=() if unlabelled is None else read_unlabelled(unlabelled),
    )
    begun = time.monotonic()
    told = compare(comparison, kept, budget_s=seconds, told=out.print, hire=partial(place.crew, told=out.print))
    if picture is not None:
        from flows.comparing.models_page import write_picture

        write_picture(picture, comparison, kept, data.name)
    if page is not None:
        from flows.comparing.models_page import write_comparison
        from models.learning_curve import learning_curve

        left = None if seconds is None else seconds - (time.monotonic() - begun)
        curve = learning_curve(comparison, kept, budget_s=left, told=out.print)
        write_comparison(page, comparison, kept, curve, data.name, len(table.refusals))
    figures: dict[str, object] = {
        "table": str(data),
        "split": split,
        "leaky": split == "random",
        "folds": folds,
        "seed": seed,
        "record": str(kept),
        "films": len(table.films),
        "refused": len(table.refusals),
        "models": told,
        "cleaning": (declared if json else declared_in_words)(table, glasses),
    }
    print_figures(figures, json, title=f"{data.name}, split by {split}")
