"""`ionloop models`: surrogates put to the test on published tables."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.models_calibrate import models_calibrate
from flows.cli.models_tune import models_tune

if TYPE_CHECKING:
    from ledger.literature import LiteratureTable

app = typer.Typer(help="Learn from tables, and see how good what was learnt is.", no_args_is_help=True)
app.command("tune")(models_tune)
app.command("calibrate")(models_calibrate)

_Format = Annotated[str, typer.Option("--format", help="format of the tables: bradford, htpmd, pe_i or tg")]
_Glass = Annotated[Path | None, typer.Option("--tg", help="a table of glass transitions (SMILES, tg): T - Tg helps")]
_Property = Annotated[str, typer.Option("--property", help="the property that is foretold")]
_Unlabelled = Annotated[
    Path | None, typer.Option("--unlabelled", help="repeat units (smiles) that nobody measured, to pretrain on as well")
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
    json: _Json = False,
) -> None:
    """Learn from one table and score the predictions of another.

    Polymers of the test table are left out of the glass transitions. A row that cannot be read is refused, and nothing
    is scored: remove or mend it first.
    """
    from models.evaluation import evaluate
    from models.splits import polymer_group
    from models.surrogates import surrogate
    from models.unlabelled import read_unlabelled

    chosen = surrogate(model, () if unlabelled is None else read_unlabelled(unlabelled))
    learnt, asked = (_strict(path, format) for path in (train, test))
    test_films = [item.film for item in asked.films]
    tested = {polymer_group(film.formulation.polymer) for film in test_films}
    glasses = [] if tg is None else [item.film for item in read_films(tg, "tg").films]
    kept = [film for film in glasses if polymer_group(film.formulation.polymer) not in tested]
    outcome = evaluate(chosen, [*(item.film for item in learnt.films), *kept], test_films, name)
    seen = float(outcome.foretold.seen.mean())
    figures: dict[str, object] = {
        "model": model,
        **outcome.scores.as_dict(),
        "fit_seconds": round(outcome.fit_seconds, 3),
        "predict_per_second": round(len(outcome.table) / max(outcome.predict_seconds, 1e-9), 1),
        "share_of_known_polymers": round(seen, 4),
        "outside_training_range": int((outcome.foretold.outside > 0).sum()),
        "notes": list(outcome.notes),
    }
    print_figures(figures, json, title=f"{model}, learnt from {train.name}, on {test.name}")


@app.command("compare")
def models_compare(
    data: Annotated[Path, typer.Argument(help="the table, a CSV file")],
    format: _Format = "bradford",
    split: Annotated[str, typer.Option("--split", help="random, formulation, polymer or paper")] = "polymer",
    models: Annotated[str, typer.Option("--models", help="all, or names with commas between")] = "all",
    folds: Annotated[int, typer.Option("--folds", min=2, help="number of folds")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="of the folds")] = 0,
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
    page: Annotated[
        Path | None, typer.Option("--page", help="write figures to this HTML file; the learning curve costs more fits")
    ] = None,
    json: _Json = False,
) -> None:
    """Compare models on the same folds of one table; run again, it goes on where it was left.

    Rows that the reader refuses are left out, as in an import; how many is said.
    """
    from chemistry.quantities import quantity
    from flows.terminal import console
    from models.comparison import Comparison, compare
    from models.surrogates import NAMES
    from models.unlabelled import read_unlabelled

    table = read_films(data, format)
    glasses = [] if tg is None else [item.film for item in read_films(tg, "tg").films]
    out = console(stderr=True)
    out.quiet = json and not out.is_terminal
    comparison = Comparison(
        films=[item.film for item in table.films],
        # A table that names no papers has one reference for all its films, which is no paper.
        references=[item.reference if format in {"pe_i", "columns"} else "" for item in table.films],
        split=split,
        models=NAMES if models == "all" else [text.strip() for text in models.split(",")],
        folds=folds,
        seed=seed,
        asked=name,
        glasses=glasses,
        always_train=always_train or (),
        unlabelled=() if unlabelled is None else read_unlabelled(unlabelled),
    )
    kept = record or Path(f"compare-{data.stem}.jsonl")
    seconds = None if budget is None else quantity(budget, "second")
    begun = time.monotonic()
    told = compare(comparison, kept, budget_s=seconds, told=out.print)
    if page is not None:
        from flows.comparison_page import write_comparison
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
        "films": len(table.films),
        "refused": len(table.refusals),
        "models": told,
    }
    print_figures(figures, json, title=f"{data.name}, split by {split}")


def read_films(path: Path, form: str) -> "LiteratureTable":
    """The table; refused where not one row can be read."""
    from chemistry.errors import BadInput
    from ledger.literature import read_table

    table = read_table(path, form)
    if not table.films:
        first = table.refusals[0] if table.refusals else None
        remedy = f"First, line {first.row}: {first.detail or first.reason}" if first else "The table has no rows"
        raise BadInput(f"none of {table.rows} rows can be read", place=str(path), remedy=remedy)
    return table


def _strict(path: Path, form: str) -> "LiteratureTable":
    """The table; refused where a row cannot be read, with the rows of each reason. Exact duplicates are left out."""
    from chemistry.errors import BadInput

    table = read_films(path, form)
    wrong: dict[str, list[int]] = {}
    for refusal in table.refusals:
        if refusal.reason != "exact duplicate":
            wrong.setdefault(refusal.reason, []).append(refusal.row)
    if wrong:
        problems = tuple(f"{reason}: {_lines(rows)}" for reason, rows in wrong.items())
        first = next(refusal for refusal in table.refusals if refusal.reason in wrong)
        raise BadInput(
            f"{sum(map(len, wrong.values()))} of {table.rows} rows cannot be used:",
            place=str(path),
            problems=problems,
            remedy=f"Mend or remove them; the first, line {first.row}: {first.detail or first.reason}",
        )
    return table


def _lines(rows: list[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:12])
    return f"line {shown}" + (f" and {len(rows) - 12} more" if len(rows) > 12 else "")


def print_figures(figures: dict[str, object], as_json: bool, title: str) -> None:
    """Print what a command found: one JSON object, or a line for each figure below a title."""
    import json

    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    typer.echo(title)
    for name, value in figures.items():
        if isinstance(value, dict):
            for inner, row in value.items():
                told = row.items() if isinstance(row, dict) else ()
                typer.echo(f"  {inner}: " + ", ".join(f"{key} {number}" for key, number in told))
        elif isinstance(value, list):
            for text in value:
                typer.echo(f"  {text}")
        else:
            typer.echo(f"  {name}: {value}")
